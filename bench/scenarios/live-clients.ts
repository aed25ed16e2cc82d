import { LoadNetwork } from '../live/load.ts';
import { BenchSession, type Views } from '../live/session.ts';
import { withTcpdump } from '../live/tcpdump.ts';
import { proportionalMegabytes, usageOf } from '../live/usage.ts';
import { median } from '../measure.ts';
import type { Bench, Section } from '../scenario.ts';
import type { Verdict } from '../targets.ts';

const CLIENTS = 10_000;
const QUICK_CLIENTS = 200;
const STARTS = 11;
const MOST_MEGABYTES = 120;
const MOST_READY_SECONDS = 0.5;
const MOST_DELAY_MS = 2000;

interface Load {
  what: string;
  atOnce: number;
  /** A second; 0 is as fast as they go. */
  rate: number;
}

const LOADS: readonly Load[] = [
  { what: 'one by one', atOnce: 1, rate: 0 },
  { what: '16 at once', atOnce: 16, rate: 0 },
  { what: '200 a second', atOnce: 16, rate: 200 },
];

interface Result {
  views: Views;
  load: Load;
  seconds: number;
  seen: number;
  correct: number;
  nodeCpu: number;
  probeCpu: number;
  nodeMegabytes: number;
  probeMegabytes: number;
  /** Both, a page that is mapped twice counted once. */
  proportional: number;
  delay: number;
  lateDelay: number;
}

/** Ten thousand processes with one call each: nothing may be missed, and each has to be the right one. */
export async function liveClients(bench: Bench): Promise<Section[]> {
  const count = bench.quick ? QUICK_CLIENTS : CLIENTS;
  return LoadNetwork.with(async (network) => {
    const results: Result[] = [];
    const dumps: string[][] = [];
    for (const load of LOADS) {
      for (const views of ['sockets', 'both'] as const) results.push(await run(network, views, load, count));
      dumps.push(await tcpdumpRow(network, load, count));
    }
    return [
      await ready(network, bench.quick ? 2 : STARTS),
      callsSection(results, count),
      costSection(results, dumps, count),
    ];
  });
}

async function run(network: LoadNetwork, views: Views, load: Load, count: number): Promise<Result> {
  const mark = `bench-${process.pid}`;
  const session = await BenchSession.start(network.client, views, { mark, keepsDelays: true });
  const before = [usageOf(session.pid), usageOf(session.probe)];
  const seconds = await network.clients(mark, count, load.atOnce, load.rate);
  await session.settled(count);
  const node = usageOf(session.pid);
  const probe = usageOf(session.probe);
  const proportional = proportionalMegabytes(session.pid) + proportionalMegabytes(session.probe);
  await session.stop();
  const { calls } = session;
  return {
    views,
    load,
    seconds,
    seen: calls.seen,
    correct: calls.correct,
    nodeCpu: node.cpuSeconds - (before[0]?.cpuSeconds ?? 0),
    probeCpu: probe.cpuSeconds - (before[1]?.cpuSeconds ?? 0),
    nodeMegabytes: node.peakMegabytes,
    probeMegabytes: probe.peakMegabytes,
    proportional,
    delay: calls.delay(50),
    lateDelay: calls.delay(99),
  };
}

async function tcpdumpRow(network: LoadNetwork, load: Load, count: number): Promise<string[]> {
  const { captured, dropped, usage } = await withTcpdump(network.client, () =>
    network.clients('tcpdump', count, load.atOnce, load.rate),
  );
  return [
    `tcpdump, ${load.what}`,
    `${captured} packets, ${dropped} dropped`,
    `${((usage.cpuSeconds / count) * 100_000).toFixed(1)} s`,
    `${usage.peakMegabytes.toFixed(0)} MB`,
    '',
  ];
}

const nameOf = ({ views, load }: Result) => `${views}, ${load.what}`;

