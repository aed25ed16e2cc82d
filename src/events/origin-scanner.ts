import type { Nanoseconds, Process } from '../model.ts';
import type { EventHosts } from './event-hosts.ts';
import { processOf } from './event-process.ts';
import { parseEventTime } from './event-time.ts';
import { ID_LENGTH, readObject } from './json-parts.ts';
import { FILLINGS, type Lineage, LineageScanner, ORPHAN } from './lineage-scanner.ts';
import { type OriginPart, originPart } from './parse-event.ts';
import { PART, RESULT, type Scanner, TIME } from './scan/scanner.ts';
import { type Pieces, Segments } from './segments.ts';

const ENTITY_ID = ',"entity_id":"';
const MEMBERS = [
  'destination',
  'process',
  'package',
  'container',
  'orchestrator',
  'service',
  'host',
  'attribution',
];

export interface Origin extends OriginPart {
  process: Process | undefined;
}

/** What a program of a host is, but for the pid, id and start of its processes. */
interface Command extends OriginPart {
  process: Process;
  /** By that of the ancestors. */
  alike: Map<object, object>;
  /** The last of them, which mostly comes again. */
  last: { ancestors: object; token: object } | undefined;
}

/** Of a command: what runs it does not differ much. */
const MAX_ALIKE = 16;

/**
 * The end of a line, which says where a call came from, and the ancestors. Of a process that makes many calls, they
 * are the same bytes each time. Of processes that run the same command, only pid, id and start differ, and the pids
 * of what ran it: the rest recurs where many make one call each.
 */
export class OriginScanner {
  readonly #scanner: Scanner;
  /** By the id of the process, and compared whole. */
  readonly #tails: Segments<Origin>;
  readonly #commands: Segments<Command>;
  readonly #lineages: LineageScanner;
  /** Of lines that are laid out otherwise. */
  readonly #origins: Segments<Origin>;

  constructor(scanner: Scanner, hosts: EventHosts) {
    this.#scanner = scanner;
    this.#tails = new Segments<Origin>(scanner, PART.tail, () => undefined);
    this.#commands = new Segments(scanner, PART.command, (pieces) => readCommand(pieces, hosts));
    this.#lineages = new LineageScanner(scanner);
    this.#origins = new Segments(scanner, PART.origin, ([text = '']) => originOf(text, hosts));
  }

  /** Of the line that was scanned. */
  origin(): Origin | undefined {
    const { results } = this.#scanner;
    if (results[RESULT.hasEntityId] === 0) return this.#ofLine();
    const known = this.#tails.known();
    if (known !== undefined) return known;
    const origin = results[RESULT.isCommand] === 0 ? undefined : this.#ofCommand();
    if (origin === undefined) return this.#ofLine();
    this.#tails.keep(origin);
    return origin;
  }

  #ofLine(): Origin | undefined {
    const { results } = this.#scanner;
    const [ancestorsAt = 0, ancestorsEnd = 0] = [results[RESULT.ancestors], results[RESULT.ancestorsEnd]];
    const lineage = ancestorsAt === 0 ? ORPHAN : this.#lineages.any(ancestorsAt, ancestorsEnd);
    if (lineage === undefined) return undefined;
    const { ancestors } = lineage;
    const origin = this.#origins.get(results[RESULT.tailBegin] ?? 0, results[RESULT.end] ?? 0);
    // A process is one object in all its calls, as long as its ancestors are.
    if (origin?.process !== undefined && origin.process.ancestors !== ancestors)
      origin.process = { ...origin.process, ancestors };
    return origin;
  }

  /** Of a line that names a process as ours do. */
  #ofCommand(): Origin | undefined {
    const { memory, results, times } = this.#scanner;
    const lineage = results[RESULT.ancestors] === 0 ? ORPHAN : this.#lineages.scanned();
    const command = lineage && this.#commands.scanned();
    if (lineage === undefined || command === undefined) return undefined;
    const { endpoint, host, attribution } = command;
    const idAt = results[RESULT.entityId] ?? 0;
    const entityId = memory.toString('latin1', idAt, idAt + ID_LENGTH);
    const startTime = times[TIME.start] ?? 0n;
    const process = processLike(command, results[RESULT.pid] ?? 0, entityId, startTime, lineage);
    return { endpoint, host, attribution, process };
  }
}

/** Each field by its name: it takes a fraction of what it takes to spread an object and to change a few of them. */
function processLike(
  command: Command,
  pid: number,
  entityId: string,
  startTime: Nanoseconds,
  { ancestors, alike }: Lineage,
): Process {
  const { start, name, executable, args, argsTruncated, userId, userName, facts, containerId, unit } =
    command.process;
  return {
    pid,
    start,
    name,
    executable,
    args,
    argsTruncated,
    entityId,
    startTime,
    userId,
    userName,
    facts,
    containerId,
    unit,
    ancestors,
    alike: alike && (command.last?.ancestors === alike ? command.last.token : alikeOf(command, alike)),
  };
}

function alikeOf(command: Command, ancestors: object): object {
  const { alike } = command;
  let token = alike.get(ancestors);
  if (token === undefined) {
    if (alike.size >= MAX_ALIKE) alike.clear();
    token = {};
    alike.set(ancestors, token);
  }
  command.last = { ancestors, token };
  return token;
}

/** @param text begins with the brace that closes `source` */
function originOf(text: string, hosts: EventHosts): Origin | undefined {
  const event = readObject(`{"":{${text}`, MEMBERS);
  const part = event && originPart(event, hosts);
  return part && { ...part, process: processOf(event, []) };
}

/** Without pid, entity id, start, and the parent's pid, which is in `imds.ancestors` too. */
function readCommand(pieces: Pieces, hosts: EventHosts): Command | undefined {
  const [head = '', beforeStart = '', ...rest] = pieces;
  const [first, second] = FILLINGS.map(({ pid, id, start }) => {
    const text = `${head}${pid}${ENTITY_ID}${id}${beforeStart}${start}${rest.join(String(pid))}`;
    const origin = originOf(text, hosts);
    const { process } = origin ?? {};
    const isFollowed =
      process?.pid === pid && process.entityId === id && process.startTime === parseEventTime(start);
    return origin && isFollowed ? { ...origin, process } : undefined;
  });
  return first && second && { ...second, alike: new Map(), last: undefined };
}
