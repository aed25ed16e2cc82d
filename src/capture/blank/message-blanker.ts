import type { LineKind, MessageObserver } from '../http/message-observer.ts';
import { type Disguise, disguisedRequestLine, disguisedStatusLine, disguisedValue } from './disguise.ts';
import type { Kept } from './fit.ts';
import { beginsListedName, isFolded, keptOfValue } from './header-values.ts';
import type { Side } from './side.ts';
import {
  evidenceOfRequest,
  keptOfCutRequestLine,
  keptOfCutStatusLine,
  keptOfFailedRequestLine,
  keptOfRequestLine,
  keptOfStatusLine,
} from './start-lines.ts';

const SPACE = 32;
const TAB = 9;
/**
 * RFC 9110 §5.6.2. The longest name in use with IMDS has 36 characters; tokens have more, and a script's
 * mistake may send one where a name belongs.
 */
const LONGEST_NAME = 39;
const NAME = /^[!#$%&'*+.^_`|~\w-]{1,39}$/;
const COLON = 58;
const CHUNK_SIZE = /^0*[\da-f]{1,14}[; \t]?/i;
/** `HTTP/1.1 200` */
const STATUS_LENGTH = 12;

interface Field {
  name: string;
  /** With what was folded into it so far. */
  value: string;
}

/** Decides line by line which bytes of a direction are kept. It is told only what was positively read. */
export class MessageBlanker implements MessageObserver {
  readonly #side: Side;
  readonly #ofRequests: boolean;
  readonly #disguise: Disguise | undefined;
  /** The last field, if it may be continued. */
  #field: Field | undefined;

  constructor(side: Side, ofRequests: boolean, disguise?: Disguise) {
    this.#side = side;
    this.#ofRequests = ofRequests;
    this.#disguise = disguise;
  }

  line(
    kind: LineKind,
    understood: boolean,
    bytes: Buffer,
    start: number,
    end: number,
    next: number,
    offset: number,
  ): void {
    const kept = this.#keptOf(kind, understood, bytes, start, end);
    if (kept !== undefined) this.#keep(kept, bytes, start, offset, this.#shownOf(kind, bytes, start, end));
    this.#side.keep(bytes, end, next, offset + end - start);
  }

  beginning(kind: LineKind, bytes: Buffer, length: number, offset: number): void {
    const kept = this.#keptOfBeginning(kind, bytes, length) ?? new Uint8Array(length);
    const shown = this.#shownOf(kind, bytes, 0, length);
    this.#keep(kept, bytes, 0, offset, shown);
    const { fill } = this.#side;
    for (let i = 0; i < length; i++) bytes[i] = kept[i] === 0 ? fill : (shown?.[i] ?? bytes[i] ?? fill);
  }

  blank(bytes: Buffer, at: number, offset: number): void {
    this.#side.keep(bytes, at, at + 1, offset);
  }

  resumes(bytes: Buffer, start: number, end: number, offset: number): void {
    const length = this.#ofRequests ? evidenceOfRequest(bytes, start, end) : STATUS_LENGTH;
    this.#side.keep(bytes, start, Math.min(end, start + length), offset);
  }

  readTo(offset: number): void {
    this.#side.readTo(offset);
  }

  #keptOf(kind: LineKind, understood: boolean, bytes: Buffer, start: number, end: number): Kept | undefined {
    switch (kind) {
      case 'start':
        this.#field = undefined;
        if (!this.#ofRequests) return understood ? keptOfStatusLine(bytes, start, end) : undefined;
        return (understood ? keptOfRequestLine : keptOfFailedRequestLine)(bytes, start, end);
      case 'field':
        return start === end ? undefined : this.#keptOfField(bytes, start, end);
      case 'chunk size':
        return understood ? keptOfChunkSize(bytes, start, end) : undefined;
      case 'trailer':
        return keptOfName(bytes, start, end)?.kept;
      default:
        return undefined;
    }
  }

  #keptOfField(bytes: Buffer, start: number, end: number): Kept | undefined {
    const first = bytes[start];
    if (first === SPACE || first === TAB) return this.#keptOfFold(bytes, start, end);
    const found = keptOfName(bytes, start, end);
    this.#field = undefined;
    if (found === undefined) return undefined;
    const { name, kept } = found;
    const value = bytes.toString('latin1', start + name.length + 1, end);
    this.#field = isFolded(name) ? { name, value: value.trim() } : undefined;
    kept.set(keptOfValue(name, value, false), name.length + 1);
    return kept;
  }

  /** Judged with what it continues: a name and its value may be on two lines. */
  #keptOfFold(bytes: Buffer, start: number, end: number): Kept {
    const field = this.#field;
    const more = bytes.toString('latin1', start, end);
    const kept = new Uint8Array(end - start);
    if (field !== undefined) {
      const whole = `${field.value} ${more.replace(/^[ \t]+/, '')}`;
      const ofWhole = keptOfValue(field.name, whole, false);
      kept.set(
        ofWhole.subarray(Math.max(0, whole.length - more.length)),
        Math.max(0, more.length - whole.length),
      );
      field.value = whole;
    }
    // Without it, the line would be a field of its own.
    kept[0] = 1;
    return kept;
  }

  #keptOfBeginning(kind: LineKind, bytes: Buffer, length: number): Kept | undefined {
    if (kind === 'start')
      return (this.#ofRequests ? keptOfCutRequestLine : keptOfCutStatusLine)(bytes, length);
    if (kind === 'chunk size') {
      const isSize = /^[\da-f]{1,8}\r?$/i.test(bytes.toString('latin1', 0, Math.min(length, 16)));
      return isSize ? new Uint8Array(length).fill(1) : undefined;
    }
    if (kind !== 'field') return undefined;
    const found = keptOfName(bytes, 0, length);
    if (found !== undefined) {
      const { name, kept } = found;
      const value = bytes.toString('latin1', name.length + 1, length);
      kept.set(keptOfValue(name, value, true), name.length + 1);
      return kept;
    }
    const listed = beginsListedName(bytes.toString('latin1', 0, Math.min(length, LONGEST_NAME)));
    return new Uint8Array(length).fill(listed ? 1 : 0);
  }

  /** The line with its names replaced; undefined where there are none. */
  #shownOf(kind: LineKind, bytes: Buffer, start: number, end: number): Buffer | undefined {
    const disguise = this.#disguise;
    if (disguise === undefined || (kind !== 'start' && kind !== 'field')) return undefined;
    const line = bytes.toString('latin1', start, end);
    const disguised = this.#disguised(disguise, kind, line);
    return disguised === line ? undefined : Buffer.from(disguised, 'latin1');
  }

  #disguised(disguise: Disguise, kind: 'start' | 'field', line: string): string {
    if (kind === 'start') {
      return this.#ofRequests ? disguisedRequestLine(disguise, line) : disguisedStatusLine(disguise, line);
    }
    if (line[0] === ' ' || line[0] === '\t') {
      return this.#field === undefined ? line : disguisedValue(disguise, this.#field.name, line);
    }
    const colon = line.indexOf(':') + 1;
    return line.slice(0, colon) + disguisedValue(disguise, line.slice(0, colon - 1), line.slice(colon));
  }

  /** Pieces, not bytes: most lines are one or two. */
  #keep(kept: Kept, bytes: Buffer, start: number, offset: number, shown: Buffer | undefined): void {
    for (let from = kept.indexOf(1); from >= 0; ) {
      const zero = kept.indexOf(0, from);
      const to = zero < 0 ? kept.length : zero;
      this.#side.keep(bytes, start + from, start + to, offset + from, shown?.subarray(from, to));
      from = zero < 0 ? -1 : kept.indexOf(1, to);
    }
  }
}

/** A field's name and colon, where the line begins with them. */
function keptOfName(bytes: Buffer, start: number, end: number): { name: string; kept: Kept } | undefined {
  const colon = bytes.subarray(start, Math.min(end, start + LONGEST_NAME + 1)).indexOf(COLON);
  if (colon < 0) return undefined;
  const name = bytes.toString('latin1', start, start + colon);
  return NAME.test(name) ? { name, kept: new Uint8Array(end - start).fill(1, 0, colon + 1) } : undefined;
}

/** Without the extensions, but for what makes them some (RFC 9112 §7.1.1). */
function keptOfChunkSize(bytes: Buffer, start: number, end: number): Kept {
  const size = CHUNK_SIZE.exec(bytes.toString('latin1', start, end))?.[0].length ?? 0;
  return new Uint8Array(end - start).fill(1, 0, size);
}
