import type { AttributedCall, Process, ProcessIdentity } from '../model.ts';
import type { EventHosts } from './event-hosts.ts';
import { ancestorsOf, processOf } from './event-process.ts';
import { integerAt, parseEventTime } from './event-time.ts';
import { type JsonObject, objectOf, parseJson } from './json-object.ts';
import type { Line } from './line.ts';
import {
  addressOf,
  callOf,
  type ImdsPart,
  imdsPart,
  isOurs,
  MAX_PORT,
  type OriginPart,
  originPart,
  type RequestPart,
  requestPart,
} from './parse-event.ts';
import { Segments } from './segments.ts';

const OPENING = '{"@timestamp":"';
/** `2026-01-15T10:00:01.020540000Z` */
const TIME_LENGTH = 30;
const EVENT_ID = '"event":{"id":"';
const ID_LENGTH = 32;
const IMDS = ',"imds":{';
const ANCESTORS = ',"ancestors":[';
/** Members of which one follows `imds`. */
const AFTER_IMDS = [',"http":{', ',"url":{', ',"user_agent":{', ',"network":{'];
const PORT = '"port":';
const SOURCE_AT_END = /,"source":\{"ip":"[0-9A-Fa-f:.]*","port":$/;
const DURATION = ',"duration":';
/** Of a duration that is exact as a number. */
const MAX_DIGITS = 15;
const MAX_PORT_DIGITS = 5;
const NO_ANCESTORS: readonly ProcessIdentity[] = [];

interface Request extends RequestPart {
  clientAddress: string;
}

interface Origin extends OriginPart {
  /** With its process, container and service. */
  event: JsonObject;
  /** Made of it for these ancestors. */
  process: Process | undefined;
  ancestors: readonly ProcessIdentity[] | undefined;
}

/**
 * Reads an event from a line that is laid out as ours are (src/report/event.ts), without `JSON.parse` for most:
 * time, id, duration and port are cut out, and what stands between them recurs (see {@link Segments}). Made into
 * whole JSON texts, these parts are read by the same functions as whole events: each valid for itself, and
 * with no member that belongs to another, they say together what the line says. Whatever is not as expected
 * is left to who parses the whole line.
 */
export class EventScanner {
  readonly #opening = new Segments((text) => readObject(`{"":"${text}"}}`, ['ecs', 'event']));
  readonly #meta = new Segments(readMeta);
  readonly #imds = new Segments((text) => readImds(`{"":0${text}}`));
  readonly #imdsBeforeAncestors = new Segments((text) => readImds(`{"":0${text}}}`));
  readonly #ancestors = new Segments(readAncestors);
  readonly #request = new Segments(readRequest);
  readonly #origin: Segments<Origin>;

  constructor(hosts: EventHosts) {
    this.#origin = new Segments((text) => readOrigin(text, hosts));
  }

  /** @returns undefined where the line has to be parsed as a whole */
  scan(line: Line, file: string): AttributedCall | undefined {
    const text = line.latin1;
    const timeEnd = OPENING.length + TIME_LENGTH;
    if (text.slice(0, OPENING.length) !== OPENING) return undefined;
    const time = parseEventTime(text.slice(OPENING.length, timeEnd));
    const id = text.indexOf(EVENT_ID, timeEnd) + EVENT_ID.length;
    const idEnd = id + ID_LENGTH;
    if (time === undefined || id < timeEnd || !isId(text, id) || text[idEnd] !== '"') return undefined;
    if (text[timeEnd] !== '"' || this.#opening.get(line, timeEnd, id) === undefined) return undefined;

    const imdsAt = text.indexOf(IMDS, idEnd);
    if (imdsAt < 0) return undefined;
    const metaEnd = beforeDigits(text, imdsAt - 1, DURATION);
    const duration = metaEnd < imdsAt - 1 ? integerAt(text, metaEnd, imdsAt - 1) : undefined;
    if (text[imdsAt - 1] !== '}' || this.#meta.get(line, idEnd, metaEnd) !== (duration !== undefined))
      return undefined;

    const ancestorsAt = text.indexOf(ANCESTORS, imdsAt);
    const requestAt = firstOf(text, AFTER_IMDS, ancestorsAt < 0 ? imdsAt : ancestorsAt);
    if (requestAt < 0) return undefined;
    const hasAncestors = ancestorsAt >= 0;
    const imds = hasAncestors
      ? this.#imdsBeforeAncestors.get(line, imdsAt, ancestorsAt)
      : this.#imds.get(line, imdsAt, requestAt);
    const ancestors = hasAncestors ? this.#ancestors.get(line, ancestorsAt, requestAt) : NO_ANCESTORS;

    const port = text.indexOf(PORT, requestAt) + PORT.length;
    const portEnd = text.indexOf('}', port);
    if (port < requestAt || portEnd < 0 || !isInteger(text, port, portEnd, MAX_PORT_DIGITS)) return undefined;
    const request = this.#request.get(line, requestAt, port);
    const origin = this.#origin.get(line, portEnd, text.length);
    if (imds === undefined || ancestors === undefined || request === undefined || origin === undefined)
      return undefined;
    const client = { address: request.clientAddress, port: integerAt(text, port, portEnd) };
    if (client.port > MAX_PORT) return undefined;
    return callOf(
      {
        eventId: line.bytes.toString('latin1', line.start + id, line.start + idEnd),
        time,
        duration,
        imds,
        request,
        client,
        origin,
        process: processFor(origin, ancestors),
      },
      file,
    );
  }
}

/** A process is one object in all its calls: of their part of the line, and their ancestors. */
function processFor(origin: Origin, ancestors: readonly ProcessIdentity[]): Process | undefined {
  if (origin.ancestors !== ancestors) {
    origin.ancestors = ancestors;
    origin.process = processOf(origin.event, ancestors);
  }
  return origin.process;
}

/** Without id and duration. @returns whether it has a duration; undefined where it is not an event of ours */
function readMeta(text: string): boolean | undefined {
  const hasDuration = text.endsWith(DURATION);
  const meta = objectOf(parseJson(`{"":"${text}${hasDuration ? '0' : ''}}`));
  if (meta === undefined || !isOurs(meta) || 'id' in meta || 'duration' in meta !== hasDuration)
    return undefined;
  return hasDuration;
}

function readImds(json: string): ImdsPart | undefined {
  const imds = objectOf(readObject(json, ['imds'])?.imds);
  return imds === undefined || 'ancestors' in imds ? undefined : imdsPart(imds);
}

function readAncestors(text: string): readonly ProcessIdentity[] | undefined {
  const imds = objectOf(readObject(`{"imds":{"":0${text}}`, ['imds'])?.imds);
  if (imds === undefined || !hasOnly(imds, ['ancestors'])) return undefined;
  return ancestorsOf(imds.ancestors);
}

/** @param text ends where the client's port is to follow */
function readRequest(text: string): Request | undefined {
  if (!SOURCE_AT_END.test(text)) return undefined;
  const event = readObject(`{"":0${text}0}}`, ['http', 'url', 'user_agent', 'network', 'source']);
  const client = addressOf(objectOf(event?.source));
  return event && client && { ...requestPart(event), clientAddress: client.address };
}

/** @param text begins with the brace that closes `source` */
function readOrigin(text: string, hosts: EventHosts): Origin | undefined {
  const event = readObject(`{"":{${text}`, [
    'destination',
    'process',
    'container',
    'service',
    'host',
    'attribution',
  ]);
  const part = event && originPart(event, hosts);
  return part && { ...part, event, process: undefined, ancestors: undefined };
}

/** Undefined where it is none, or has other members: they would say something of another part. */
function readObject(json: string, members: readonly string[]): JsonObject | undefined {
  const object = objectOf(parseJson(json));
  return object !== undefined && hasOnly(object, members) ? object : undefined;
}

/** And the member without a name, which was put there to make a part whole. */
function hasOnly(object: JsonObject, members: readonly string[]): boolean {
  return Object.keys(object).every((name) => name === '' || members.includes(name));
}

/** As idOf has it. */
function isId(text: string, from: number): boolean {
  for (let at = from; at < from + ID_LENGTH; at++) {
    const code = text.charCodeAt(at);
    if (!((code >= 0x30 && code <= 0x39) || (code >= 0x61 && code <= 0x66))) return false;
  }
  return true;
}

/** Where the number begins that ends there and has the mark before it; `end` where there is none. */
function beforeDigits(text: string, end: number, mark: string): number {
  let from = end;
  while (isDigit(text, from - 1)) from--;
  const isMarked = text.slice(from - mark.length, from) === mark;
  return isMarked && isInteger(text, from, end, MAX_DIGITS) ? from : end;
}

/** As JSON writes it: at least one digit, and no 0 before another. */
function isInteger(text: string, from: number, to: number, maxDigits: number): boolean {
  if (to <= from || to - from > maxDigits || (text[from] === '0' && to - from > 1)) return false;
  return integerAt(text, from, to) >= 0;
}

function isDigit(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 0x30 && code <= 0x39;
}

function firstOf(text: string, marks: readonly string[], from: number): number {
  for (const mark of marks) {
    const at = text.indexOf(mark, from);
    if (at >= 0) return at;
  }
  return -1;
}
