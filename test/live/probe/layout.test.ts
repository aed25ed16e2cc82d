import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './probe.ts';

const folder = join(ROOT, 'src', 'bpf');
const header = readFileSync(join(folder, 'imds.h'), 'utf8');

/** Structures that imds.h declares. */
const structures = [...header.matchAll(/^struct (imds_\w+) \{/gm)].map((match) => match[1] ?? '');

describe('imds-probe: the layout that its two sides share', () => {
  it('is held by the compilers of both, for every structure', () => {
    assert.ok(structures.length >= 10);
    for (const name of structures) {
      assert.match(
        header,
        new RegExp(`^IMDS_LAYOUT\\(${name}, `, 'm'),
        `no size of struct ${name} is asserted`,
      );
    }
  });

  it('is read by both sides', () => {
    for (const name of ['probe/shared.bpf.h', 'probe/merge.h', 'probe/attach.h', 'probe/journal.h']) {
      const included = closure(name);
      assert.ok(included.has('imds.h'), `${name} does not include imds.h`);
    }
  });

  it('has no copy elsewhere: TypeScript reads pcapng and JSON only', () => {
    const sources = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' });
    for (const name of sources.filter((each) => each.endsWith('.ts'))) {
      const text = readFileSync(join(ROOT, 'src', name), 'utf8');
      assert.doesNotMatch(text, /\bimds_(?:packet|event|socket_event|process|exec|tuple)\b|imds\.h\b/, name);
    }
  });

  it('is built into C files of one job each', () => {
    for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
      if (!/\.[ch]$/.test(name)) continue;
      const lines = readFileSync(join(folder, name), 'utf8').split('\n');
      assert.ok(lines.length <= 310, `${name}: ${lines.length} lines`);
      assert.match(lines[0] ?? '', /SPDX-License-Identifier: /, name);
    }
  });
});

/** Files that a header includes, by their paths from src/bpf. */
function closure(name: string, seen = new Set<string>()): Set<string> {
  if (seen.has(name)) return seen;
  seen.add(name);
  for (const [, path] of readFileSync(join(folder, name), 'utf8').matchAll(/^#include "(.+)"/gm)) {
    closure(join(name, '..', path ?? ''), seen);
  }
  return seen;
}
