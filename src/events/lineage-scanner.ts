import type { ProcessIdentity } from '../model.ts';
import { ancestorsOf, MAX_PID } from './event-process.ts';
import { objectOf } from './json-object.ts';
import { digitsEnd, hasOnly, jsonInteger, readObject } from './json-parts.ts';
import type { Line } from './line.ts';
import { Mark } from './marks.ts';
import { type Bounds, piecesOf, Segments } from './segments.ts';

const PID = new Mark('{"pid":');
/** More are read as a whole. */
const MAX_CUT = 32;

/** Ancestors as they stand in an event, and what they have in common with those of other events. */
export interface Lineage {
  ancestors: readonly ProcessIdentity[];
  /** The same object for all that differ in their pids alone; undefined where that is not known. */
  alike: object | undefined;
}

/** Of an event that names no ancestors. */
export const ORPHAN: Lineage = { ancestors: [], alike: {} };

/** What is put in where something was cut out, twice: what was read has to follow, or something else was cut out. */
export const FILLINGS = [
  { pid: 1, id: '0'.repeat(32), start: '2000-01-01T00:00:00.000000000Z' },
  { pid: 1001, id: 'f'.repeat(32), start: '2001-01-01T00:00:00.000000000Z' },
] as const;

/** Ancestors, which stand in an event as `,"ancestors":[…]}`. */
export class LineageScanner {
  readonly #chains = new Segments(readChain);
  readonly #wholes = new Segments(
    (line, [from = 0, to = 0]) => this.chain(line, from, to) ?? readLineage(line.utf8(from, to)),
  );
  /** Where each pid begins and ends. */
  readonly #cuts = new Int32Array(2 * MAX_CUT);
  /** By the number of pids; used for each line anew. */
  readonly #bounds = new Array<number[] | undefined>(MAX_CUT + 1).fill(undefined);

  /** The same object for the same bytes. */
  any(line: Line, from: number, to: number): Lineage | undefined {
    return this.#wholes.get(line, [from, to]);
  }

  /** Undefined where a pid is none, or there are too many. */
  chain(line: Line, from: number, to: number): Lineage | undefined {
    const { bytes } = line;
    const cuts = this.#cuts;
    let count = 0;
    let end = from;
    for (let mark = PID.first(line, end, to); mark >= 0; mark = PID.first(line, end, to)) {
      if (count === MAX_CUT) return undefined;
      const at = mark + PID.length;
      end = digitsEnd(bytes, at);
      cuts[2 * count] = at;
      cuts[2 * count + 1] = end;
      count++;
    }
    const bounds = this.#withoutPids(from, to, count);
    const identities = this.#chains.get(line, bounds);
    if (identities === undefined) return undefined;
    const ancestors = new Array<ProcessIdentity>(count);
    for (let index = 0; index < count; index++) {
      const pid = pidOf(bytes, bounds[2 * index + 1] ?? 0, bounds[2 * index + 2] ?? 0);
      const identity = identities[index];
      if (pid === undefined || identity === undefined) return undefined;
      const { start, name, executable, args, argsTruncated } = identity;
      ancestors[index] = { pid, start, name, executable, args, argsTruncated };
    }
    return { ancestors, alike: identities };
  }

  /** Without the pids that were cut out. */
  #withoutPids(from: number, to: number, count: number): Bounds {
    let bounds = this.#bounds[count];
    if (bounds === undefined) {
      bounds = new Array<number>(2 * count + 2).fill(0);
      this.#bounds[count] = bounds;
    }
    bounds[0] = from;
    for (let index = 0; index < 2 * count; index++) bounds[index + 1] = this.#cuts[index] ?? 0;
    bounds[2 * count + 1] = to;
    return bounds;
  }
}

/** Without the pids. */
function readChain(line: Line, bounds: Bounds): readonly ProcessIdentity[] | undefined {
  const [head = '', ...rest] = piecesOf(line, bounds);
  const [first, second] = FILLINGS.map(({ pid }) => {
    const lineage = readLineage(head + rest.map((piece, at) => `${pid + at}${piece}`).join(''));
    const identities = lineage?.ancestors;
    const isFollowed =
      identities?.length === rest.length && identities.every((identity, at) => identity.pid === pid + at);
    return isFollowed ? identities : undefined;
  });
  return first && second;
}

/** @param text `,"ancestors":[…]}` */
function readLineage(text: string): Lineage | undefined {
  // A second `imds`, by whatever spelling, would be the one that counts.
  if (text.includes('"imds"') || text.includes('\\u')) return undefined;
  const imds = objectOf(readObject(`{"imds":{"":0${text}}`, ['imds'])?.imds);
  if (imds === undefined || !hasOnly(imds, ['ancestors'])) return undefined;
  return { ancestors: ancestorsOf(imds.ancestors), alike: undefined };
}

export function pidOf(bytes: Buffer, from: number, to: number): number | undefined {
  const pid = jsonInteger(bytes, from, to);
  return pid < 0 || pid > MAX_PID ? undefined : pid;
}
