import { diagnose } from '../causes/diagnose.ts';
import type { Diagnosis } from '../causes/types.ts';
import { matchCaller } from '../clients/match.ts';
import type { ClientMatch } from '../clients/types.ts';
import type { Caller } from './caller.ts';
import { isBareClient } from './program.ts';
import { viewHeader } from './url.ts';

const known = new WeakMap<Caller, Diagnosis>();

/** Why a caller does what it does. Final once its last call was added: it is looked for once. */
export function diagnosisOf(caller: Caller): Diagnosis {
  let diagnosis = known.get(caller);
  if (diagnosis === undefined) {
    diagnosis = caller.identity.isOther ? NOBODY : makeDiagnosis(caller);
    known.set(caller, diagnosis);
  }
  return diagnosis;
}

/** The row of many callers has no one cause. */
const NOBODY: Diagnosis = { cause: undefined, findings: [] };

const SCRIPTED_AGENT = /^(?:curl|Wget)\//;

function makeDiagnosis(caller: Caller): Diagnosis {
  const { identity, kinds, userAgents, forwardedFor } = caller;
  const { process: view } = identity;
  const agents = userAgents.values.map(viewHeader);
  return diagnose({
    facts: caller.facts,
    v1: kinds.v1,
    v2: kinds.v2,
    foreign: kinds.foreign,
    match: matchOf(caller, agents),
    isScripted:
      view === undefined ? agents.some((agent) => SCRIPTED_AGENT.test(agent)) : isBareClient(view.program),
    inContainer: view?.process.containerId !== undefined,
    forwardedFor: forwardedFor.values.map(viewHeader),
  });
}

function matchOf({ identity }: Caller, agents: readonly string[]): ClientMatch | undefined {
  const { process: view } = identity;
  if (view === undefined && agents.length === 0) return undefined;
  const { executable, args } = view?.process ?? {};
  const clues = { program: view?.program, startedBy: view?.startedBy, executable, args };
  return matchCaller(clues, agents);
}
