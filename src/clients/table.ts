/**
 * The client table (clients.json) as typed rows. Importing it costs 2 ms: whoever needs it imports it when the first
 * caller is looked at.
 */
import data from './clients.json' with { type: 'json' };
import type { Client, ClientKind, ClientRow, Fallback, Since, TokenFailure } from './types.ts';

export const KINDS: readonly ClientKind[] = ['program', 'sdk', 'http', 'proxy', 'emulator'];
const FALLBACKS: readonly Fallback[] = ['yes', 'no', 'unknown'];
const FAILURES: readonly TokenFailure[] = ['403', '404', '405', 'unanswered', 'slow'];

type Raw = (typeof data.clients)[number];

/** A row with a word that the types do not have is left out; the test of the schema finds it. */
function typed(raw: Raw): ClientRow[] {
  const kind = KINDS.find((word) => word === raw.kind);
  const fallback = FALLBACKS.find((word) => word === raw.fallback);
  if (kind === undefined || fallback === undefined) return [];
  const fallbackOn = raw.fallbackOn?.flatMap((text) => FAILURES.find((word) => word === text) ?? []);
  return [{ ...raw, kind, fallback, fallbackOn, v2Since: since(raw.v2Since) }];
}

function since(raw: Raw['v2Since']): Since | undefined {
  return typeof raw === 'string' ? (raw === 'always' || raw === 'never' ? raw : undefined) : raw;
}

/** All rows, in the order of the file. */
export const CLIENT_ROWS: readonly ClientRow[] = data.clients.flatMap(typed);

/** When the rows were last read through as a whole: `2026-11-28`. */
export const REVIEWED: string = data.reviewed;

const byId = new Map(CLIENT_ROWS.map((row) => [row.id, row]));

export function clientById(id: string): Client | undefined {
  return byId.get(id);
}
