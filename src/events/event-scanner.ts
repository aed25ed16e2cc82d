import type { AttributedCall } from '../model.ts';
import { ByteText } from './byte-text.ts';
import type { EventHosts } from './event-hosts.ts';
import { readEventTime, TIME_LENGTH } from './event-time.ts';
import { objectOf, parseJson } from './json-object.ts';
import { digitsBegin, ID_LENGTH, integerAt, isId, jsonInteger, readObject } from './json-parts.ts';
import type { Line } from './line.ts';
import { Mark } from './marks.ts';
import { OriginScanner } from './origin-scanner.ts';
import {
  addressOf,
  callOf,
  type ImdsPart,
  imdsPart,
  isOurs,
  MAX_PORT,
  type RequestPart,
  requestPart,
} from './parse-event.ts';
import { type Bounds, Segments } from './segments.ts';

const OPENING = new ByteText('{"@timestamp":"');
const EVENT_ID = '"event":{"id":"';
const IMDS = ',"imds":{';
const ANCESTORS = ',"ancestors":[';
/** Members of which one follows `imds`. */
const AFTER_IMDS = [',"http":{', ',"url":{', ',"user_agent":{', ',"network":{'];
/** What follows the client's port. */
const DESTINATION = '},"destination":{';
const SOURCE = ',"source":';
const CLIENT = /^,"source":\{"ip":"([0-9A-Fa-f:.]*)","port":$/;
const DURATION = ',"duration":';
const DURATION_BYTES = new ByteText(DURATION);
const [QUOTE, OPEN_BRACE, CLOSE_BRACE] = [0x22, 0x7b, 0x7d];

/**
 * Reads an event from a line that is laid out as ours are (src/report/event.ts), without `JSON.parse` for most:
 * time, id, duration and port are cut out, and what stands between them recurs (see {@link Segments}). Made into
 * whole JSON texts, these parts are read by the same functions as whole events: each valid for itself, and
 * with no member that belongs to another, they say together what the line says. Whatever is not as expected
 * is left to who parses the whole line. No text is made of a line: it is looked at where it was read.
 */
export class EventScanner {
  readonly #opening = segments((text) => readObject(`{"":"${text}"}}`, ['ecs', 'event']));
  readonly #meta = segments(readMeta);
  readonly #imds = segments((text) => readImds(`{"":0${text}}`));
  readonly #imdsBeforeAncestors = segments((text) => readImds(`{"":0${text}}}`));
  readonly #request = segments(readRequest);
  /** Apart from the requests: in a fleet, each host has the same ones. */
  readonly #client = segments(readClient);
  readonly #origins: OriginScanner;
  readonly #marks = {
    eventId: new Mark(EVENT_ID),
    imds: new Mark(IMDS),
    ancestors: new Mark(ANCESTORS),
    afterImds: AFTER_IMDS.map((text) => new Mark(text)),
    destination: new Mark(DESTINATION),
  };

  /** Used for each segment anew. */
  readonly #bounds = [0, 0];

  constructor(hosts: EventHosts) {
    this.#origins = new OriginScanner(hosts);
  }

  /** @returns undefined where the line has to be parsed as a whole */
  scan(line: Line, file: string): AttributedCall | undefined {
    const { bytes, view, start, end } = line;
    const marks = this.#marks;
    const timeEnd = start + OPENING.length + TIME_LENGTH;
    if (!OPENING.isAt(view, start, end) || bytes[timeEnd] !== QUOTE) return undefined;
    const idAt = marks.eventId.behind(line, timeEnd);
    const idTo = idAt + ID_LENGTH;
    if (!isId(bytes, idAt) || bytes[idTo] !== QUOTE) return undefined;
    const imdsAt = marks.imds.at(line, idTo);
    const durationEnd = imdsAt - 1;
    if (imdsAt < 0 || bytes[durationEnd] !== CLOSE_BRACE) return undefined;
    const metaEnd = beforeDuration(line, durationEnd);
    const duration = metaEnd < durationEnd ? integerAt(bytes, metaEnd, durationEnd) : undefined;
    const time = readEventTime(line, timeEnd - TIME_LENGTH, timeEnd);
    if (time === undefined || this.#opening.get(line, this.#between(timeEnd, idAt)) === undefined)
      return undefined;
    if (this.#meta.get(line, this.#between(idTo, metaEnd)) !== (duration !== undefined)) return undefined;

    const ancestorsAt = marks.ancestors.at(line, imdsAt);
    const requestAt = firstOf(line, marks.afterImds, Math.max(imdsAt, ancestorsAt));
    const portEnd = marks.destination.at(line, requestAt);
    const portAt = digitsBegin(bytes, portEnd);
    // Without a port, what ends there is `network`: of a connect that failed before it had an address.
    const hasClient = portAt < portEnd;
    const port = hasClient ? jsonInteger(bytes, portAt, portEnd) : 0;
    if (portEnd < 0 || port < 0 || port > MAX_PORT) return undefined;
    const imds =
      ancestorsAt < 0
        ? this.#imds.get(line, this.#between(imdsAt, requestAt))
        : this.#imdsBeforeAncestors.get(line, this.#between(imdsAt, ancestorsAt));
    const sourceAt = hasClient ? beforeClient(line, requestAt, portAt) : portEnd + 1;
    const request = this.#request.get(line, this.#between(requestAt, sourceAt));
    const address = hasClient ? this.#client.get(line, this.#between(sourceAt, portAt)) : '';
    if (imds === undefined || request === undefined || address === undefined) return undefined;
    const origin = this.#origins.origin(line, ancestorsAt, requestAt, portEnd);
    if (origin === undefined) return undefined;
    const client = { address, port };
    const eventId = line.latin1(idAt, idTo);
    return callOf({ eventId, time, duration, imds, request, client, origin, process: origin.process }, file);
  }

  #between(from: number, to: number): Bounds {
    this.#bounds[0] = from;
    this.#bounds[1] = to;
    return this.#bounds;
  }
}

function segments<T>(read: (text: string) => T | undefined): Segments<T> {
  return new Segments((line, [from, to]) => read(line.utf8(from, to)));
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

/** @param text ends where `source` is to follow */
function readRequest(text: string): RequestPart | undefined {
  const event = readObject(`{"":0${text}}`, ['http', 'url', 'user_agent', 'network']);
  return event && requestPart(event);
}

/** @param text ends where the client's port is to follow @returns its address */
function readClient(text: string): string | undefined {
  return addressOf({ ip: CLIENT.exec(text)?.[1], port: 0 })?.address;
}

/** Where `source` begins, with the comma, if its brace is the last one before the client's port. */
function beforeClient({ bytes }: Line, from: number, portAt: number): number {
  let at = portAt;
  while (at > from && bytes[at] !== OPEN_BRACE) at--;
  return Math.max(from, at - SOURCE.length);
}

/** Where the duration begins that ends there; `end` where there is none. */
function beforeDuration({ bytes, view }: Line, end: number): number {
  const from = digitsBegin(bytes, end);
  const isThere = DURATION_BYTES.isAt(view, from - DURATION.length, end);
  return isThere && jsonInteger(bytes, from, end) >= 0 ? from : end;
}

function firstOf(line: Line, marks: readonly Mark[], from: number): number {
  for (const mark of marks) {
    const at = mark.at(line, from);
    if (at >= 0) return at;
  }
  return -1;
}
