import type { AttributedCall } from '../model.ts';
import type { EventHosts } from './event-hosts.ts';
import { objectOf, parseJson } from './json-object.ts';
import { ID_LENGTH, readObject } from './json-parts.ts';
import type { Line } from './line.ts';
import { OriginScanner } from './origin-scanner.ts';
import {
  addressOf,
  callOf,
  type ImdsPart,
  imdsPart,
  isOurs,
  type RequestPart,
  requestPart,
} from './parse-event.ts';
import { PART, RESULT, type Scanner, TIME } from './scan/scanner.ts';
import { Segments } from './segments.ts';

const CLIENT = /^,"source":\{"ip":"([0-9A-Fa-f:.]*)","port":$/;
const DURATION = ',"duration":';

/**
 * Reads an event from a line that is laid out as ours are (src/report/event.ts), without `JSON.parse` for most:
 * time, id, duration and port are cut out, and what stands between them recurs (see {@link Segments}). Made into
 * whole JSON texts, these parts are read by the same functions as whole events: each valid for itself, and
 * with no member that belongs to another, they say together what the line says. Whatever is not as expected
 * is left to who parses the whole line. No text is made of a line: it is looked at where it was read.
 */
export class EventScanner {
  readonly #scanner: Scanner;
  readonly #opening: Segments<object>;
  readonly #meta: Segments<boolean>;
  readonly #imds: Segments<ImdsPart>;
  readonly #imdsBeforeAncestors: Segments<ImdsPart>;
  readonly #request: Segments<RequestPart>;
  readonly #client: Segments<string>;
  readonly #origins: OriginScanner;

  constructor(scanner: Scanner, hosts: EventHosts) {
    const segments = <T>(part: number, read: (text: string) => T | undefined): Segments<T> =>
      new Segments(scanner, part, ([text = '']) => read(text));
    this.#scanner = scanner;
    this.#opening = segments(PART.opening, (text) => readObject(`{"":"${text}"}}`, ['ecs', 'event']));
    this.#meta = segments(PART.meta, readMeta);
    this.#imds = segments(PART.imds, (text) => readImds(`{"":0${text}}`));
    this.#imdsBeforeAncestors = segments(PART.imdsBeforeAncestors, (text) => readImds(`{"":0${text}}}`));
    this.#request = segments(PART.request, readRequest);
    this.#client = segments(PART.client, readClient);
    this.#origins = new OriginScanner(scanner, hosts);
  }

  /** @returns undefined where the line has to be parsed as a whole */
  scan({ bytes, start, end }: Line, file: string): AttributedCall | undefined {
    const { memory, results, times } = this.#scanner;
    this.#scanner.ownedBy(this);
    if (!this.#scanner.scan(bytes, start, end)) return undefined;
    const hasDuration = results[RESULT.hasDuration] === 1;
    if (this.#opening.scanned() === undefined || this.#meta.scanned() !== hasDuration) return undefined;
    const imds = (results[RESULT.ancestors] === 0 ? this.#imds : this.#imdsBeforeAncestors).scanned();
    const request = this.#request.scanned();
    const address = results[RESULT.hasClient] === 0 ? '' : this.#client.scanned();
    if (imds === undefined || request === undefined || address === undefined) return undefined;
    const client = { address, port: results[RESULT.port] ?? 0 };
    const time = times[TIME.request] ?? 0n;
    const responseTime = hasDuration ? times[TIME.response] : undefined;
    const idAt = results[RESULT.id] ?? 0;
    const origin = this.#origins.origin();
    if (origin === undefined) return undefined;
    const eventId = memory.toString('latin1', idAt, idAt + ID_LENGTH);
    const { process } = origin;
    return callOf({ eventId, time, responseTime, imds, request, client, origin, process }, file);
  }
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
