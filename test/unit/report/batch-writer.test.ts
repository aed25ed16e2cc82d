import { deepStrictEqual, strictEqual } from 'node:assert';
import { BatchWriter } from '../../../src/report/batch-writer.ts';

describe('batch writer', () => {
  it('writes in batches, and waits for a consumer that is behind', async () => {
    const writes: number[] = [];
    let drained = 0;
    const writer = new BatchWriter({
      write(text) {
        writes.push(text.length);
        return false;
      },
      async drain() {
        drained++;
      },
    });
    strictEqual(writer.ready(), undefined);
    for (let index = 0; index < 70; index++) writer.write('x'.repeat(1000));
    deepStrictEqual(writes, [66_000]);
    await writer.ready();
    deepStrictEqual([writes, drained], [[66_000, 4000], 1]);
    strictEqual(writer.ready(), undefined);
    writer.write('end');
    await writer.end();
    deepStrictEqual([writes, drained], [[66_000, 4000, 3], 2]);
  });
});
