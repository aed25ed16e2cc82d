import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { KNOWN_LOSSES, lossTitle } from '../../src/report/loss-words.ts';
import { root } from '../cli/run.ts';
import { read, targets } from './markdown.ts';

const NAME = /`([a-z]+\.[a-z_]+)`/g;

/** Rows of the table of counters. */
function rows(): string[] {
  const text = read('docs/output.md');
  const table = text.slice(text.indexOf('| counter | counts |')).split('\n\n', 1)[0] ?? '';
  return table.split('\n').slice(2);
}

/** Names of counters in a text; `…processes_evicted` stands for one of the part that was named before it. */
function named(text: string): Set<string> {
  const names = new Set<string>();
  let part = '';
  for (const [, whole, prefix, rest] of text.matchAll(/`(?:(([a-z]+)\.[a-z_]+)|…([a-z_]+))`/g)) {
    if (prefix !== undefined) part = prefix;
    names.add(whole ?? `${part}.${rest}`);
  }
  return names;
}

/** Where a row of `part.*` leads to; undefined where it leads to what `imds explain` tells of each. */
function elsewhere(row: string): Set<string> | undefined {
  if (row.includes('`imds explain` tells of each')) return undefined;
  return new Set(targets(row).flatMap((target) => [...named(read(join('docs', target)))]));
}

/** Names that the program counts by, in TypeScript and in C. */
function counted(): Set<string> {
  const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' });
  const source = (end: RegExp) =>
    files.filter((name) => end.test(name)).map((name) => readFileSync(join(root, 'src', name), 'utf8'));
  const typescript = source(/\.ts$/).flatMap((text) => [
    ...text.matchAll(/\bcount\w*\([^();]*?'([a-z]+\.[a-z_]+)'/gi),
    ...text.matchAll(/\b(?:losses|counters)\['([a-z]+\.[a-z_]+)'\]/gi),
  ]);
  const c = source(/losses\.c$/).flatMap((text) => [...text.matchAll(/= "([a-z]+\.[a-z_]+)"/g)]);
  return new Set([...typescript, ...c].map(([, name = '']) => name));
}

describe('the table of counters', () => {
  it('has every counter that reports have words for, or says which document has it', () => {
    const byName = new Set(rows().flatMap((row) => [...named(row.split(' | ')[0] ?? '')]));
    const missing = KNOWN_LOSSES.filter((name) => {
      if (byName.has(name)) return false;
      const row = rows().find((one) => one.includes(`\`${name.split('.')[0]}.*\``));
      return row === undefined || elsewhere(row)?.has(name) === false;
    });
    assert.deepEqual(missing, []);
  });

  it('has no counter that there is not', () => {
    const names = rows().flatMap((row) => [...(row.split(' | ')[0] ?? '').matchAll(NAME)]);
    assert.ok(names.length > 40, `${names.length} counters`);
    assert.deepEqual(
      names.map(([, name = '']) => name).filter((name) => lossTitle(name) === undefined),
      [],
    );
  });

  it('is one of what the program counts: reports have words for all of it', () => {
    const names = [...counted()];
    assert.ok(names.length > 50, `${names.length} counters`);
    assert.deepEqual(
      names.filter((name) => lossTitle(name) === undefined),
      [],
    );
  });

  it('tells how many connections are followed, as the records do', () => {
    const source = readFileSync(join(root, 'src/capture/tcp/lifetimes.ts'), 'utf8');
    const limit = (name: string) => Number(new RegExp(`const ${name} = (\\d+);`).exec(source)?.[1]);
    const words = `(${[limit('MAX_HALF_OPEN'), limit('MAX_OPEN')].map((most) => most.toLocaleString('en-US')).join(' half-open, ')} others`;
    for (const document of ['docs/output.md', 'docs/records.md'])
      assert.ok(read(document).includes(words), `${document}: ${words}`);
  });
});
