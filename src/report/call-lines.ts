import type { AttributedCall, ImdsCall, Process } from '../model.ts';
import { escapeText } from './escape.ts';
import { loadWidth, padEnd, truncate, type WidthOf } from './layout.ts';
import type { Paint } from './paint.ts';
import type { ProcessViews } from './process-view.ts';
import { localSeconds } from './time.ts';
import { Memo, viewHeader, viewUrl } from './url.ts';

const WHO = 30;
const KIND = 7;

/** A call in one line of the terminal: time, version, status, who, and what was asked. */
export class CallLines {
  readonly #views: ProcessViews;
  readonly #columns: number;
  readonly #paint: Paint;
  readonly #widthOf: WidthOf;
  readonly #names = new WeakMap<Process, string>();
  readonly #targets = new Memo((target) => escapeText(viewUrl(target).original));
  readonly #headers = new Memo((value) => escapeText(viewHeader(value)));

  private constructor(views: ProcessViews, columns: number, paint: Paint, widthOf: WidthOf) {
    this.#views = views;
    this.#columns = columns;
    this.#paint = paint;
    this.#widthOf = widthOf;
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
      `${String(call.status ?? '-').padStart(3)}  ${padEnd(truncate(who, WHO, this.#widthOf), WHO, this.#widthOf)}  `;
    const line = truncate(start + this.#what(call), this.#columns, this.#widthOf).trimEnd();
    if (call.version === 'v1') return this.#paint.v1(line);
    return call.version === 'unknown' ? this.#paint.unknown(line) : line;
  }

  #what(call: ImdsCall): string {
    if (call.method !== undefined && call.target !== undefined) {
      return `${this.#headers.get(call.method)} ${this.#targets.get(call.target)}`;
    }
    return call.unknownReason ?? '';
  }

  #client({ client, userAgent }: ImdsCall): string {
    return userAgent === undefined
      ? escapeText(client.address)
      : `${escapeText(client.address)} ${this.#headers.get(userAgent)}`;
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
