import { INVENTORY_HOSTS, INVENTORY_VERSION } from '../callers/inventory.ts';
import type { CallerSummary } from '../callers/types.ts';
import type { Counters, Host } from '../model.ts';
import { HostIds } from './host-ids.ts';
import { countsOf, objectOf } from './json-object.ts';
import { JsonSplitter } from './json-splitter.ts';
import { readChunks } from './lines.ts';
import { callerOf } from './saved-caller.ts';
import { hostOf } from './saved-hosts.ts';

/** `imds live` writes no more than half of it. */
const MAX_BYTES = 16 * 1024 * 1024;
const MAX_ITEMS = 16_384;

export const TURNED_AWAY = ['callers', 'calls'] as const;

export interface SavedInventory {
  turnedAway: Record<(typeof TURNED_AWAY)[number], number>;
  /** Those that its callers are of, by the names that they have there. */
  hosts: readonly Host[];
  /** Why not all of it could be read, in words. */
  damage: string | undefined;
}

/**
 * Reads an inventory (schemas/inventory.schema.json), which anybody may have written: every caller that is whole
 * goes to `take`. Fails with an error of the system.
 */
export async function readInventory(
  location: string | Buffer,
  take: (caller: CallerSummary, hostIds: HostIds) => void,
  signal?: AbortSignal,
): Promise<SavedInventory> {
  let version: unknown;
  let turnedAway: SavedInventory['turnedAway'] | undefined;
  const hosts: Host[] = [];
  const hostIds = new HostIds();
  let items = 0;
  let bytes = 0;
  let unreadable = 0;
  const splitter = new JsonSplitter({
    member(name, text) {
      if (name === 'inventory_version') version = parseJson(text);
      if (name === 'turned_away') turnedAway = countsOf(objectOf(parseJson(text)), TURNED_AWAY);
    },
    item(name, text) {
      const host = name === 'hosts' && hosts.length < INVENTORY_HOSTS ? hostOf(parseJson(text)) : undefined;
      if (host !== undefined) {
        hosts.push(host);
        hostIds.add(host);
      }
      if (name !== 'callers' || ++items > MAX_ITEMS) return;
      const caller = callerOf(parseJson(text));
      if (caller === undefined) unreadable++;
      else take(caller, hostIds);
    },
  });
  const stop = new AbortController();
  const isWhole = await readChunks(
    location,
    (chunk) => {
      bytes += chunk.length;
      splitter.push(chunk);
      const isOver = bytes > MAX_BYTES || items > MAX_ITEMS || splitter.brokenAt !== undefined;
      if (isOver || signal?.aborted) stop.abort();
    },
    stop.signal,
  );
  return { turnedAway: turnedAway ?? { callers: 0, calls: 0 }, hosts, damage: damage() };

  function damage(): string | undefined {
    if (bytes > MAX_BYTES || items > MAX_ITEMS) return 'it is longer than an inventory can be';
    if (splitter.brokenAt !== undefined) return `it is damaged at byte ${splitter.brokenAt}`;
    if (signal?.aborted) return undefined;
    if (!isWhole || !splitter.isWhole) return 'it ends early';
    if (version !== INVENTORY_VERSION) return `its version is not ${INVENTORY_VERSION}`;
    if (unreadable > 0) return `${unreadable} of its callers cannot be read`;
    return turnedAway === undefined ? 'it does not say what was turned away' : undefined;
  }
}

/** What an inventory turned away, as counters of a capture. */
export function lossesOf({ turnedAway }: SavedInventory): Counters {
  const named = TURNED_AWAY.map((name) => [`inventory.${name}_turned_away`, turnedAway[name]] as const);
  return Object.fromEntries(named.filter(([, count]) => count > 0));
}

function parseJson(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
