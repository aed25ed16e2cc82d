import { diagnose } from '../causes/diagnose.ts';
import type { Evidence } from '../causes/rule.ts';
import type { Diagnosis } from '../causes/types.ts';
import { matchCaller } from '../clients/match.ts';
import type { ClientMatch } from '../clients/types.ts';
import type { Caller } from './caller.ts';
import { FactViews } from './facts.ts';
import { isBareClient, withoutCode } from './program.ts';
import { viewHeader } from './url.ts';

/** Callers whose diagnosis is kept at a time: with its sentences it is as large as all else of a caller. */
const MAX_KNOWN = 2048;
let known = new WeakMap<Caller, Diagnosis>();
let count = 0;

/** Why a caller does what it does. Final once its last call was added: it is looked for once while they are few. */
export function diagnosisOf(caller: Caller): Diagnosis {
  let diagnosis = known.get(caller);
  if (diagnosis === undefined) {
    diagnosis = caller.identity.isOther ? NOBODY : diagnose(evidenceOf(caller));
    if (count === MAX_KNOWN) {
      known = new WeakMap();
      count = 0;
    }
    known.set(caller, diagnosis);
    count++;
  }
  return diagnosis;
}

/** The row of many callers has no one cause. */
const NOBODY: Diagnosis = { cause: undefined, findings: [] };

/** As `programName` has one that runs no script. */
const BARE_SHELL = /^(?:ba|da|a|z|k|mk|fi|tc|c)?sh(?:93)?$/;

const SCRIPTED_AGENT = /^(?:curl\/|Wget(?:\/|$))/;

/** What the rules look at, of one caller. */
export function evidenceOf(caller: Caller): Evidence {
  const { identity, facts, userAgents, forwardedFor } = caller;
  const { process: view } = identity;
  const agents = userAgents.values.map(viewHeader);
  return {
    facts,
    ...facts.calls,
    match: matchOf(caller, agents),
    isScripted:
      view === undefined ? agents.some((agent) => SCRIPTED_AGENT.test(agent)) : isBareClient(view.program),
    isByHand: BARE_SHELL.test(view?.startedBy ?? ''),
    hasProcess: view !== undefined,
    inContainer: view?.process.containerId !== undefined,
    forwardedFor: forwardedFor.values.map(viewHeader),
  };
}

const facts = new FactViews();

function matchOf({ identity, example, said }: Caller, agents: readonly string[]): ClientMatch | undefined {
  const { process: view } = identity;
  if (view === undefined && agents.length === 0) return undefined;
  const { executable, args } = view?.process ?? {};
  const own = view && example.process && facts.of(example.process);
  const { package: known } = said?.complete(own) ?? own ?? {};
  const packaged = { packageName: known?.name, packageVersion: known?.version };
  // Code may hold the name of any client.
  const [program, startedBy] = [view?.program, view?.startedBy].map((name) => name && withoutCode(name));
  const clues = { program, startedBy, executable, args, ...packaged };
  return matchCaller(clues, agents);
}
