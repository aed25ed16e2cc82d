import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { matchCaller } from '../../src/clients/match.ts';
import { imds } from '../cli/run.ts';
import { ZOO } from './clients.ts';
import type { Mode } from './modes.ts';
import type { ZooResult } from './run.ts';
import { sequenceOf } from './sequence.ts';

export const CASES_FILE = join(import.meta.dirname, 'cases.json');

/** What one client does where the PUT ends so. */
export interface ZooCase {
  /** {@link sequenceOf} of its calls. */
  requests: string[];
  /** Id of the client table's row. */
  product?: string;
  /** Id of the rule that says why it uses IMDSv1. */
  cause?: string;
  /** Ids of the other rules that hold, worst first. */
  findings?: string[];
}

export interface ZooEntry {
  client: string;
  title: string;
  cases: Partial<Record<Mode, ZooCase>>;
}

/** The part of a caller in the report that is looked at (schemas/report.schema.json). */
interface Caller {
  program?: string;
  started_by?: string;
  executable?: string;
  user_agents: string[];
  example_pid?: number;
  example_args?: string[];
  cause?: string;
  findings?: string[];
}

export function expectedCases(): ZooEntry[] {
  return JSON.parse(readFileSync(CASES_FILE, 'utf8'));
}

/** What was seen of a zoo, in the order of its clients. */
export async function seenCases({ runs, files }: ZooResult): Promise<ZooEntry[]> {
  const callers = new Map<string, readonly Caller[]>();
  for (const [mode, file] of Object.entries(files)) callers.set(mode, await callersOf(file));
  return ZOO.filter(({ id }) => runs.some(({ client }) => client.id === id)).map(({ id, title }) => {
    const cases: ZooEntry['cases'] = {};
    for (const { client, mode, events } of runs) {
      if (client.id !== id) continue;
      const pids = new Set(events.map(({ process: caller }) => caller?.pid));
      const own = callers.get(mode)?.filter(({ example_pid }) => pids.has(example_pid)) ?? [];
      cases[mode] = caseOf(sequenceOf(events, client.isParallel), own);
    }
    return { client: id, title, cases };
  });
}

/** By `imds report`, as somebody makes it of the log of imds live. */
async function callersOf(file: string): Promise<readonly Caller[]> {
  const { code, stdout, stderr } = await imds(['report', '--json', file]);
  if (code !== 0) throw new Error(`imds report: ${code}: ${stderr}`);
  return JSON.parse(stdout).callers;
}

function caseOf(requests: string[], callers: readonly Caller[]): ZooCase {
  if (callers.length > 1) throw new Error(`${callers.length} callers: ${JSON.stringify(callers)}`);
  const [caller] = callers;
  if (caller === undefined) return { requests };
  const { program, started_by: startedBy, executable, example_args: args, user_agents } = caller;
  const { cause, findings = [] } = caller;
  const product = matchCaller({ program, startedBy, executable, args }, user_agents)?.client.id;
  return {
    requests,
    ...(product === undefined ? {} : { product }),
    ...(cause === undefined ? {} : { cause }),
    ...(findings.length === 0 ? {} : { findings }),
  };
}
