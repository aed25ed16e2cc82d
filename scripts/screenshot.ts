/**
 * `npx tsx scripts/screenshot.ts`: writes docs/images/report.png, the picture of the HTML report in the README, from
 * the page of the demo (fixtures/demo/expected.html). Needs Debian's chromium.
 */
import { mkdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { root } from './step.mjs';

/** A README is also read where bytes are dear. */
const MOST_BYTES = 150_000;

const page = join(root, 'fixtures/demo/expected.html');
const image = join(root, 'docs/images/report.png');

mkdirSync(dirname(image), { recursive: true });
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
});
const tab = await browser.newPage({ viewport: { width: 1000, height: 900 }, colorScheme: 'light' });
await tab.goto(pathToFileURL(page).href);
await tab.screenshot({ path: image });
await browser.close();
const { size } = statSync(image);
process.stderr.write(`docs/images/report.png: ${size} bytes\n`);
if (size > MOST_BYTES) process.exitCode = 1;
