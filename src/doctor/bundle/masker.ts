import { isIPv4, isIPv6 } from 'node:net';
import { Names } from '../../scrub/strict/names.ts';
import { maskArgs, maskText } from '../../secrets.ts';

/** Addresses that tell nothing of anybody. */
const PLAIN =
  /^(?:169\.254\.169\.(?:254|123)|127\.\d+\.\d+\.\d+|0\.0\.0\.0|255\.255\.255\.255|::1?|fd00:ec2::254)$/i;
const IPV4 = /(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w]|\.\d)/g;
const IPV6 = /(?<![\w:.])(?:[\da-f]{0,4}:){2,7}(?:[\da-f]{1,4}|\d{1,3}(?:\.\d{1,3}){3})?(?![\w:])/gi;
/** The name of whoever has it. */
const HOME = /(?<=\/home\/)[^/\s"']+/g;
/** Between two processes of a line of the log; no argument can pass for it (src/report/log.ts). */
const NEXT_PROCESS = ' -> (';
const ARGUMENTS = 'argv:';
/** Masks take time that grows with the square of a line: 32 KiB took up to half a second, this takes 20 ms. */
const LONGEST_LINE = 8 * 1024;

/**
 * What others may see of a text: secrets by the rules of the log, and names, ids and addresses replaced as
 * `imds scrub --strict` replaces them, the same one by the same everywhere in one bundle.
 */
export class Masker {
  readonly #names = new Names();
  readonly #addresses = new Map<string, string>();
  readonly #host: RegExp;

  /** @param host the host's own name */
  constructor(host: string) {
    this.#names.learnHost(host);
    // One that is too short to be learnt is replaced as a word.
    const name = host === '' ? 'localhost' : host.replace(/[^\w-]/g, '\\$&');
    this.#host = new RegExp(`(?<![\\w-])${name}(?![\\w-])`, 'g');
  }

  /** Reads names in a text that is to be masked, so that they are found everywhere else. Before any is masked. */
  learn(text: string): void {
    for (const line of text.split('\n')) this.#names.learnText(headOf(line));
  }

  text(text: string): string {
    return text
      .split('\n')
      .map((line) => cut(line, '', (head) => this.#line(head)))
      .join('\n');
  }

  /** A line of imds-trace.log, which the predecessor may have written, who masks nothing. */
  logLine(line: string): string {
    // The bracket ends the arguments: without it they would not be known for such.
    return cut(line, ')', (head) =>
      this.#line(head.split(NEXT_PROCESS).map(withMaskedArgs).join(NEXT_PROCESS)),
    );
  }

  #line(line: string): string {
    return this.#names
      .text(maskText(line))
      .replace(this.#host, 'host')
      .replace(HOME, 'user')
      .replace(IPV4, (found) => (isIPv4(found) ? this.#address(found) : found))
      .replace(IPV6, (found) => (isIPv6(found) ? this.#address(found) : found));
  }

  #address(address: string): string {
    if (PLAIN.test(address)) return address;
    const known = this.#addresses.get(address) ?? `address-${this.#addresses.size + 1}`;
    this.#addresses.set(address, known);
    return known;
  }
}

/** @param mask gets a line that is not too long @param end put behind what is left of one that is */
function cut(line: string, end: string, mask: (line: string) => string): string {
  if (line.length <= LONGEST_LINE) return mask(line);
  return `${mask(headOf(line) + end)} (cut: a line of ${line.length} characters)`;
}

/** Whole words: of a part of a secret the mask would not know that it is one. */
function headOf(line: string): string {
  if (line.length <= LONGEST_LINE) return line;
  return line.slice(0, Math.max(0, line.lastIndexOf(' ', LONGEST_LINE)));
}

/** `(pid:1:curl argv:curl -u user:password) called by`. */
function withMaskedArgs(process: string): string {
  const from = process.indexOf(ARGUMENTS) + ARGUMENTS.length;
  const to = process.lastIndexOf(')');
  if (from < ARGUMENTS.length || to < from) return process;
  const args = maskArgs(process.slice(from, to).split(' '));
  return process.slice(0, from) + args.join(' ') + process.slice(to);
}
