import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { flood } from './flood.ts';
import { FLOODS } from './floods.ts';

const MIB = 1024 * 1024;
/** Above what is held before: with Node's own, well below the 200 MB that the process may take. */
const MAX_HELD = 64 * MIB;
/** Beyond every limit of connections, segments and requests. */
const N = 20_000;
/** More connections than are followed. */
const STEP = 13_000;
/** By what the third part of the work may exceed the second: 1.67 would be quadratic. */
const LINEAR = 1.3;

/** Named counters of what was turned away, where a flood makes that necessary. */
const COUNTERS: Record<string, string> = {
  'half-open connections': 'tcp.half_open_evicted',
  'clients with one ISN that send different bytes': 'tcp.connections_evicted',
  'connections with a hole each': 'tcp.connections_evicted',
  'connections in mid-stream': 'tcp.connections_evicted',
  'answers without requests': 'tcp.half_open_evicted',
  'requests that nobody answers': 'http.pending_evicted',
  'requests with long texts that nobody answers': 'http.pending_evicted',
  'half-open connections of as many addresses': 'tcp.half_open_evicted',
  'lines without an end': 'http.lines_evicted',
  'segments of a byte, in reverse': 'tcp.holes_forced',
  'segments of a byte, every other one': 'tcp.holes_forced',
};

describe('capture, bounds', function () {
  this.timeout(300_000);

  for (const [name, segments] of Object.entries(FLOODS)) {
    it(`memory stays flat, and losses are counted: ${name}`, () => {
      const { held, losses } = flood(segments(name.startsWith('half-open') ? 100_000 : N));
      assert.ok(held < MAX_HELD, `${Math.round(held / MIB)} MiB are held`);
      const counter = COUNTERS[name];
      if (counter !== undefined) assert.ok((losses[counter] ?? 0) > 0, JSON.stringify(losses));
    });
  }

  describe('work', () => {
    let work: Record<string, readonly [one: number, two: number, three: number]>;
    before(() => {
      const args = ['--no-opt', '--import', 'tsx', join(import.meta.dirname, 'flood-work.ts'), String(STEP)];
      work = JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' }));
    });

    for (const name of Object.keys(FLOODS)) {
      it(`is linear in the packets: ${name}`, () => {
        const [one, two, three] = work[name] ?? [0, 0, 0];
        assert.ok(one > STEP, 'work was counted');
        assert.ok(three - two <= LINEAR * (two - one), `${one}, ${two}, ${three} block executions`);
      });
    }
  });

  it('no connection ends twice or never, and none is lost', () => {
    for (const name of [
      'half-open connections',
      'connections, opened and closed',
      'connections in mid-stream',
    ]) {
      const { connections } = flood(FLOODS[name]?.(20_000) ?? []);
      assert.equal(connections, 20_000, name);
    }
  });

  it('lose no call to a flood of attempts', () => {
    const { calls } = flood(
      (function* () {
        const payload = 'GET / HTTP/1.1\r\n\r\n';
        yield { client: 1_000_000, sequence: 0, flags: ['syn'] };
        yield { client: 1_000_000, answer: true, sequence: 0, acknowledgment: 1, flags: ['syn', 'ack'] };
        yield { client: 1_000_000, sequence: 1, acknowledgment: 1 };
        yield* FLOODS['half-open connections']?.(20_000) ?? [];
        yield { client: 1_000_000, sequence: 1, acknowledgment: 1, payload };
      })(),
    );
    assert.equal(calls, 1);
  });
});
