import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Page } from 'playwright-core';
import { escapeText } from '../../src/report/escape.ts';
import { attributed } from '../unit/report/samples.ts';
import { hasChromium, TestBrowser } from './browser.ts';
import { diagnose, fleet, page as makePage } from './generate.ts';
import { HOSTILE, hostileCalls } from './hostile.ts';

const PDFTOTEXT = '/usr/bin/pdftotext';
const demo = readFileSync(join(import.meta.dirname, '../../fixtures/demo/expected.html'), 'utf8');
const NAMES = [
  'metrics-agent',
  'python3 -m worker',
  'python3 /opt/usage/report.py',
  'curl by bash /usr/local/bin/refresh-dns.sh',
  'inventoryd',
  'amazon-ssm-agent',
  'aws',
];

const namesIn = (page: Page) => page.locator('.callers tbody tr:visible th a').allTextContents();
const sectionsIn = (page: Page) => page.locator('details.caller:visible h3').allTextContents();
const shown = (page: Page) => page.getByRole('status').textContent();

/** The filter acts when nothing was typed for a moment. */
async function filterTo(page: Page, words: string, names: readonly string[]): Promise<void> {
  await page.getByRole('searchbox', { name: 'Filter' }).fill(words);
  for (let attempt = 0; attempt < 100 && !isDeepStrictEqual(await namesIn(page), names); attempt++) {
    await page.waitForTimeout(20);
  }
  assert.deepEqual(await namesIn(page), names);
}

