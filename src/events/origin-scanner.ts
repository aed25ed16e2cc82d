import type { Nanoseconds, Process, ProcessIdentity } from '../model.ts';
import { ByteText } from './byte-text.ts';
import type { EventHosts } from './event-hosts.ts';
import { ancestorsOf, MAX_PID, processOf } from './event-process.ts';
import { parseEventTime, readEventTime, TIME_LENGTH } from './event-time.ts';
import { objectOf } from './json-object.ts';
import { digitsEnd, hasOnly, ID_LENGTH, isId, jsonInteger, readObject } from './json-parts.ts';
import type { Line } from './line.ts';
import { Mark } from './marks.ts';
import { type OriginPart, originPart } from './parse-event.ts';
import { type Bounds, hashOfWords, piecesOf, Segments } from './segments.ts';

const PID = new Mark('{"pid":');
const PROCESS_PID = ',"process":{"pid":';
const PARENT_PID = ',"parent":{"pid":';
const ENTITY_ID = ',"entity_id":"';
const ENTITY_ID_BYTES = new ByteText(ENTITY_ID);
const START = ',"start":"';
/** Of `,"ancestors":[{"pid":`. */
const FIRST_PID = 21;
/** Shorter ones, as with no ancestor, are read each time. */
const LEAST_LINEAGE = 32;
/** More are read as a whole. */
const MAX_CUT = 32;
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

/** Ancestors as they stand in an event, and what they have in common with those of other events. */
export interface Lineage {
  ancestors: readonly ProcessIdentity[];
  /** The same object for all that differ in their pids alone; undefined where that is not known. */
  alike: object | undefined;
}

/** What a program of a host is, but for the pid, id and start of its processes. */
interface Command extends OriginPart {
  process: Process;
  /** By that of the ancestors. */
  alike: Map<object, object>;
}

/** What a process that calls again and again has at the end of each of its lines. */
interface Tail {
  origin: Origin;
  lineage: Lineage;
}

/** Of a command: what runs it does not differ much. */
const MAX_ALIKE = 16;

/** What is put in where something was cut out, twice: what was read has to follow, or something else was cut out. */
const FILLINGS = [
  { pid: 1, id: '0'.repeat(32), start: '2000-01-01T00:00:00.000000000Z' },
  { pid: 1001, id: 'f'.repeat(32), start: '2001-01-01T00:00:00.000000000Z' },
] as const;

/** Of an event that names no ancestors. */
export const ORPHAN: Lineage = { ancestors: [], alike: {} };

/**
 * The end of a line, which says where a call came from, and the ancestors. Of a process that makes many calls, they
 * are the same bytes each time. Of processes that run the same command, only pid, id and start differ, and the pids
 * of what ran it: the rest recurs where many make one call each.
 */
