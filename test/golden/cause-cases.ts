import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RULES } from '../../src/causes/rules/index.ts';
import { imds } from '../cli/run.ts';
import { fixtures } from './cases.ts';

export const causesFolder = join(fixtures, 'causes');

/** Files of events of a rule's folder: of callers of which it holds, and of which it does not. */
export const SIDES = ['holds', 'holds-not'] as const;
export type Side = (typeof SIDES)[number];

const EXPECTED = 'expected.json';

/** What `imds report --json` says of a caller's ways. */
export interface Told {
  caller: string;
  cause: string | undefined;
  severity: string | undefined;
  evidence: string[] | undefined;
  remedy: string | undefined;
  findings: string[];
}

export type Outcome = Record<Side, Told[]>;

interface CallerObject extends Omit<Told, 'caller'> {
  host: string;
  program?: string;
  started_by?: string;
  clients: string[];
}

export function eventsOf(id: string, side: Side): string {
  return join(causesFolder, id, `${side}.jsonl`);
}

/** Runs the built command once, over the events of all rules: each file is of a host of its own, ID-SIDE. */
export async function tellAll(
  fileOf = eventsOf,
  options: readonly string[] = [],
): Promise<Map<string, Outcome>> {
  const files = RULES.flatMap(({ id }) => SIDES.map((side) => fileOf(id, side)));
  const { code, stdout, stderr } = await imds(['report', '--json', ...options, ...files]);
  assert.equal(code, 0, stderr);
  const { callers }: { callers: CallerObject[] } = JSON.parse(stdout);
  const told = (host: string) => callers.filter((caller) => caller.host === host).map(toldOf);
  return new Map(
    RULES.map(({ id }) => [id, { holds: told(`${id}-holds`), 'holds-not': told(`${id}-holds-not`) }]),
  );
}

export function expectedOf(id: string): string {
  const file = join(causesFolder, id, EXPECTED);
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

export function textOf(outcome: Outcome | undefined): string {
  return `${JSON.stringify(outcome, undefined, 2)}\n`;
}

export async function updateCauses(): Promise<void> {
  for (const [id, outcome] of await tellAll())
    writeFileSync(join(causesFolder, id, EXPECTED), textOf(outcome));
}

function toldOf({
  program,
  started_by,
  clients,
  cause,
  severity,
  evidence,
  remedy,
  findings,
}: CallerObject): Told {
  const name = program ?? `client ${clients.join()}`;
  const caller = started_by === undefined ? name : `${name} by ${started_by}`;
  return { caller, cause, severity, evidence, remedy, findings };
}
