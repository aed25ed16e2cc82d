import type { Process, ProcessIdentity } from '../model.ts';
import type { EventHosts } from './event-hosts.ts';
import { ancestorsOf, MAX_PID, processOf } from './event-process.ts';
import { integerAt, parseEventTime } from './event-time.ts';
import { objectOf } from './json-object.ts';
import { after, digitsEnd, hasOnly, idEnd, isInteger, readObject } from './json-parts.ts';
import type { Line } from './line.ts';
import { type OriginPart, originPart } from './parse-event.ts';
import { type Bounds, piecesOf, Segments } from './segments.ts';

const PID = '{"pid":';
const PROCESS_PID = ',"process":{"pid":';
const PARENT_PID = ',"parent":{"pid":';
const ENTITY_ID = ',"entity_id":"';
const START = ',"start":"';
const TIME_LENGTH = 30;
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

interface ReadOrigin extends OriginPart {
  /** Without ancestors. */
  base: Process | undefined;
  /** With the ancestors that it last had: a process is one object in all its calls. */
  process: Process | undefined;
  ancestors: readonly ProcessIdentity[] | undefined;
}

/** What is put in where something was cut out, twice: what was read has to follow, or something else was cut out. */
const FILLINGS = [
  { pid: 1, id: '0'.repeat(32), start: '2000-01-01T00:00:00.000000000Z' },
  { pid: 1001, id: 'f'.repeat(32), start: '2001-01-01T00:00:00.000000000Z' },
] as const;

/**
 * The end of a line, which says where a call came from, and the ancestors. Of a process that makes many calls
 * they are the same each time. Of a command that is run again and again, only pid, id and start differ, and the
 * pids of what ran it: where the whole is new, it is looked for without them.
 */
export class OriginScanner {
  readonly #origins: Segments<ReadOrigin>;
  readonly #commands: Segments<ReadOrigin>;
  readonly #ancestors = new Segments((line, bounds) => this.#newAncestors(line, bounds));
  readonly #chains = new Segments(readChain);

  constructor(hosts: EventHosts) {
    this.#origins = new Segments(
      (line, bounds) => this.#newProcess(line, bounds) ?? readOrigin(line, bounds, hosts),
    );
    this.#commands = new Segments((line, bounds) => readCommand(line, bounds, hosts));
  }

  /** @param from where the brace stands that closes `source`; the rest of the line is read */
  origin(line: Line, from: number, ancestors: readonly ProcessIdentity[]): Origin | undefined {
    const origin = this.#origins.get(line, [from, line.latin1.length]);
    if (origin?.base !== undefined && origin.ancestors !== ancestors) {
      origin.ancestors = ancestors;
      origin.process = { ...origin.base, ancestors };
    }
    return origin;
  }

  /** @param from,to of `,"ancestors":[…]}` */
  ancestors(line: Line, from: number, to: number): readonly ProcessIdentity[] | undefined {
    return this.#ancestors.get(line, [from, to]);
  }

  #newProcess(line: Line, [from = 0, to = 0]: Bounds): ReadOrigin | undefined {
    const text = line.latin1;
    const pidAt = after(text, PROCESS_PID, from);
    const pidEnd = digitsEnd(text, pidAt);
    const idAt = pidEnd + ENTITY_ID.length;
    const idTo = idEnd(text, idAt);
    const startAt = after(text, START, idTo);
    const startEnd = startAt + TIME_LENGTH;
    if (pidAt < 0 || idTo < 0 || startAt < 0 || text.slice(pidEnd, idAt) !== ENTITY_ID) return undefined;
    const startTime = parseEventTime(text.slice(startAt, startEnd));
    const pid = pidOf(text, pidAt, pidEnd);
    if (startTime === undefined || pid === undefined) return undefined;
    const parentAt = after(text, PARENT_PID, startEnd);
    const parentEnd = digitsEnd(text, parentAt);
    const parent = parentAt < 0 ? [] : [parentAt, parentEnd];
    if (parentAt >= 0 && !isInteger(text, parentAt, parentEnd)) return undefined;
    const bounds = [from, pidAt, pidEnd, idAt, idTo, startAt, startEnd, ...parent, to];
    const command = this.#commands.get(line, bounds);
    if (command?.base === undefined) return undefined;
    const entityId = line.bytes.toString('latin1', line.start + idAt, line.start + idTo);
    const base = { ...command.base, pid, entityId, startTime };
    return { ...command, base, process: undefined, ancestors: undefined };
  }

  #newAncestors(line: Line, [from = 0, to = 0]: Bounds): readonly ProcessIdentity[] | undefined {
    const text = line.latin1;
    const bounds = [from];
    const pids: number[] = [];
    for (let at = after(text, PID, from); at >= 0 && at < to; at = after(text, PID, at)) {
      const end = digitsEnd(text, at);
      const pid = pidOf(text, at, end);
      if (pid === undefined || pids.length === MAX_CUT) return readAncestors(line.utf8(from, to));
      bounds.push(at, end);
      pids.push(pid);
    }
    bounds.push(to);
    const chain = this.#chains.get(line, bounds);
    if (chain === undefined) return readAncestors(line.utf8(from, to));
    return chain.map((identity, at) => ({ ...identity, pid: pids[at] ?? 0 }));
  }
}

function readOrigin(line: Line, [from, to]: Bounds, hosts: EventHosts): ReadOrigin | undefined {
  return originOf(line.utf8(from, to), hosts);
}

/** @param text begins with the brace that closes `source` */
function originOf(text: string, hosts: EventHosts): ReadOrigin | undefined {
  const event = readObject(`{"":{${text}`, MEMBERS);
  const part = event && originPart(event, hosts);
  return part && { ...part, base: processOf(event, []), process: undefined, ancestors: undefined };
}

/** Without pid, entity id, start, and the parent's pid, which is in `imds.ancestors` too. */
function readCommand(line: Line, bounds: Bounds, hosts: EventHosts): ReadOrigin | undefined {
  const [head = '', beforeId = '', beforeStart = '', ...rest] = piecesOf(line, bounds, 'utf8');
  const [first, second] = FILLINGS.map(({ pid, id, start }) => {
    const text = `${head}${pid}${beforeId}${id}${beforeStart}${start}${rest.join(String(pid))}`;
    const origin = originOf(text, hosts);
    const { base } = origin ?? {};
    const isFollowed = base?.pid === pid && base.entityId === id && base.startTime === parseEventTime(start);
    return isFollowed ? origin : undefined;
  });
  return first && second;
}

/** Without the pids. */
function readChain(line: Line, bounds: Bounds): readonly ProcessIdentity[] | undefined {
  const [head = '', ...rest] = piecesOf(line, bounds, 'utf8');
  const [first, second] = FILLINGS.map(({ pid }) => {
    const chain = readAncestors(head + rest.map((piece, at) => `${pid + at}${piece}`).join(''));
    const isFollowed =
      chain?.length === rest.length && chain.every((identity, at) => identity.pid === pid + at);
    return isFollowed ? chain : undefined;
  });
  return first && second;
}

/** @param text `,"ancestors":[…]}` */
function readAncestors(text: string): readonly ProcessIdentity[] | undefined {
  const imds = objectOf(readObject(`{"imds":{"":0${text}}`, ['imds'])?.imds);
  if (imds === undefined || !hasOnly(imds, ['ancestors'])) return undefined;
  return ancestorsOf(imds.ancestors);
}

function pidOf(text: string, from: number, to: number): number | undefined {
  const pid = isInteger(text, from, to) ? integerAt(text, from, to) : MAX_PID + 1;
  return pid > MAX_PID ? undefined : pid;
}
