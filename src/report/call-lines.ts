import type { AttributedCall, ImdsCall, Process } from '../model.ts';
import { escapeText } from './escape.ts';
import { loadWidth, padEnd, truncate, truncateStart, type WidthOf } from './layout.ts';
import type { Paint } from './paint.ts';
import type { ProcessViews } from './process-view.ts';
import { localSeconds } from './time.ts';
import { Memo, viewHeader, viewUrl } from './url.ts';

const TIME = 12;
const KIND = 7;
/** Of the terminal's columns, what the caller may take; within these bounds. */
const WHO_SHARE = 0.3;
const LEAST_WHO = 24;
const MOST_WHO = 60;

/** A call in one line of the terminal: time, version, status, who, and what was asked. */
export class CallLines {
  readonly #views: ProcessViews;
  readonly #columns: number;
  readonly #paint: Paint;
  readonly #widthOf: WidthOf;
  readonly #names = new WeakMap<Process, string>();
  readonly #targets = new Memo((target) => escapeText(viewUrl(target).original));
  readonly #headers = new Memo((value) => escapeText(viewHeader(value)));

  /** Columns of the caller. */
  readonly #who: number;

  private constructor(views: ProcessViews, columns: number, paint: Paint, widthOf: WidthOf) {
    this.#views = views;
    this.#columns = columns;
    this.#paint = paint;
    this.#widthOf = widthOf;
    this.#who = Math.max(LEAST_WHO, Math.min(MOST_WHO, Math.floor(columns * WHO_SHARE)));
  }

  /** What stands above the lines. */
  get title(): string {
    const words = ['TIME'.padEnd(TIME), 'KIND'.padEnd(KIND), 'ST.', 'CALLER'.padEnd(this.#who), 'REQUEST'];
    return this.#paint.strong(truncate(words.join('  '), this.#columns, this.#widthOf));
  }

  static async create(views: ProcessViews, columns: number, paint: Paint): Promise<CallLines> {
    // What is to come is not known yet, so it may hold wide characters.
    return new CallLines(views, columns, paint, await loadWidth(['\u4e00']));
  }

  format({ call, process }: AttributedCall): string {
    const who = process === undefined ? this.#client(call) : this.#name(process);
    const kind = call.version ?? 'attempt';
    const start =
      `${localSeconds(call.time).slice(11)}.${milliseconds(call.time)}  ${kind.padEnd(KIND)}  ` +
      `${String(call.status ?? '-').padStart(3)}  ${padEnd(truncate(who, this.#who, this.#widthOf), this.#who, this.#widthOf)}  `;
    const room = this.#columns - this.#widthOf(start);
    const line = truncate(start + this.#what(call, room), this.#columns, this.#widthOf).trimEnd();
    if (call.version === 'v1') return this.#paint.v1(line);
    return call.version === 'unknown' ? this.#paint.unknown(line) : line;
  }

  #what(call: ImdsCall, room: number): string {
    if (call.method !== undefined && call.target !== undefined) {
      const method = this.#headers.get(call.method);
      const target = this.#targets.get(call.target);
      // The end of a path tells what was asked for.
      return `${method} ${truncateStart(target, room - method.length - 1, this.#widthOf)}`;
    }
    return call.unknownReason ?? '';
  }

  #client({ client, userAgent }: ImdsCall): string {
    const address = escapeText(client.address || '-');
    return userAgent === undefined ? address : `${address} ${this.#headers.get(userAgent)}`;
  }

  #name(process: Process): string {
    let name = this.#names.get(process);
    if (name === undefined) {
      name = `${process.pid} ${escapeText(this.#views.view(process).program)}`;
      this.#names.set(process, name);
    }
    return name;
  }
}

function milliseconds(time: bigint): string {
  return String((BigInt.asUintN(64, time) % 1_000_000_000n) / 1_000_000n).padStart(3, '0');
}
