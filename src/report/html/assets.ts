import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The page's own style and script. scripts/page-assets.mjs puts their texts in place of the reading. */
export const STYLE = [
  read('colours.css'),
  read('base.css'),
  read('status.css'),
  read('verdict.css'),
  read('charts.css'),
  read('tables.css'),
  read('callers.css'),
  read('narrow.css'),
  read('print.css'),
].join('\n');

export const SCRIPT = read('page.js');

function read(name: string): string {
  return readFileSync(join(import.meta.dirname, 'page', name), 'utf8');
}
