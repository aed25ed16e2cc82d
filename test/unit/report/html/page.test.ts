import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { HostVerdict } from '../../../../src/report/host-verdict.ts';
import { diagnose, fleet, page } from '../../../html/generate.ts';
import { HOSTILE, hostileCalls } from '../../../html/hostile.ts';
import { attributed, CURL, capture, PYTHON } from '../samples.ts';

/** Of the page's own making: what stands in a page beyond these was let in. */
const TAGS =
  'a abbr body button caption code dd details div dl dt figure g h1 h2 h3 h4 head header html input label li line main meta ol p path rect script section small span strong style summary svg table tbody td text th thead time title tr ul'.split(
    ' ',
  );
const ATTRIBUTES =
  'aria-hidden aria-label aria-labelledby aria-pressed aria-sort autocomplete charset class content d data-label data-section data-sort data-status data-value datetime for height hidden href http-equiv id lang name placeholder preserveAspectRatio role scope spellcheck tabindex text-anchor title type viewBox width x x1 x2 y y1 y2'.split(
    ' ',
  );

/** A line end is the page's own. */
const INVISIBLE = /(?!\n)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

const hostileCaptures = () =>
  HOSTILE.map((text) =>
    capture(
      { name: text, files: [text], problems: [{ code: text, message: text, remedy: text, damage: true }] },
      { losses: { [text]: 3 } },
    ),
  );

const hostileDiagnosis = () => {
  const texts = HOSTILE.join(' ');
  const finding = { id: texts, severity: 'high', title: texts, evidence: HOSTILE, remedy: texts } as const;
  return { cause: finding, findings: [finding], product: texts, productVersion: texts };
};

function verdict(over: Partial<HostVerdict>): HostVerdict {
  const { host = 'web-1' } = over;
  return {
    scope: host,
    host,
    shown: { id: undefined, name: host, label: host },
    status: 'not-ready',
    calls: { v1: 1, unknown: 0, v2: 0, foreign: 0, attempt: 0 },
    ignored: { v1: 0, unknown: 0, v2: 0, foreign: 0, attempt: 0 },
    withoutName: 0,
    observed: undefined,
    covers: { boot: false, refresh: false, day: false },
    noToken: { total: 0, periods: [] },
    restsOn: [],
    needed: [],
    ...over,
  };
}

const hostileVerdicts = () => HOSTILE.map((text) => verdict({ host: text, restsOn: [text], needed: [text] }));

/** What stands between `<` and `>`, outside style and script. */
function tagsOf(text: string): string[] {
  const plain = text.replace(/<(style|script)>[\s\S]*?<\/\1>/g, '<$1></$1>');
  return [...plain.matchAll(/<\/?([^>]*)>/g)].map(([, inner = '']) => inner);
}

