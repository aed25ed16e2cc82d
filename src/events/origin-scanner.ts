import type { Nanoseconds, Process, ProcessIdentity } from '../model.ts';
import type { EventHosts } from './event-hosts.ts';
import { ancestorsOf, MAX_PID, processOf } from './event-process.ts';
import { parseEventTime, readEventTime, TIME_LENGTH } from './event-time.ts';
import { objectOf } from './json-object.ts';
import { digitsEnd, hasOnly, ID_LENGTH, isId, jsonInteger, readObject } from './json-parts.ts';
import type { Line } from './line.ts';
import { Mark, reads } from './marks.ts';
import { type OriginPart, originPart } from './parse-event.ts';
import { type Bounds, piecesOf, Segments } from './segments.ts';

const PID = new Mark('{"pid":');
const PROCESS_PID = ',"process":{"pid":';
const PARENT_PID = ',"parent":{"pid":';
const ENTITY_ID = ',"entity_id":"';
const START = ',"start":"';
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
  /** Of late, by the end of their ids. */
  recent: (Recent | undefined)[];
  /** By that of the ancestors. */
  alike: Map<object, object>;
}

interface Recent extends Origin {
  process: Process;
  id: string;
  start: string;
  lineage: Lineage;
}

/** Processes of one command that are remembered: workers call in turn. */
const RECENT = 4;
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
 * The end of a line, which says where a call came from, and the ancestors. Of processes that run the same command,
 * only pid, id and start differ, and the pids of what ran it: the rest recurs, whether one process makes many calls
 * or many make one each.
 */
export class OriginScanner {
  readonly #commands: Segments<Command>;
  readonly #chains = new Segments(readChain);
  /** Of lines that are laid out otherwise. */
  readonly #origins: Segments<Origin>;
  readonly #lineages = new Segments(
    (line, [from = 0, to = 0]) => this.#ofChain(line, from, to) ?? readLineage(line.utf8(from, to)),
  );
  readonly #marks = {
    process: new Mark(PROCESS_PID),
    start: new Mark(START),
    parent: new Mark(PARENT_PID),
  };

  constructor(hosts: EventHosts) {
    this.#commands = new Segments((line, bounds) => readCommand(line, bounds, hosts));
    this.#origins = new Segments((line, [from, to]) => originOf(line.utf8(from, to), hosts));
  }

  /** @param from where the brace stands that closes `source`; the rest of the line is read */
  origin(line: Line, from: number, lineage: Lineage): Origin | undefined {
    return this.#ofCommand(line, from, lineage) ?? this.#ofLine(line, from, lineage);
  }

  /** @param from,to of `,"ancestors":[…]}` */
  lineage(line: Line, from: number, to: number): Lineage | undefined {
    return this.#lineages.get(line, [from, to]);
  }

  /** Undefined where a pid is none, or there are too many. */
  #ofChain(line: Line, from: number, to: number): Lineage | undefined {
    const bounds = [from];
    const pids: number[] = [];
    let end = from;
    for (let mark = PID.first(line, end, to); mark >= 0; mark = PID.first(line, end, to)) {
      const at = mark + PID.length;
      end = digitsEnd(line.bytes, at);
      const pid = pidOf(line.bytes, at, end);
      if (pid === undefined || pids.length === MAX_CUT) return undefined;
      bounds.push(at, end);
      pids.push(pid);
    }
    bounds.push(to);
    const identities = this.#chains.get(line, bounds);
    if (identities === undefined) return undefined;
    const ancestors = identities.map(({ start, name, executable, args }, at) => ({
      pid: pids[at] ?? 0,
      start,
      name,
      executable,
      args,
    }));
    return { ancestors, alike: identities };
  }

  #ofLine(line: Line, from: number, { ancestors }: Lineage): Origin | undefined {
    const origin = this.#origins.get(line, [from, line.end]);
    // A process is one object in all its calls, as long as its ancestors are.
    if (origin?.process !== undefined && origin.process.ancestors !== ancestors)
      origin.process = { ...origin.process, ancestors };
    return origin;
  }

  /** Undefined where the line does not name a process as ours do. */
  #ofCommand(line: Line, from: number, lineage: Lineage): Origin | undefined {
    const { bytes, end } = line;
    const marks = this.#marks;
    const pidAt = marks.process.behind(line, from);
    const pidEnd = digitsEnd(bytes, pidAt);
    const idAt = pidEnd + ENTITY_ID.length;
    const idTo = idAt + ID_LENGTH;
    if (pidAt < 0 || !reads(bytes, pidEnd, ENTITY_ID)) return undefined;
    const startAt = marks.start.behind(line, idTo);
    const startEnd = startAt + TIME_LENGTH;
    const pid = pidOf(bytes, pidAt, pidEnd);
    if (startAt < 0 || startEnd > end || pid === undefined) return undefined;
    const parentAt = marks.parent.behind(line, startEnd);
    const parentEnd = digitsEnd(bytes, parentAt);
    if (parentAt >= 0 && jsonInteger(bytes, parentAt, parentEnd) < 0) return undefined;
    const bounds =
      parentAt < 0
        ? [from, pidAt, idTo, startAt, startEnd, end]
        : [from, pidAt, idTo, startAt, startEnd, parentAt, parentEnd, end];
    const command = this.#commands.get(line, bounds);
    if (command === undefined) return undefined;
    const slot = (bytes[idTo - 1] ?? 0) & (RECENT - 1);
    const recent = command.recent[slot];
    if (recent?.process.pid === pid && recent.lineage === lineage && isThat(bytes, idAt, startAt, recent))
      return recent;
    const startTime = readEventTime(bytes, startAt, startEnd);
    if (startTime === undefined || !isId(bytes, idAt)) return undefined;
    const { endpoint, host, attribution } = command;
    const id = line.latin1(idAt, idTo);
    const start = line.latin1(startAt, startEnd);
    const process = processLike(command, pid, id, startTime, lineage);
    const origin = { endpoint, host, attribution, process, id, start, lineage };
    command.recent[slot] = origin;
    return origin;
  }
}

function isThat(bytes: Buffer, idAt: number, startAt: number, { id, start }: Recent): boolean {
  return reads(bytes, idAt, id) && reads(bytes, startAt, start);
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
  return first && second && { ...second, recent: [], alike: new Map() };
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
