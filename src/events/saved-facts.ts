import type { SavedFacts } from '../causes/caller-facts.ts';
import { DEEDS, type Deed, type DeedSpans, type RunSample } from '../causes/facts.ts';
import { MAX_RUNS } from '../causes/runs.ts';
import { MAX_STATUSES, type StatusCount } from '../causes/statuses.ts';
import { countOf, countsOf, integerOf, objectOf } from './json-object.ts';

/** As they are written: `-` stands for `_`. */
const TOKENS = ['granted', 'late', 'forbidden', 'not_found', 'refused', 'unanswered'] as const;
const PATH = ['calls', 'succeeded', 'failed'] as const;
const CALLS = ['v1', 'v2', 'foreign'] as const;
const V1 = [
  'answered',
  'succeeded',
  'unauthorized',
  'forbidden',
  'forwarded',
  'foreign_path',
  'empty_argument',
] as const;
const MAX_HOPS = 255;
const MAX_STATUS = 999;
const RUN_ID = /^[0-9a-f]{8}$/;
/** As many as JavaScript's dates have, in seconds before or since the epoch. */
const MAX_SECONDS = 8_640_000_000_000;

/** `facts` of a caller (schemas/report.schema.json); undefined where something of it is missing or no count. */
export function factsOf(value: unknown): SavedFacts | undefined {
  const json = objectOf(value);
  const v1Json = objectOf(json?.v1);
  const tokens = countsOf(json?.tokens, TOKENS);
  const own = countsOf(json, ['longest_ttl', 'invalid_token', 'empty_header', 'token_argument']);
  const v1 = countsOf(v1Json, V1);
  const credentials = countsOf(v1Json?.credentials, PATH);
  const userData = countsOf(v1Json?.user_data, PATH);
  const runs = runsOf(json?.followed_runs);
  const calls = countsOf(json?.calls, CALLS);
  const tokenErrors = statusesOf(json?.token_errors);
  if (!tokenErrors || !calls || !tokens || !own || !v1 || !credentials || !userData || !runs)
    return undefined;
  const { not_found, ...outcomes } = tokens;
  return {
    calls,
    tokens: { ...outcomes, 'not-found': not_found },
    tokenErrors,
    longestTtl: own.longest_ttl,
    invalidToken: own.invalid_token,
    emptyHeader: own.empty_header,
    tokenArgument: own.token_argument,
    v1: {
      answered: v1.answered,
      succeeded: v1.succeeded,
      unauthorized: v1.unauthorized,
      forbidden: v1.forbidden,
      credentials,
      userData,
      forwarded: v1.forwarded,
      foreignPath: v1.foreign_path,
      emptyArgument: v1.empty_argument,
    },
    hops: integerOf(json?.hops, MAX_HOPS),
    runs,
  };
}

/** None of an earlier version, which did not tell. */
function statusesOf(value: unknown = []): StatusCount[] | undefined {
  if (!Array.isArray(value) || value.length > MAX_STATUSES) return undefined;
  const read = value.flatMap((item) => {
    const json = objectOf(item);
    const [status, calls] = [integerOf(json?.status, MAX_STATUS), countOf(json?.calls)];
    return status === undefined || calls === undefined || calls === 0 ? [] : [{ status, calls }];
  });
  return read.length === value.length ? read : undefined;
}

function runsOf(value: unknown): RunSample[] | undefined {
  if (!Array.isArray(value) || value.length > MAX_RUNS) return undefined;
  const runs = value.flatMap((item) => runOf(item) ?? []);
  return runs.length === value.length ? runs : undefined;
}

function runOf(value: unknown): RunSample | undefined {
  const json = objectOf(value);
  if (json === undefined || typeof json.id !== 'string' || !RUN_ID.test(json.id)) return undefined;
  const deeds: DeedSpans = {};
  for (const deed of DEEDS) {
    const span = json[nameOf(deed)];
    if (span === undefined) continue;
    const read = spanOf(span);
    if (read === undefined) return undefined;
    deeds[deed] = read;
  }
  return { hash: Number.parseInt(json.id, 16), isAnswered: json.answered === true, deeds };
}

function nameOf(deed: Deed): string {
  return deed.replaceAll('-', '_');
}

function spanOf(value: unknown): readonly [number, number, number] | undefined {
  if (!Array.isArray(value) || value.length !== 3) return undefined;
  const count = countOf(value[0]);
  const [first, last] = [secondsOf(value[1]), secondsOf(value[2])];
  if (count === undefined || count === 0 || first === undefined || last === undefined) return undefined;
  return first <= last ? [count, first, last] : undefined;
}

function secondsOf(value: unknown): number | undefined {
  return typeof value === 'number' && Math.abs(value) <= MAX_SECONDS ? value : undefined;
}