function callsSection(results: readonly Result[], count: number): Section {
  return {
    title: `Live: ${count} short-lived clients`,
    note: 'Each is a process of its own (fork, exec, one request), and names its pid and the time in the path. Seen: lines of `--jsonl`; correct: those with that very pid, and the name of the program. Delay: from the request to its line at the reader.',
    figures: {
      header: ['', 'clients/s', 'seen', 'correct', 'delay, median', 'delay, p99'],
      rows: results.map((result) => [
        nameOf(result),
        (count / result.seconds).toFixed(0),
        String(result.seen),
        String(result.correct),
        `${result.delay.toFixed(0)} ms`,
        `${result.lateDelay.toFixed(0)} ms`,
      ]),
    },
    verdicts: results.flatMap((result): Verdict[] => [
      {
        subject: `calls with their own process, ${nameOf(result)}`,
        target: `${count} of ${count}`,
        measured: `${result.correct} of ${count}`,
        reached: result.correct === count && result.seen === count,
      },
      {
        subject: `delay (p99), ${nameOf(result)}`,
        target: `≤ ${MOST_DELAY_MS} ms`,
        measured: `${result.lateDelay.toFixed(0)} ms`,
        reached: result.lateDelay <= MOST_DELAY_MS,
      },
    ]),
  };
}

function costSection(
  results: readonly Result[],
  dumps: readonly (readonly string[])[],
  count: number,
): Section {
  const perCalls = (seconds: number) => `${((seconds / count) * 100_000).toFixed(1)} s`;
  const sum = ({ nodeMegabytes, probeMegabytes }: Result) => nodeMegabytes + probeMegabytes;
  return {
    title: `Live: CPU and memory, ${count} short-lived clients`,
    note: 'Of the runs above: Node + probe, without what the kernel side takes within the clients (see the cost by program). Peak RSS counts every page once for each mapping, and the probe maps its buffers twice, as libbpf does; shared: the same at the end with each page counted once (proportional set size). tcpdump (`-i any -s 0 -w FILE` with a filter of both addresses) had the same clients in its own turn: it names no process, and reads no request.',
    figures: {
      header: ['', 'of', 'CPU per 100,000 calls', 'peak RSS', 'shared'],
      rows: [
        ...results.map((result) => [
          nameOf(result),
          'Node + probe',
          `${perCalls(result.nodeCpu)} + ${perCalls(result.probeCpu)}`,
          `${result.nodeMegabytes.toFixed(0)} + ${result.probeMegabytes.toFixed(0)} MB`,
          `${result.proportional.toFixed(0)} MB`,
        ]),
        ...dumps,
      ],
    },
    verdicts: results.map((result) => ({
      subject: `resident memory of both, ${nameOf(result)}`,
      target: `≤ ${MOST_MEGABYTES} MB`,
      measured: `${sum(result).toFixed(0)} MB`,
      reached: sum(result) <= MOST_MEGABYTES,
    })),
  };
}

async function ready(network: LoadNetwork, starts: number): Promise<Section> {
  const all: Record<Views, { seconds: number; node: number; probe: number }[]> = { sockets: [], both: [] };
  for (let start = 0; start < starts; start++) {
    for (const views of ['sockets', 'both'] as const) {
      const session = await BenchSession.start(network.client, views);
      const node = usageOf(session.pid).residentMegabytes;
      const probe = usageOf(session.probe).residentMegabytes;
      all[views].push({ seconds: session.readySeconds, node, probe });
      await session.stop();
    }
  }
  const entries = Object.entries(all);
  const ms = (seconds: number) => `${(seconds * 1000).toFixed(0)} ms`;
  return {
    title: 'Live: from the command to the ready line',
    note: `${starts} starts of each in turn, and the resident memory when it is ready.`,
    figures: {
      header: ['--capture', 'median (least–most)', 'Node', 'probe'],
      rows: entries.map(([views, each]) => {
        const times = each.map(({ seconds }) => seconds);
        return [
          views,
          `${ms(median(times))} (${ms(Math.min(...times))}–${ms(Math.max(...times))})`,
          `${median(each.map(({ node }) => node)).toFixed(0)} MB`,
          `${median(each.map(({ probe }) => probe)).toFixed(0)} MB`,
        ];
      }),
    },
    verdicts: entries.map(([views, each]) => {
      const seconds = median(each.map((one) => one.seconds));
      return {
        subject: `ready, --capture ${views}`,
        target: `≤ ${MOST_READY_SECONDS} s`,
        measured: `${seconds.toFixed(2)} s`,
        reached: seconds <= MOST_READY_SECONDS,
      };
    }),
  };
}
