import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { imds } from '../cli/run.ts';
import { Random } from '../fuzz/random.ts';
import { callerProgram } from '../live/caller.ts';
import { startServing, V4_ENDPOINT, WATCHING } from '../live/scene.ts';
import { Network } from '../support/netns.ts';
import { connectPair } from '../support/topologies.ts';
import { Collector } from './collector.ts';
import { type Ground, pickFrom } from './disturbances.ts';
import { clockEnvironment } from './fake-clock.ts';
import { Keeper, type Sample } from './keeper.ts';
import { type Balance, Ledger } from './ledger.ts';
import { SmallDisk } from './small-disk.ts';

const DISK_MEGABYTES = 400;
/** A call's event is some kilobytes, and what is rolled away before it is read could not be counted. */
const NEVER_ROLLED = { IMDS_LOG_EVENTS_MAX_SIZE: '0' };
/** The log is moved away and read so often, whatever else happens. */
const COLLECT_MS = 4000;
/** Calls a second that are made all the time. */
const STEADY_RATE = 40;
const STEADY_S = 2;
/** Calls wait up to two seconds for their records; then lines go to the disk. */
const SETTLE_MS = 4000;

export interface SoakOptions {
  seed: number;
  seconds: number;
  /** Disturbances that are made: words of their names; undefined for all. */
  only: readonly string[] | undefined;
  /** Views of the sessions, as `imds live --capture` takes them. */
  capture: string;
  /** File for all events that were logged; undefined for none that stays. */
  keep: string | undefined;
  onStep(text: string): void;
}

export interface SoakResult {
  balance: Balance;
  /** How often each disturbance was made. */
  made: Record<string, number>;
  sessions: number;
  rotations: number;
  torn: number;
  /** What the sessions counted as lost, summed. */
  losses: Record<string, number>;
  samples: readonly Sample[];
  diagnostics: readonly string[];
  /** Processes that a session started, and that are still there. */
  left: readonly number[];
  /** Calls in `imds report` of all that was logged. */
  reported: number;
  logged: number;
}

/** Calls all the time, and one disturbance after the other, until the time is over. */
export async function soak({ seed, seconds, only, capture, keep, onStep }: SoakOptions): Promise<SoakResult> {
  const folder = mkdtempSync(join(tmpdir(), 'imds-soak-'));
  chmodSync(folder, 0o755);
  const disk = new SmallDisk(join(folder, 'disk'), DISK_MEGABYTES);
  try {
    return await Network.with(async (network) => {
      const { client, server } = connectPair(network);
      const endpoint = await startServing(server);
      const mark = `soak-${process.pid}`;
      const ledger = new Ledger(mark);
      const log = join(disk.path, 'log');
      const copy = keep ?? join(folder, 'imds-calls.jsonl');
      writeFileSync(copy, '');
      const { env, clockFile } = clockEnvironment(folder);
      const args = [
        '--quiet',
        '--capture',
        capture,
        '--log-dir',
        log,
        '--state-dir',
        join(disk.path, 'state'),
        ...WATCHING,
      ];
      const keeper = new Keeper(
        client,
        [...args, '--exit-on-probe-loss'],
        { ...env, ...NEVER_ROLLED },
        ledger,
      );
      const collector = new Collector(log, copy, ledger);
      await keeper.start();
      let paths = 0;
      const path = () => `/latest/meta-data/${mark}/${paths++}`;
      const random = new Random(seed);
      const ground: Ground = {
        random,
        client,
        server,
        endpoint: V4_ENDPOINT,
        keeper,
        collector,
        disk,
        clockFile,
        path,
      };
      const until = Date.now() + seconds * 1000;
      const steady = (async () => {
        while (Date.now() < until) {
          const pace = ['pace', V4_ENDPOINT, path(), String(STEADY_RATE), String(STEADY_S)];
          await client.run(callerProgram(), pace, { timeoutMs: 30_000 }).catch(() => {});
        }
      })();
      const collecting = setInterval(() => collector.rotate(() => keeper.signal('SIGHUP')), COLLECT_MS);
      const made: Record<string, number> = {};
      while (Date.now() < until) {
        const disturbance = pickFrom(random, only);
        made[disturbance.name] = (made[disturbance.name] ?? 0) + 1;
        onStep(disturbance.name);
        await disturbance.run(ground);
      }
      await steady;
      clearInterval(collecting);
      await new Promise((wake) => setTimeout(wake, SETTLE_MS));
      await keeper.stop();
      collector.finish();
      for (const request of endpoint.requests) ledger.answered(request);
      return {
        balance: ledger.balance(),
        made,
        sessions: keeper.sessions,
        rotations: collector.rotations,
        torn: collector.torn,
        losses: collector.losses,
        samples: keeper.samples,
        diagnostics: keeper.diagnostics,
        left: keeper.left,
        logged: ledger.loggedCount,
        reported: await reportedCalls(copy),
      };
    });
  } finally {
    disk.unmount();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function reportedCalls(file: string): Promise<number> {
  const { stdout } = await imds(['report', file, '--json']);
  return JSON.parse(stdout).totals.calls;
}