describe('the page in a browser', function () {
  this.timeout(120_000);
  let browser: TestBrowser;
  before(async function () {
    if (!hasChromium) this.skip();
    browser = await TestBrowser.launch();
  });
  after(() => browser?.close());

  it('shows verdict, timeline, callers and their sections, and is silent', async () => {
    await browser.use(demo, {}, async (page) => {
      assert.equal(await page.title(), 'Not ready: IMDSv1 on web-7');
      assert.equal(
        await page.getByRole('heading', { level: 1 }).textContent(),
        'Who still uses IMDSv1 on web-7?',
      );
      const verdict = (await page.locator('.verdict').textContent()) ?? '';
      assert.match(verdict, /^\s*Not ready\s+4 callers still use IMDSv1: metrics-agent, python3 -m worker/);
      assert.match(verdict, /This rests on\s+38 calls \(22 v1, 1 unknown, 15 v2\)/);
      const bars = await page.locator('.strip.v1 rect').count();
      assert.ok(bars > 10, String(bars));
      assert.deepEqual(await namesIn(page), NAMES);
      assert.deepEqual(await sectionsIn(page), NAMES);
    });
  });

  it('sorts by a column, one way and then the other, and says so', async () => {
    await browser.use(demo, {}, async (page) => {
      const title = (name: string) => page.getByRole('columnheader', { name });
      await title('v2').getByRole('button').click();
      assert.equal(await title('v2').getAttribute('aria-sort'), 'descending');
      assert.deepEqual((await namesIn(page)).slice(0, 2), ['amazon-ssm-agent', 'aws']);
      await title('v2').getByRole('button').click();
      assert.equal(await title('v2').getAttribute('aria-sort'), 'ascending');
      assert.equal((await namesIn(page)).at(-1), 'aws');

      await title('Caller').getByRole('button').press('Enter');
      assert.deepEqual(await namesIn(page), [...NAMES].sort());
      assert.equal(await title('v2').getAttribute('aria-sort'), null);
      await title('#').getByRole('button').click();
      assert.deepEqual(await namesIn(page), NAMES);
    });
  });

  it('filters by words of the row and of the section, and by status', async () => {
    await browser.use(demo, {}, async (page) => {
      assert.equal(await shown(page), 'All 7 shown');
      const [agent = '', , , cron = ''] = NAMES;
      await filterTo(page, 'REFRESH-dns cron', [cron]);
      assert.equal(await shown(page), '1 of 7 shown');
      assert.deepEqual(await sectionsIn(page), [cron]);
      // What stands in the closed section alone.
      await filterTo(page, '/etc/metrics-agent.yml', [agent]);
      await filterTo(page, 'no such caller', []);
      assert.ok(await page.getByText('No caller fits the filter.').isVisible());
      assert.deepEqual(await sectionsIn(page), []);
      await filterTo(page, '', NAMES);
      const ready = page.getByRole('button', { name: 'Ready 2' });
      await ready.click();
      assert.equal(await ready.getAttribute('aria-pressed'), 'true');
      assert.deepEqual(await namesIn(page), ['amazon-ssm-agent', 'aws']);
      await page.getByRole('button', { name: 'All 7' }).click();
      assert.deepEqual(await namesIn(page), NAMES);
    });
  });

  it('opens a section where a row leads to it, and all of them at once', async () => {
    await browser.use(demo, {}, async (page) => {
      const open = () => page.locator('details.caller[open] h3').allTextContents();
      await page.getByRole('link', { name: 'inventoryd' }).click();
      assert.deepEqual(await open(), ['inventoryd']);
      assert.ok(await page.locator('#caller-5').isVisible());
      await page.getByRole('button', { name: 'Open all' }).click();
      assert.deepEqual(await open(), NAMES);
      await page.getByRole('button', { name: 'Close all' }).click();
      assert.deepEqual(await open(), []);
    });
  });

  it('loses nothing where scripts are off', async () => {
    const options = { javaScriptEnabled: false };
    await browser.use(
      demo,
      options,
      async (page) => {
        assert.deepEqual(await namesIn(page), NAMES);
        assert.ok(await page.locator('#filter').isHidden());
        assert.ok(await page.locator('#expand').isHidden());
        assert.equal(await page.locator('thead button').count(), 0);
        assert.ok(await page.locator('#caller-4').isVisible(), 'the fragment opens its section');
        await page.locator('summary', { hasText: 'amazon-ssm-agent' }).click();
        assert.ok(await page.locator('#caller-6').isVisible());
      },
      '#caller-4',
    );
  });

  it('lets hostile text do nothing', async () => {
    const html = await makePage(hostileCalls());
    await browser.use(html, {}, async (page) => {
      await page.getByRole('button', { name: 'Open all' }).click();
      const text = (await page.locator('main').textContent()) ?? '';
      for (const hostile of HOSTILE) assert.ok(text.includes(escapeText(hostile)), hostile);
      assert.equal(await page.locator('script').count(), 1);
      assert.equal(await page.locator('img, iframe, object, embed, form, link, base').count(), 0);
      assert.equal(await page.locator('[style], [onload], [onerror], [onmouseover]').count(), 0);
    });
  });

  it('has a policy that is in force', async () => {
    const injected = demo.replace(
      '<main>',
      '<main><script>document.title = "owned"</script><p id="x" style="color: red" onclick="1">x</p><img src="http://192.0.2.1/x">',
    );
    const { page, noises } = await browser.open(injected);
    assert.equal(await page.title(), 'Not ready: IMDSv1 on web-7');
    assert.equal(
      await page.evaluate("getComputedStyle(document.getElementById('x')).color"),
      'rgb(31, 30, 27)',
    );
    const refused = noises.filter((noise) => /Content Security Policy/.test(noise));
    assert.ok(refused.length >= 3, noises.join('\n'));
    await page.context().close();
  });

  it('is light or dark as the reader has it', async () => {
    for (const [colorScheme, paper, ink] of [
      ['light', 'rgb(250, 249, 246)', 'rgb(31, 30, 27)'],
      ['dark', 'rgb(22, 22, 20)', 'rgb(235, 233, 226)'],
    ] as const) {
      await browser.use(demo, { colorScheme }, async (page) => {
        const style = 'getComputedStyle(document.body)';
        assert.deepEqual(await page.evaluate(`[${style}.backgroundColor, ${style}.color]`), [paper, ink]);
      });
    }
  });

  it('shows which callers are chosen where the system chooses the colours', async () => {
    await browser.use(demo, { forcedColors: 'active' }, async (page) => {
      const colour = '(one) => getComputedStyle(one).backgroundColor';
      const colours = (): Promise<string[]> =>
        page.evaluate(`[...document.querySelectorAll('.choices button')].map(${colour})`);
      const [all, v1] = await colours();
      assert.notEqual(all, v1);
      await page.getByRole('button', { name: 'IMDSv1 4' }).click();
      assert.deepEqual((await colours()).slice(0, 2), [v1, all]);
    });
  });

  for (const width of [360, 800, 1600]) {
    it(`fits a window of ${width} px`, async () => {
      const { calls, captures } = fleet(30, 4);
      const html = await makePage(calls, captures, { diagnose, groupBy: 'unit' });
      await browser.use(html, { viewport: { width, height: 800 } }, async (page) => {
        await page.getByRole('button', { name: 'Open all' }).click();
        assert.equal(await page.evaluate('document.documentElement.scrollWidth'), width);
        const outside =
          await page.evaluate(`[...document.querySelectorAll('main :not(svg *)')].filter((one) => {
          const { left, right, width } = one.getBoundingClientRect();
          return width > 0 && right > 0 && (left < 0 || right > innerWidth + 1);
        }).length`);
        assert.equal(outside, 0);
      });
    });
  }

  it('leaves room for the names of callers beside those of hosts', async () => {
    const { calls, captures } = fleet(30, 4);
    const html = await makePage(calls, captures, { diagnose });
    for (const width of [700, 961, 1000, 1200, 1600]) {
      await browser.use(html, { viewport: { width, height: 800 } }, async (page) => {
        const box = await page.locator('.callers tbody th').first().boundingBox();
        assert.ok((box?.width ?? 0) >= 240, `${box?.width} of ${width} px`);
      });
    }
  });

  it('gives the names of groups the room, and not what stands last', async () => {
    const { calls, captures } = fleet(30, 4);
    const html = await makePage(calls, captures, { diagnose, groupBy: 'path' });
    await browser.use(html, { viewport: { width: 1100, height: 800 } }, async (page) => {
      const widths = await page
        .locator('.groups thead th')
        .evaluateAll((cells) => cells.map((cell) => cell.getBoundingClientRect().width));
      assert.ok((widths[0] ?? 0) > 3 * (widths.at(-1) ?? 0), String(widths));
    });
  });

  it('leads from the number of callers to them', async () => {
    await browser.use(demo, {}, async (page) => {
      await page.getByRole('link', { name: 'callers to fix, of 7' }).click();
      // Within the window, once the browser has scrolled.
      const title = page.locator('#callers-title');
      const isSeen = async () => {
        const box = await title.boundingBox();
        return box !== null && box.y >= 0 && box.y + box.height <= 900;
      };
      for (let attempt = 0; attempt < 100 && !(await isSeen()); attempt++) await page.waitForTimeout(20);
      assert.ok(await isSeen());
    });
  });

  it('prints every caller with its section', async function () {
    if (!existsSync(PDFTOTEXT)) this.skip();
    const { calls, captures } = fleet(120, 3);
    const html = await makePage(calls, captures, { diagnose });
    await browser.use(html, {}, async (page) => {
      const pdf = await page.pdf({ format: 'A4' });
      const text = execFileSync(PDFTOTEXT, ['-raw', '-', '-'], {
        input: pdf,
        encoding: 'utf8',
        maxBuffer: 1e8,
      });
      for (let index = 0; index < 120; index++) {
        assert.match(text, new RegExp(`python3 /opt/[\\w-]+/task-${index}\\.py --interval 900`));
      }
      assert.equal([...text.matchAll(/Example calls, the worst first/g)].length, 120);
      assert.doesNotMatch(text, /Filter|Open all/);
    });
  });

  it('lays out of 1,000 callers what is open alone', async () => {
    const measure = async (callers: number) => {
      const { calls, captures } = fleet(callers, 24);
      const html = await makePage(calls, captures, { diagnose });
      let metrics = new Map<string, number>();
      await browser.use(html, {}, async (page) => {
        const session = await page.context().newCDPSession(page);
        await session.send('Performance.enable');
        const { metrics: list } = await session.send('Performance.getMetrics');
        metrics = new Map(list.map(({ name, value }) => [name, value]));
        assert.equal(await page.locator('tr[data-status]').count(), callers);
        assert.equal(await page.locator('.body').first().isVisible(), false);
      });
      return { nodes: metrics.get('Nodes') ?? 0, boxes: metrics.get('LayoutObjects') ?? 0 };
    };
    const thousand = await measure(1000);
    assert.ok(thousand.nodes > 100_000 && thousand.nodes < 320_000, `${thousand.nodes} nodes`);
    assert.ok(thousand.boxes > 0 && thousand.boxes < 60_000, `${thousand.boxes} boxes`);
    // Three times as many callers have the same boxes, and a few more: those of the summaries of what is closed.
    const more = await measure(3000);
    assert.ok(more.boxes < thousand.boxes + 2000, `${more.boxes} boxes`);
  });

  it('has a name for everything that a screen reader stops at', async () => {
    await browser.use(demo, {}, async (page) => {
      await page.getByRole('button', { name: 'Open all' }).click();
      const session = await page.context().newCDPSession(page);
      const { nodes } = await session.send('Accessibility.getFullAXTree');
      const STOPS =
        /^(?:button|link|searchbox|table|heading|image|img|DisclosureTriangle|region|columnheader|rowheader)$/;
      const stops = nodes.filter(({ ignored, role }) => !ignored && STOPS.test(role?.value ?? ''));
      assert.ok(stops.length > 60, String(stops.length));
      const nameless = stops.filter(({ name }) => !name?.value).map(({ role }) => role?.value);
      assert.deepEqual(nameless, []);
      const images = nodes
        .filter(({ role }) => /^(?:image|img)$/.test(role?.value ?? ''))
        .map(({ name }) => name?.value);
      assert.equal(images[0], 'IMDSv1: 22 calls over time, at most 3 in 5 m, from 2026-01-15 11:00:00');
      const levels = await page
        .locator('h1, h2, h3, h4')
        .evaluateAll((all) => all.map((one) => Number(one.tagName[1])));
      assert.deepEqual(
        levels.filter((level, index) => level > (levels[index - 1] ?? 0) + 1),
        [],
      );
      assert.equal(await page.locator('table:not(:has(caption))').count(), 0);
      assert.equal(await page.locator('th:not([scope])').count(), 0);
    });
  });

  it('can be used with the keyboard alone', async () => {
    await browser.use(demo, {}, async (page) => {
      await page.keyboard.press('Tab');
      assert.equal(await page.evaluate('document.activeElement.textContent'), 'Skip to the callers');
      await page.keyboard.press('Enter');
      await page.keyboard.press('Tab');
      assert.equal(await page.evaluate('document.activeElement.id'), 'words');
    });
  });

  it('shows what callers have in common above them, as many rows as are asked for', async () => {
    const { calls, captures } = fleet(30, 4);
    await browser.use(await makePage(calls, captures, { groupBy: 'unit', top: 3 }), {}, async (page) => {
      const groups = page.locator('section.groups');
      assert.equal(await groups.getByRole('heading').textContent(), 'By unit');
      const names = await groups.locator('tbody th').allTextContents();
      assert.deepEqual(
        names,
        ['inventory-20', 'scheduler-5', 'billing-sync-25'].map((name) => `${name}.service fallback-unseen 1`),
      );
      assert.match((await groups.textContent()) ?? '', /and 27 more units\./);
      assert.equal((await namesIn(page)).length, 30, 'callers are all there');
    });
    await browser.use(await makePage(calls, captures, { top: 3 }), {}, async (page) => {
      assert.equal((await namesIn(page)).length, 3);
      assert.match((await page.locator('#callers').textContent()) ?? '', /and 27 more callers\./);
    });
  });

  it('says that nothing was seen, where it was so', async () => {
    await browser.use(await makePage([]), {}, async (page) => {
      assert.match((await page.locator('#callers').textContent()) ?? '', /No call to the service was seen\./);
    });
    await browser.use(await makePage([attributed()]), {}, async (page) => {
      assert.deepEqual(await namesIn(page), ['client 10.0.0.5']);
    });
  });
});
