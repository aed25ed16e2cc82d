import { LoadNetwork } from '../live/load.ts';
import { BenchSession } from '../live/session.ts';
import { usageOf } from '../live/usage.ts';
import type { Bench, Section } from '../scenario.ts';

const CLIENTS = 1_000_000;
const QUICK_CLIENTS = 2000;
const AT_ONCE = 16;
const SHARES = [0.1, 0.25, 0.5, 1];
const SAMPLE_MS = 200;
/** Between a quarter and the whole; collections of garbage fall differently each time. */
const FLAT_WITHIN_MEGABYTES = 30;

interface Sample {
  share: number;
  seconds: number;
  node: number;
  probe: number;
}

/** A million programs, each with one call, and what is resident on the way. */
export async function liveSoak(bench: Bench): Promise<Section[]> {
  const count = bench.quick ? QUICK_CLIENTS : CLIENTS;
  return LoadNetwork.with(async (network) => {
    const mark = `soak-${process.pid}`;
    const session = await BenchSession.start(network.client, 'sockets', { mark });
    const samples: Sample[] = [];
    const begin = performance.now();
    const sample = () => {
      const share = SHARES[samples.length];
      if (share === undefined || session.calls.seen < share * count) return;
      samples.push(take(share));
    };
    const take = (share: number): Sample => {
      const seconds = (performance.now() - begin) / 1000;
      const node = usageOf(session.pid).residentMegabytes;
      return { share, seconds, node, probe: usageOf(session.probe).residentMegabytes };
    };
    const timer = setInterval(sample, SAMPLE_MS);
    try {
      await network.clients(mark, count, AT_ONCE);
      await session.settled(count);
    } finally {
      clearInterval(timer);
    }
    if (samples.length < SHARES.length) samples.push(take(1));
    const peaks = [usageOf(session.pid), usageOf(session.probe)].map(({ peakMegabytes }) => peakMegabytes);
    await session.stop();
    return [section(count, samples, session.calls, peaks)];
  });
}

function section(
  count: number,
  samples: readonly Sample[],
  { seen, correct }: { seen: number; correct: number },
  peaks: readonly number[],
): Section {
  const sum = (share: number) => {
    const found = samples.find((sample) => sample.share === share);
    return found === undefined ? Number.NaN : found.node + found.probe;
  };
  const growth = sum(1) - sum(0.25);
  const [nodePeak = 0, probePeak = 0] = peaks;
  const megabytes = (value: number) => `${value.toFixed(0)} MB`;
  return {
    title: `Live: soak, ${count} calls of ${count} programs`,
    note: `Fork, exec and one call each, ${AT_ONCE} at once, as fast as they go, with \`--capture sockets\`: many times what the real service answers. ${seen} calls were seen, ${correct} of them with the pid that they name and its program.`,
    figures: {
      header: ['calls', 'after', 'Node', 'probe'],
      rows: [
        ...samples.map(({ share, seconds, node, probe }) => [
          `${share * 100} %`,
          `${seconds.toFixed(0)} s`,
          megabytes(node),
          megabytes(probe),
        ]),
        ['peak', '', megabytes(nodePeak), megabytes(probePeak)],
      ],
    },
    verdicts: [
      {
        subject: 'growth of resident memory from 25 % to 100 %, both',
        target: `≤ ${FLAT_WITHIN_MEGABYTES} MB`,
        measured: megabytes(growth),
        reached: growth <= FLAT_WITHIN_MEGABYTES,
      },
      {
        subject: 'calls with their own process',
        target: `${count} of ${count}`,
        measured: `${correct} of ${count}`,
        reached: correct === count,
      },
    ],
  };
}
