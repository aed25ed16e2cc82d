import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { imds } from '../cli/run.ts';

export const fixtures = join(import.meta.dirname, '..', '..', 'fixtures');

export type Format = 'text' | 'csv' | 'jsonl' | 'log' | 'html';

/** Name of the file with what each format printed. */
const EXPECTED: Record<Format, string> = {
  text: 'expected.txt',
  csv: 'expected.csv',
  jsonl: 'expected.jsonl',
  log: 'expected.log',
  html: 'expected.html',
};
/** Unless a case names others. */
const FORMATS: readonly Format[] = ['text', 'csv', 'jsonl', 'log'];
/** Exit code and standard error; there is none where imds exits with 0 and says nothing. */
const DIAGNOSTICS = 'expected.err';

/** case.json */
export interface Case {
  name: string;
  paths: readonly string[];
  stdin?: string;
  args?: readonly string[];
  formats?: readonly Format[];
  exitCode?: number;
  /** `VERSION METHOD TARGET STATUS [PROCESS/PID MATCH]`, in the order of time. */
  calls: readonly string[];
}

/** What imds made of a case: contents by file name. */
export type Outputs = Map<string, string>;

export function readCases(): Case[] {
  return readdirSync(fixtures)
    .sort()
    .filter((name) => existsSync(join(fixtures, name, 'case.json')))
    .map((name) => ({ name, ...JSON.parse(readFileSync(join(fixtures, name, 'case.json'), 'utf8')) }));
}

/** Runs the built command in the case's folder: 80 columns, no colour, UTC. */
export async function run(golden: Case): Promise<Outputs> {
  const cwd = join(fixtures, golden.name);
  const input = golden.stdin === undefined ? {} : { input: readFileSync(join(cwd, golden.stdin)) };
  const outputs: Outputs = new Map();
  const diagnostics = new Set<string>();
  const results = await Promise.all(
    (golden.formats ?? FORMATS).map(async (format) => {
      const args = ['analyze', '--format', format, ...(golden.args ?? []), ...golden.paths];
      return { format, ...(await imds(args, { cwd, ...input, env: { COLUMNS: '80' } })) };
    }),
  );
  for (const { format, code, stdout, stderr } of results) {
    outputs.set(EXPECTED[format], stdout);
    diagnostics.add(code === 0 && stderr === '' ? '' : `exit code ${code}\n${stderr}`);
  }
  // One text where all formats say the same, as they should.
  outputs.set(DIAGNOSTICS, [...diagnostics].join('--- or, in another format ---\n'));
  return outputs;
}

export function expected(golden: Case): Outputs {
  const names = [...(golden.formats ?? FORMATS).map((format) => EXPECTED[format]), DIAGNOSTICS];
  return new Map(names.map((name) => [name, readIfThere(join(fixtures, golden.name, name))]));
}

export function writeExpected(golden: Case, outputs: Outputs): void {
  for (const [name, text] of outputs) {
    const file = join(fixtures, golden.name, name);
    if (name === DIAGNOSTICS && text === '') rmSync(file, { force: true });
    else writeFileSync(file, text);
  }
}

interface Event {
  '@timestamp': string;
  imds: { version?: string; operation?: string };
  http?: { request?: { method?: string }; response?: { status_code?: number } };
  url?: { original?: string };
  process?: { name?: string; pid: number };
  attribution: { match: string; reason?: string };
}

/** The calls of a JSONL output in the words of case.json. */
export function callsOf(jsonl: string): string[] {
  const events = jsonl
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Event);
  return events
    .map((event, i) => ({ event, i }))
    .sort((a, b) => compare(a.event['@timestamp'], b.event['@timestamp']) || a.i - b.i)
    .map(({ event }) => describeCall(event));
}

function describeCall({ imds: { version, operation }, http, url, process, attribution }: Event): string {
  const call = `${version ?? operation ?? '-'} ${http?.request?.method ?? '-'} ${url?.original ?? '-'} ${http?.response?.status_code ?? '-'}`;
  if (process !== undefined) return `${call} ${process.name}/${process.pid} ${attribution.match}`;
  // Where there is no journal, nobody expects a process.
  return attribution.reason === 'no records' ? call : `${call} - ${attribution.match}`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function readIfThere(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}
