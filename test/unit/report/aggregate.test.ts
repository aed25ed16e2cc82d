import { deepStrictEqual, strictEqual } from 'node:assert';
import { Aggregate } from '../../../src/report/aggregate.ts';
import { callerName } from '../../../src/report/caller-row.ts';
import { KINDS } from '../../../src/report/kinds.ts';
import { ProcessViews } from '../../../src/report/process-view.ts';
import { attributed, CURL, PYTHON, TIME } from './samples.ts';

describe('aggregate', () => {
  it('sorts by what to fix first', () => {
    const aggregate = new Aggregate();
    for (let count = 0; count < 3; count++) aggregate.add(attributed({ version: 'v2' }, PYTHON));
    aggregate.add(attributed({ version: undefined, operation: 'attempt', userAgent: undefined }));
    aggregate.add(attributed({ version: 'foreign', userAgent: 'x' }));
    aggregate.add(attributed({ version: 'unknown', userAgent: 'y' }));
    aggregate.add(attributed({}, CURL));
    deepStrictEqual(
      aggregate.callers().map((caller) => [callerName(caller), KINDS.find((kind) => caller.kinds[kind] > 0)]),
      [
        ['curl by bash ./makeCalls.sh', 'v1'],
        ['client 10.0.0.5', 'unknown'],
        ['python3 /opt/app/main.py', 'v2'],
        ['client 10.0.0.5', 'foreign'],
        ['client 10.0.0.5', 'attempt'],
      ],
    );
  });

  it('makes one caller of many processes of a program, and keeps the worst of what they did', () => {
    const aggregate = new Aggregate();
    aggregate.add(attributed({ version: 'v2', pathClass: 'metadata', time: TIME + 5n }, { ...CURL, pid: 1 }));
    aggregate.add(attributed({ pathClass: 'credentials', status: 401 }, { ...CURL, pid: 2 }));
    aggregate.add(attributed({ pathClass: 'token', time: TIME - 5n }, { ...CURL, pid: 3 }));
    const [caller, ...rest] = aggregate.callers();
    strictEqual(rest.length, 0);
    strictEqual(caller?.worstPath, 'credentials');
    strictEqual(caller?.example.process?.pid, 3);
    strictEqual(caller?.facts.v1.succeeded, 1);
    deepStrictEqual([caller?.first, caller?.last], [TIME - 5n, TIME + 5n]);
  });

  it('separates hosts, containers and captures', () => {
    const aggregate = new Aggregate();
    aggregate.add(attributed({}, PYTHON));
    aggregate.add(attributed({}, { ...PYTHON, containerId: 'other' }));
    aggregate.add(attributed({}, { ...PYTHON }, { host: { name: 'b' } }));
    aggregate.add(attributed({}, { ...PYTHON }, { host: { name: 'b' }, capture: 'second.pcap' }));
    aggregate.add(attributed());
    aggregate.add(attributed({}, undefined, { capture: 'b.pcap' }));
    strictEqual(aggregate.callers().length, 5);
  });

  it('keeps no more of processes than is meant for all of them together', () => {
    const aggregate = new Aggregate();
    for (let pid = 1; pid <= 40; pid++) {
      const args = [`/bin/p${pid}`, 'x'.repeat(1024 * 1024)];
      aggregate.add(
        attributed({}, { pid, start: String(pid), executable: `/bin/p${pid}`, args, ancestors: [] }),
      );
    }
    strictEqual(aggregate.callers().length, 24);
    strictEqual(aggregate.otherCalls, 17);
    strictEqual(aggregate.calls, 40);
  });

  it('counts arguments and ancestors without text, too', () => {
    const ancestors = Array.from({ length: 50 }, (_, pid) => ({ pid, start: '1', name: 'sh' }));
    for (const [more, most] of [
      [{ args: ['/bin/p', ...Array<string>(99_991).fill('')] }, 15],
      [{ ancestors: Array.from({ length: 249 }, () => ancestors).flat() }, 15],
    ] as const) {
      const aggregate = new Aggregate();
      for (let pid = 1; pid <= 20; pid++) {
        const process = { pid, start: String(pid), executable: `/bin/p${pid}`, ancestors: [], ...more };
        aggregate.add(attributed({}, process));
      }
      strictEqual(aggregate.callers().length, most + 1);
      strictEqual(aggregate.otherCalls, 20 - most);
    }
  });

  it('is bounded by a row of other callers, with a counter', () => {
    const aggregate = new Aggregate(new ProcessViews(), 2);
    for (let client = 0; client < 9; client++) {
      aggregate.add(attributed({ client: { address: `10.0.0.${client}`, port: 1 } }));
    }
    const callers = aggregate.callers();
    strictEqual(callers.length, 3);
    strictEqual(callers[2]?.identity.isOther, true);
    strictEqual(callers[2]?.kinds.v1, 7);
    strictEqual(aggregate.otherCalls, 7);
    strictEqual(aggregate.calls, 9);
  });
});
