import type { ProcessIdentity } from '../model.ts';
import { ancestorsOf } from './event-process.ts';
import { objectOf } from './json-object.ts';
import { hasOnly, readObject } from './json-parts.ts';
import { PART, RESULT, type Scanner } from './scan/scanner.ts';
import { type Pieces, Segments } from './segments.ts';

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
  readonly #scanner: Scanner;
  readonly #chains: Segments<readonly ProcessIdentity[]>;
  readonly #wholes: Segments<Lineage>;

  constructor(scanner: Scanner) {
    this.#scanner = scanner;
    this.#chains = new Segments(scanner, PART.chain, readChain);
    this.#wholes = new Segments(scanner, PART.ancestors, ([text = '']) => readLineage(text));
  }

  /** The same object for the same bytes. */
  any(from: number, to: number): Lineage | undefined {
    return this.#wholes.get(from, to);
  }

  /** Of the line that was scanned, where each pid is one. */
  scanned(): Lineage | undefined {
    const { results } = this.#scanner;
    const identities = this.#chains.scanned();
    if (identities === undefined) return undefined;
    const count = results[RESULT.pids] ?? 0;
    const ancestors = new Array<ProcessIdentity>(count);
    for (let index = 0; index < count; index++) {
      const pid = results[RESULT.firstPid + index] ?? 0;
      const identity = identities[index];
      if (identity === undefined) return undefined;
      const { start, name, executable, args, argsTruncated } = identity;
      ancestors[index] = { pid, start, name, executable, args, argsTruncated };
    }
    return { ancestors, alike: identities };
  }
}

/** Without the pids. */
function readChain([head = '', ...rest]: Pieces): readonly ProcessIdentity[] | undefined {
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