export class OriginScanner {
  /** By the id of the process, and compared whole. */
  readonly #tails = new Segments<Tail>(() => undefined);
  readonly #commands: Segments<Command>;
  readonly #chains = new Segments(readChain);
  /** Of lines that are laid out otherwise. */
  readonly #origins: Segments<Origin>;
  /** By a few bytes of theirs, the first pid among them, and compared whole. */
  readonly #lineages = new Segments<Lineage>(() => undefined);
  readonly #marks = {
    process: new Mark(PROCESS_PID),
    start: new Mark(START),
    parent: new Mark(PARENT_PID),
  };
  /** Used for each line anew. */
  readonly #bounds = {
    whole: [0, 0],
    orphan: [0, 0, 0, 0, 0, 0],
    child: [0, 0, 0, 0, 0, 0, 0, 0],
    /** By the number of pids. */
    chains: new Array<number[] | undefined>(MAX_CUT + 1).fill(undefined),
  };
  /** Where each pid begins and ends. */
  readonly #cuts = new Int32Array(2 * MAX_CUT);

  constructor(hosts: EventHosts) {
    this.#commands = new Segments((line, bounds) => readCommand(line, bounds, hosts));
    this.#origins = new Segments((line, [from, to]) => originOf(line.utf8(from, to), hosts));
  }

  /** @param from where the brace stands that closes `source`; the rest of the line is read */
  origin(line: Line, from: number, lineage: Lineage): Origin | undefined {
    const { bytes, view, end } = line;
    const pidAt = this.#marks.process.behind(line, from);
    const pidEnd = digitsEnd(bytes, pidAt);
    const idAt = pidEnd + ENTITY_ID.length;
    if (pidAt < 0 || idAt + ID_LENGTH > end || !ENTITY_ID_BYTES.isAt(view, pidEnd, end))
      return this.#ofLine(line, from, lineage);
    const whole = this.#whole(from, end);
    const hash = hashOfId(line, idAt);
    const tail = this.#tails.known(line, whole, hash);
    if (tail?.lineage === lineage) return tail.origin;
    const origin = this.#ofCommand(line, from, pidAt, pidEnd, lineage);
    if (origin === undefined) return this.#ofLine(line, from, lineage);
    if (tail !== undefined) Object.assign(tail, { origin, lineage });
    else if (this.#tails.cameBefore(hash)) this.#tails.keep(line, whole, hash, { origin, lineage });
    return origin;
  }

  /** @param from,to of `,"ancestors":[…]}` */
  lineage(line: Line, from: number, to: number): Lineage | undefined {
    if (to - from < LEAST_LINEAGE) return readLineage(line.utf8(from, to));
    const whole = this.#whole(from, to);
    const hash = hashOfLineage(line, from, to);
    const known = this.#lineages.known(line, whole, hash);
    if (known !== undefined) return known;
    const lineage = this.#ofChain(line, from, to) ?? readLineage(line.utf8(from, to));
    if (lineage !== undefined && this.#lineages.cameBefore(hash))
      this.#lineages.keep(line, whole, hash, lineage);
    return lineage;
  }

  #whole(from: number, to: number): Bounds {
    const { whole } = this.#bounds;
    whole[0] = from;
    whole[1] = to;
    return whole;
  }

  /** Undefined where a pid is none, or there are too many. */
  #ofChain(line: Line, from: number, to: number): Lineage | undefined {
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
    const bounds = this.#chainBounds(from, to, count);
    const identities = this.#chains.get(line, bounds);
    if (identities === undefined) return undefined;
    const ancestors = new Array<ProcessIdentity>(count);
    for (let index = 0; index < count; index++) {
      const pid = pidOf(bytes, bounds[2 * index + 1] ?? 0, bounds[2 * index + 2] ?? 0);
      const identity = identities[index];
      if (pid === undefined || identity === undefined) return undefined;
      const { start, name, executable, args } = identity;
      ancestors[index] = { pid, start, name, executable, args };
    }
    return { ancestors, alike: identities };
  }

  /** Without the pids that were cut out. */
  #chainBounds(from: number, to: number, count: number): Bounds {
    let bounds = this.#bounds.chains[count];
    if (bounds === undefined) {
      bounds = new Array<number>(2 * count + 2).fill(0);
      this.#bounds.chains[count] = bounds;
    }
    bounds[0] = from;
    for (let index = 0; index < 2 * count; index++) bounds[index + 1] = this.#cuts[index] ?? 0;
    bounds[2 * count + 1] = to;
    return bounds;
  }

  #ofLine(line: Line, from: number, { ancestors }: Lineage): Origin | undefined {
    const origin = this.#origins.get(line, this.#whole(from, line.end));
    // A process is one object in all its calls, as long as its ancestors are.
    if (origin?.process !== undefined && origin.process.ancestors !== ancestors)
      origin.process = { ...origin.process, ancestors };
    return origin;
  }

  /** Undefined where the line does not name a process as ours do. */
  #ofCommand(line: Line, from: number, pidAt: number, pidEnd: number, lineage: Lineage): Origin | undefined {
    const { bytes, end } = line;
    const marks = this.#marks;
    const idAt = pidEnd + ENTITY_ID.length;
    const idTo = idAt + ID_LENGTH;
    const startAt = marks.start.behind(line, idTo);
    const startEnd = startAt + TIME_LENGTH;
    const pid = pidOf(bytes, pidAt, pidEnd);
    if (startAt < 0 || startEnd > end || pid === undefined) return undefined;
    const parentAt = marks.parent.behind(line, startEnd);
    const parentEnd = digitsEnd(bytes, parentAt);
    if (parentAt >= 0 && jsonInteger(bytes, parentAt, parentEnd) < 0) return undefined;
    const bounds = parentAt < 0 ? this.#bounds.orphan : this.#bounds.child;
    bounds[0] = from;
    bounds[1] = pidAt;
    bounds[2] = idTo;
    bounds[3] = startAt;
    bounds[4] = startEnd;
    bounds[5] = end;
    if (parentAt >= 0) {
      bounds[5] = parentAt;
      bounds[6] = parentEnd;
      bounds[7] = end;
    }
    const command = this.#commands.get(line, bounds);
    if (command === undefined) return undefined;
    const startTime = readEventTime(line, startAt, startEnd);
    if (startTime === undefined || !isId(bytes, idAt)) return undefined;
    const { endpoint, host, attribution } = command;
    const process = processLike(command, pid, line.latin1(idAt, idTo), startTime, lineage);
    return { endpoint, host, attribution, process };
  }
}

