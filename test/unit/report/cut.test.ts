import { ok, strictEqual } from 'node:assert';
import { cutAt } from '../../../src/report/cut.ts';
import { groupsOf } from '../../../src/report/groups.ts';
import { cutText } from '../../../src/report/html/words.ts';
import { programName } from '../../../src/report/program.ts';
import { aggregateFor } from '../../../src/report/rows.ts';
import { attributed } from './samples.ts';

const FACE = '\u{1F600}';

describe('texts that are cut', () => {
  it('end behind a whole character', () => {
    strictEqual(cutAt(`ab${FACE}`, 3), 'ab');
    strictEqual(cutAt(`ab${FACE}c`, 4), `ab${FACE}`);
    strictEqual(cutAt(`ab${FACE}`, 4), `ab${FACE}`);
    // What is there already stays.
    strictEqual(cutAt('ab\uD83D', 3), 'ab\uD83D');
    strictEqual(cutText(`ab${FACE}c`, 3), 'ab… (3 more characters)');
  });

  it('are names of programs, and paths of groups', () => {
    for (let length = 0; length < 600; length++) {
      const text = 'a'.repeat(length) + FACE.repeat(300);
      const name = programName({
        pid: 1,
        start: '1',
        name: 'x',
        executable: '/usr/bin/python3',
        args: ['python3', `/srv/${text}`],
      });
      ok(name?.isWellFormed(), name);
    }
    const aggregate = aggregateFor({ groupBy: 'path' });
    for (const length of [510, 511]) {
      const path = Buffer.from(`/${'a'.repeat(length)}${FACE}${FACE}`).toString('latin1');
      aggregate.add(attributed({ target: path, clientIsn: length }));
    }
    const names = groupsOf(aggregate, 'path').map(({ name }) => name ?? '');
    strictEqual(names.length, 2);
    for (const name of names) ok(name.isWellFormed(), name);
  });
});
