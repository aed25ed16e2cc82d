import type { Nanoseconds, Process } from '../model.ts';
import { ByteText } from './byte-text.ts';
import type { EventHosts } from './event-hosts.ts';
import { processOf } from './event-process.ts';
import { parseEventTime, readEventTime, TIME_LENGTH } from './event-time.ts';
import { digitsEnd, ID_LENGTH, isId, jsonInteger, readObject } from './json-parts.ts';
import type { Line } from './line.ts';
import { FILLINGS, type Lineage, LineageScanner, ORPHAN, pidOf } from './lineage-scanner.ts';
import { Mark } from './marks.ts';
import { type OriginPart, originPart } from './parse-event.ts';
import { type Bounds, hashOfWords, piecesOf, Segments } from './segments.ts';

const PROCESS_PID = ',"process":{"pid":';
const PARENT_PID = ',"parent":{"pid":';
const ENTITY_ID = ',"entity_id":"';
const ENTITY_ID_BYTES = new ByteText(ENTITY_ID);
const START = ',"start":"';
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
}

/** Of a command: what runs it does not differ much. */
const MAX_ALIKE = 16;

/**
 * The end of a line, which says where a call came from, and the ancestors. Of a process that makes many calls, they
 * are the same bytes each time. Of processes that run the same command, only pid, id and start differ, and the pids
 * of what ran it: the rest recurs where many make one call each.
 */
export class OriginScanner {
  /** By the id of the process, and compared whole. */
  readonly #tails = new Segments<Origin>(() => undefined);
  readonly #commands: Segments<Command>;
  readonly #lineages = new LineageScanner();
  /** Of lines that are laid out otherwise. */
  readonly #origins: Segments<Origin>;
  readonly #marks = {
    process: new Mark(PROCESS_PID),
    start: new Mark(START),
    parent: new Mark(PARENT_PID),
  };
  /** Used for each line anew. */
  readonly #bounds = {
    whole: [0, 0],
    tail: [0, 0, 0, 0],
    orphan: [0, 0, 0, 0, 0, 0],
    child: [0, 0, 0, 0, 0, 0, 0, 0],
  };

  constructor(hosts: EventHosts) {
    this.#commands = new Segments((line, bounds) => readCommand(line, bounds, hosts));
    this.#origins = new Segments((line, [from, to]) => originOf(line.utf8(from, to), hosts));
  }

  /**
   * @param ancestorsAt,ancestorsTo of `,"ancestors":[…]}`; -1 where there are none
   * @param from where the brace stands that closes `source`; the rest of the line is read
   */
  origin(line: Line, ancestorsAt: number, ancestorsTo: number, from: number): Origin | undefined {
    const { bytes, view, end } = line;
    const pidAt = this.#marks.process.behind(line, from);
    const pidEnd = digitsEnd(bytes, pidAt);
    const idAt = pidEnd + ENTITY_ID.length;
    const hasId = pidAt >= 0 && idAt + ID_LENGTH <= end && ENTITY_ID_BYTES.isAt(view, pidEnd, end);
    if (!hasId) return this.#ofLine(line, ancestorsAt, ancestorsTo, from);
    const tail = ancestorsAt < 0 ? this.#whole(from, end) : this.#tail(ancestorsAt, ancestorsTo, from, end);
    const hash = hashOfId(line, idAt);
    const known = this.#tails.known(line, tail, hash);
    if (known !== undefined) return known;
    const lineage = ancestorsAt < 0 ? ORPHAN : this.#lineages.chain(line, ancestorsAt, ancestorsTo);
    const origin = lineage && this.#ofCommand(line, from, pidAt, pidEnd, lineage);
    if (origin === undefined) return this.#ofLine(line, ancestorsAt, ancestorsTo, from);
    if (this.#tails.cameBefore(hash)) this.#tails.keep(line, tail, hash, origin);
    return origin;
  }

  #tail(ancestorsAt: number, ancestorsTo: number, from: number, end: number): Bounds {
    const { tail } = this.#bounds;
    tail[0] = ancestorsAt;
    tail[1] = ancestorsTo;
    tail[2] = from;
    tail[3] = end;
    return tail;
  }

  #whole(from: number, to: number): Bounds {
    const { whole } = this.#bounds;
    whole[0] = from;
    whole[1] = to;
    return whole;
  }

  #ofLine(line: Line, ancestorsAt: number, ancestorsTo: number, from: number): Origin | undefined {
    const lineage = ancestorsAt < 0 ? ORPHAN : this.#lineages.any(line, ancestorsAt, ancestorsTo);
    if (lineage === undefined) return undefined;
    const { ancestors } = lineage;
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
