import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

/** Debian's. */
const CHROMIUM = '/usr/bin/chromium';

export const hasChromium = existsSync(CHROMIUM);

/** A page as somebody opens it from a mail, and all that it did beyond showing itself. */
export interface Opened {
  page: Page;
  /** Requests after the file itself, console messages, uncaught errors, dialogs, breaches of the policy. */
  noises: readonly string[];
}

/** A headless Chromium without a network, for files in a folder of its own. */
export class TestBrowser {
  readonly #browser: Browser;
  readonly #folder = mkdtempSync(join(tmpdir(), 'imds-html-'));

  private constructor(browser: Browser) {
    this.#browser = browser;
  }

  static async launch(): Promise<TestBrowser> {
    // Chromium has no sandbox for root, as whom the tests run; what it opens here is what the tests wrote.
    const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
    return new TestBrowser(
      await chromium.launch({ executablePath: CHROMIUM, args: [...args, '--disable-gpu'] }),
    );
  }

  /** @param fragment `#caller-1` */
  async open(html: string, options: BrowserContextOptions = {}, fragment = ''): Promise<Opened> {
    const file = join(this.#folder, 'report.html');
    writeFileSync(file, html);
    const context = await this.#browser.newContext({
      viewport: { width: 1280, height: 900 },
      offline: true,
      ...options,
    });
    const page = await context.newPage();
    const noises: string[] = [];
    const url = pathToFileURL(file).href;
    page.on('request', (request) => {
      if (!request.isNavigationRequest() || request.url() !== url) noises.push(`request ${request.url()}`);
    });
    page.on('console', (message) => noises.push(`console ${message.type()}: ${message.text()}`));
    page.on('pageerror', (error) => noises.push(`error ${error.message}`));
    page.on('dialog', (dialog) => {
      noises.push(`dialog ${dialog.message()}`);
      void dialog.dismiss();
    });
    await page.goto(url + fragment);
    return { page, noises };
  }

  /** Opens it, and expects that it was silent to the end. */
  async use(
    html: string,
    options: BrowserContextOptions,
    work: (page: Page) => Promise<void>,
    fragment = '',
  ): Promise<void> {
    const { page, noises } = await this.open(html, options, fragment);
    try {
      await work(page);
      assert.deepEqual(noises, []);
    } finally {
      await page.context().close();
    }
  }

  async close(): Promise<void> {
    await this.#browser.close();
    rmSync(this.#folder, { recursive: true });
  }
}