function assertOurs(text: string): void {
  for (const tag of tagsOf(text)) {
    if (tag === '!DOCTYPE html') continue;
    const [, name = '', rest = ''] = /^([\w-]+)((?: [\w-]+(?:="[^"<>]*")?)*)\/?$/.exec(tag) ?? [];
    assert.ok(TAGS.includes(name), `<${tag}>`);
    for (const [, attribute = ''] of rest.matchAll(/ ([\w-]+)(?:="[^"]*")?/g)) {
      assert.ok(ATTRIBUTES.includes(attribute), `${attribute} in <${tag}>`);
    }
  }
}

describe('the page', function () {
  this.timeout(60_000);
  let zone: string | undefined;
  before(() => {
    zone = process.env.TZ;
    process.env.TZ = 'UTC';
  });
  after(() => {
    if (zone === undefined) delete process.env.TZ;
    else process.env.TZ = zone;
  });

  it('has a policy that lets run its own style and script alone', async () => {
    const text = await page([attributed({}, CURL)]);
    const hash = (name: string) => {
      const [all, ...more] = [...text.matchAll(new RegExp(`<${name}>([\\s\\S]*?)</${name}>`, 'g'))];
      assert.equal(more.length, 0);
      assert.ok(all?.[1]);
      return `sha256-${createHash('sha256').update(all[1]).digest('base64')}`;
    };
    const [, policy = ''] = /<meta http-equiv="Content-Security-Policy" content="([^"]*)">/.exec(text) ?? [];
    assert.equal(
      policy.replaceAll('&#39;', "'"),
      `default-src 'none'; style-src '${hash('style')}'; script-src '${hash('script')}'; base-uri 'none'; form-action 'none'`,
    );
    assert.ok(text.indexOf('Content-Security-Policy') < text.indexOf('<style>'));
  });

  it('names nothing that a browser would load, and no link out of it', async () => {
    const { calls, captures } = fleet(40, 4);
    const text = await page(calls, captures, { diagnose });
    assertOurs(text);
    const targets = [...text.matchAll(/ href="([^"]*)"/g)].map(([, target = '']) => target);
    assert.ok(targets.length > 40);
    assert.deepEqual(
      targets.filter((target) => !/^#[\w-]+$/.test(target)),
      [],
    );
    assert.doesNotMatch(text.replace(/<(style|script)>[\s\S]*?<\/\1>/g, ''), /url\(| src=|@import/);
    const ids = new Set([...text.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id));
    for (const target of targets) assert.ok(ids.has(target.slice(1)), target);
  });

  it('makes nothing of hostile text', async () => {
    const options = { diagnose: hostileDiagnosis };
    for (const text of [
      await page(hostileCalls(), hostileCaptures(), options, hostileVerdicts()),
      await page(hostileCalls(), hostileCaptures()),
    ]) {
      assertOurs(text);
      const left = INVISIBLE.exec(text);
      assert.equal(left, null);
      assert.ok(text.includes('&lt;script&gt;alert(1)&lt;/script&gt;'));
      assert.ok(text.includes('a\\x00b\\x1B[31m'));
      assert.ok(text.includes('&amp;lt;script&amp;gt; &amp;#60;b&amp;#62; &amp;amp;'));
    }
  });

  it('stays short where argv is not', async () => {
    const short = await page([attributed({}, PYTHON)]);
    const args = [
      'python3',
      '/opt/app/main.py',
      'x'.repeat(100_000),
      ...Array.from({ length: 20_000 }, () => 'y'),
    ];
    const ancestors = Array.from({ length: 400 }, (_, pid) => ({
      pid,
      start: '1',
      name: `n${pid}`,
      args: ['n', 'z'.repeat(3000)],
    }));
    const long = await page([
      attributed({ target: `/${'p'.repeat(60_000)}` }, { ...PYTHON, args, ancestors }),
    ]);
    assert.ok(long.length - short.length < 70_000, String(long.length - short.length));
    const more = args.join(' ').length - 2000;
    assert.ok(long.includes(`xxx… (${more} more characters)`));
    assert.ok(long.includes('<li>and 376 more</li>'));
  });

  it('is the same in whatever order the calls are read', async () => {
    const { calls, captures } = fleet(60, 5);
    const backwards = [...calls].reverse();
    assert.equal(await page(backwards, captures, { diagnose }), await page(calls, captures, { diagnose }));
  });

  it('says what a caller does, why, and what to do', async () => {
    const { calls, captures } = fleet(1, 1);
    const text = await page(calls, captures, { diagnose });
    for (const part of [
      '<h1>Who still uses IMDSv1 on web-001?</h1>',
      'Not ready</h2>',
      'Raise HttpPutResponseHopLimit to 2',
      '<small class="why">Falls back to IMDSv1',
      '<li>4 token requests, none with an answer</li>',
      'Reads credentials of the role by IMDSv1</strong>',
      '<li>sh -c <small>pid 900</small> <code>sh -c /opt/report/run.sh</code></li>',
      '<code>GET /latest/meta-data/instance-id</code>',
      '<code>python3 /opt/report/task-0.py --interval 900</code>',
    ])
      assert.ok(text.includes(part), part);
  });

  it('shows no cause without somebody who knows it', async () => {
    const text = await page([attributed({}, CURL)]);
    assert.doesNotMatch(text, /<h4>(?:Cause|Remedy|Also found)/);
    assert.ok(text.includes('<h4>Who</h4>'));
  });

  it('shows the verdict of each host, in the order in which they are given', async () => {
    const verdicts = (['not-ready', 'not-enough-evidence', 'ready'] as const).map((status, index) =>
      verdict({
        host: `host-${index}`,
        status,
        restsOn: [`Ground of ${index}.`],
        needed: [`Need of ${index}.`],
      }),
    );
    const text = await page([attributed({}, CURL)], [capture()], {}, verdicts);
    assert.match(text, /<h1>Who still uses IMDSv1 on 3 hosts\?/);
    assert.ok(text.includes('3 hosts: 1 not ready, 1 without enough evidence, 1 ready.'));
    const cards = [...text.matchAll(/<h3>([\w-]+)<\/h3>\n<p><span class="pill \w+">([\w ]+)</g)];
    assert.deepEqual(
      cards.map(([, host, word]) => [host, word]),
      [
        ['host-0', 'Not ready'],
        ['host-1', 'Not enough evidence'],
        ['host-2', 'Ready'],
      ],
    );
    for (const { restsOn, needed } of verdicts) {
      for (const sentence of [...restsOn, ...needed])
        assert.ok(text.includes(`<li>${sentence}</li>`), sentence);
    }
  });

  it('says of one host what its verdict rests on, and what is needed for another one', async () => {
    const one = (status: HostVerdict['status']) =>
      page([attributed({ version: 'v2' }, CURL)], [capture()], {}, [
        verdict({ status, restsOn: ['The ground.'], needed: ['The need.'] }),
      ]);
    const unproven = await one('not-enough-evidence');
    assert.match(unproven, /<h1>Who still uses IMDSv1 on web-1\?[\s\S]*Not enough evidence<\/h2>/);
    assert.match(unproven, /This rests on<\/h3>\n<ul>[^\n]*<li>The ground\.<\/li>/);
    assert.match(unproven, /Needed to be ready<\/h3>\n<ul><li>The need\.<\/li>/);
    const ready = await one('ready');
    assert.ok(ready.includes('Ready</h2>') && ready.includes('would break nothing'));
    assert.doesNotMatch(ready, /Needed to be ready/);
  });

  it('calls captures so where no host is known', async () => {
    const names = ['a.pcap', 'b.pcap'];
    const text = await page(
      names.map((name) => attributed({}, { ...CURL }, { capture: name })),
      names.map((name) => capture({ name })),
    );
    assert.match(text, /<h1>Who still uses IMDSv1 in 2 captures\?/);
    assert.ok(text.includes('2 captures: 2 not ready.') && text.includes('Each capture</h2>'));
    assert.match(text, /<th [^>]*>Capture<\/th>/);
  });

  it('has every caller in a table, and says which have no section', async () => {
    const { calls, captures } = fleet(2500, 3);
    const text = await page(calls, captures);
    assert.equal([...text.matchAll(/<tr data-status=/g)].length, 2500);
    assert.equal([...text.matchAll(/<details class="caller /g)].length, 1000);
    assert.ok(text.includes('The 1,500 others stand in the tables above alone'));
    assert.ok(text.includes('<summary>Callers 2,001 to 2,500 <'));
    assert.equal(new Set([...text.matchAll(/task-(\d+)\.py[ <]/g)].map(([, index]) => index)).size, 2500);
  });

  it('says that the setting is made already, as the other formats do', async () => {
    const refused = await page([attributed({ status: 401 }, CURL)]);
    const said =
      /Each IMDSv1 call in this report was answered 401: HttpTokens=required is set already, and these/;
    assert.match(refused, said);
    assert.doesNotMatch(refused, /would break/);
    const answered = await page([attributed({ status: 401 }, CURL), attributed({ status: 200 }, PYTHON)]);
    assert.match(answered, /<p>HttpTokens=required would break the IMDSv1 calls in this report\.<\/p>/);
    assert.doesNotMatch(answered, said);
  });

  it('has an answer to be read at a glance whatever the names of programs are', async () => {
    const long = { ...PYTHON, args: ['python3', `/opt/${'x'.repeat(400)}.py`] };
    const [, lead = ''] = /<p class="lead">(.*?)<\/p>/.exec(await page([attributed({}, long)])) ?? [];
    assert.match(lead, /^1 caller still uses IMDSv1: python3 \/opt\/x+… \(1 call\)\.$/);
    assert.ok(lead.length < 120, lead);
  });

  it('counts one call as one', async () => {
    const calls = ['web-1', 'web-2'].map((name) => attributed({}, CURL, { host: { name } }));
    assert.match(await page(calls), /, up to 1 call a step\.<\/p>/);
  });

  it('says so where nothing was seen', async () => {
    const text = await page([], [capture({}, { connections: 0 })]);
    assertOurs(text);
    assert.ok(text.includes('No call to the service was seen.'));
    assert.ok(text.includes('Not enough evidence</h2>'));
    assertOurs(await page([], []));
  });
});