/** Of the first pid, which a place in the middle and one at the end tell from that of another host. */
function hashOfLineage({ view }: Line, from: number, to: number): number {
  const at = from + FIRST_PID;
  return hashOfWords(
    view.getInt32(at, true),
    view.getInt32(at + 4, true) ^ (to - from),
    view.getInt32((from + to) >> 1, true),
    view.getInt32(to - 16, true),
  );
}

function hashOfId({ view }: Line, at: number): number {
  return hashOfWords(
    view.getInt32(at, true),
    view.getInt32(at + 8, true),
    view.getInt32(at + 16, true),
    view.getInt32(at + 24, true),
  );
}

/** Each field by its name: it takes a fraction of what it takes to spread an object and to change a few of them. */
function processLike(
  command: Command,
  pid: number,
  entityId: string,
  startTime: Nanoseconds,
  { ancestors, alike }: Lineage,
): Process {
  const { start, name, executable, args, userId, userName, facts, containerId, unit } = command.process;
  return {
    pid,
    start,
    name,
    executable,
    args,
    entityId,
    startTime,
    userId,
    userName,
    facts,
    containerId,
    unit,
    ancestors,
    alike: alike && alikeOf(command, alike),
  };
}

function alikeOf({ alike }: Command, ancestors: object): object {
  let token = alike.get(ancestors);
  if (token === undefined) {
    if (alike.size >= MAX_ALIKE) alike.clear();
    token = {};
    alike.set(ancestors, token);
  }
  return token;
}

/** @param text begins with the brace that closes `source` */
function originOf(text: string, hosts: EventHosts): Origin | undefined {
  const event = readObject(`{"":{${text}`, MEMBERS);
  const part = event && originPart(event, hosts);
  return part && { ...part, process: processOf(event, []) };
}

/** Without pid, entity id, start, and the parent's pid, which is in `imds.ancestors` too. */
function readCommand(line: Line, bounds: Bounds, hosts: EventHosts): Command | undefined {
  const [head = '', beforeStart = '', ...rest] = piecesOf(line, bounds);
  const [first, second] = FILLINGS.map(({ pid, id, start }) => {
    const text = `${head}${pid}${ENTITY_ID}${id}${beforeStart}${start}${rest.join(String(pid))}`;
    const origin = originOf(text, hosts);
    const { process } = origin ?? {};
    const isFollowed =
      process?.pid === pid && process.entityId === id && process.startTime === parseEventTime(start);
    return origin && isFollowed ? { ...origin, process } : undefined;
  });
  return first && second && { ...second, alike: new Map() };
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
  const imds = objectOf(readObject(`{"imds":{"":0${text}}`, ['imds'])?.imds);
  if (imds === undefined || !hasOnly(imds, ['ancestors'])) return undefined;
  return { ancestors: ancestorsOf(imds.ancestors), alike: undefined };
}

function pidOf(bytes: Buffer, from: number, to: number): number | undefined {
  const pid = jsonInteger(bytes, from, to);
  return pid < 0 || pid > MAX_PID ? undefined : pid;
}
