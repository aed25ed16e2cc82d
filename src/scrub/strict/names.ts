import type { Disguise } from '../../capture/blank/disguise.ts';
import { Aliases } from './aliases.ts';
import { isCommon } from './common-words.ts';
import {
  ACCOUNT_ID,
  DASHED_ACCOUNT_ID,
  HOSTS,
  IAM_ID,
  IN_PATHS,
  isPlainHost,
  LINK_ADDRESS,
  NAMED,
  NAMING_OPTION,
  namesAt,
  type Place,
  RESOURCE_ID,
} from './places.ts';
import { type Span, Vocabulary } from './vocabulary.ts';

/** Without an alias of its own kind, it is a name. */
interface Found extends Span {
  alias?: string;
}

/** Of an id of IAM, what tells its kind. */
const IAM_PREFIX = 4;
const MAX_REMEMBERED = 1024;
const LONGEST_REMEMBERED = 512;
const TARGET: readonly Place[] = [...IN_PATHS, ...HOSTS];
const TEXT: readonly Place[] = [...IN_PATHS, ...NAMED, ...HOSTS];

/**
 * Names of roles, sessions, hosts, instances and accounts, and what stands in their place. What is learnt is
 * found again as a word anywhere; what stands where names stand, and ids by their form, are replaced without.
 * The result has as many characters, and is the same for the same text.
 */
export class Names implements Disguise {
  readonly #aliases: Aliases;
  readonly #vocabulary = new Vocabulary();
  readonly #remembered = new Map<string, string>();
  readonly #ids: readonly (readonly [RegExp, (id: string) => string])[] = [
    [RESOURCE_ID, (id) => id.replace(/[^-]+$/, (digits) => this.#aliases.hex(digits))],
    [ACCOUNT_ID, (id) => this.#aliases.number(id)],
    [DASHED_ACCOUNT_ID, (id) => dashed(this.#aliases.number(id.replaceAll('-', '')))],
    [IAM_ID, (id) => id.slice(0, IAM_PREFIX) + this.#aliases.word(id.slice(IAM_PREFIX)).toUpperCase()],
    [LINK_ADDRESS, (id) => pairs(this.#aliases.linkAddress(id.replace(/[:-]/g, '')), id[2])],
  ];

  constructor(aliases = new Aliases()) {
    this.#aliases = aliases;
  }

  /** Different names, ids and addresses that were replaced; of a name with dots, its parts. */
  get count(): number {
    return this.#aliases.count;
  }

  /** Names for which there was no room: they are replaced where names stand, and not elsewhere. */
  get notLearnt(): number {
    return this.#vocabulary.refused;
  }

  learnTarget(target: string): void {
    this.#learn(target, TARGET);
  }

  learnText(text: string): void {
    this.#learn(text, TEXT);
  }

  learnArgs(args: readonly string[]): void {
    args.forEach((argument, i) => {
      this.#learn(argument, TEXT);
      if (isNaming(args[i - 1]) && isName(argument)) this.#vocabulary.add(argument);
    });
  }

  /** A host by its own account, with its domain or without. */
  learnHost(name: string): void {
    this.#vocabulary.add(name);
    this.#vocabulary.add(name.split('.')[0] ?? '');
  }

  target(text: string): string {
    return this.#replace(text, TARGET);
  }

  value(field: string, text: string): string {
    if (field !== 'host') return this.text(text);
    return text.replace(/^\s*[\w.-]+/, (host) => (isPlainHost(host.trim()) ? host : this.#name(host)));
  }

  text(text: string): string {
    return this.#replace(text, TEXT);
  }

  args(args: readonly string[]): string[] {
    return args.map((argument, i) =>
      isNaming(args[i - 1]) && isName(argument) ? this.#name(argument) : this.text(argument),
    );
  }

  /** A host's name, whatever it is. */
  host(name: string): string {
    return this.#name(name);
  }

  /** A machine's id: hexadecimal digits, or what else a journal has in their place. */
  machine(id: string): string {
    return id
      .replace(/[\da-f]+/gi, (digits) => this.#aliases.hex(digits))
      .replace(/[g-z_]+/gi, (letters) => this.#aliases.word(letters));
  }

  /** A link-layer address, in hexadecimal without separators. */
  linkAddress(hex: string): string {
    return this.#aliases.linkAddress(hex);
  }

  #learn(text: string, places: readonly Place[]): void {
    for (const { name } of namesAt(places, text)) {
      for (const part of name.split('/')) {
        this.#vocabulary.add(part);
        if (part.includes('%')) this.#vocabulary.add(decoded(part));
      }
    }
  }

  #replace(text: string, places: readonly Place[]): string {
    const key = `${places.length} ${text}`;
    const known = this.#remembered.get(key);
    if (known !== undefined) return known;
    const replaced = this.#replaceIn(text, places);
    if (text.length > LONGEST_REMEMBERED) return replaced;
    if (this.#remembered.size >= MAX_REMEMBERED) this.#remembered.clear();
    this.#remembered.set(key, replaced);
    return replaced;
  }

  /** All is found in the text as it was: what stands in a name's place is never replaced again. */
  #replaceIn(text: string, places: readonly Place[]): string {
    const found: Found[] = [...this.#vocabulary.find(text)];
    for (const { name, index } of namesAt(places, text)) found.push({ from: index, to: index + name.length });
    for (const [pattern, alias] of this.#ids) {
      for (const { 0: id, index } of text.matchAll(pattern)) {
        found.push({ from: index, to: index + id.length, alias: alias(id) });
      }
    }
    if (found.length === 0) return text;
    found.sort((a, b) => a.from - b.from || b.to - a.to);
    let replaced = '';
    let done = 0;
    for (const { from, to, alias } of found) {
      if (to <= done) continue;
      const start = Math.max(from, done);
      const isWhole = start === from && alias !== undefined;
      replaced += text.slice(done, start) + (isWhole ? alias : this.#name(text.slice(start, to)));
      done = to;
    }
    return replaced + text.slice(done);
  }

  /** Part by part, so that a host has the same name with its domain and without. */
  #name(name: string): string {
    return name.replace(/[^./\s]+/g, (part) => (isCommon(part) ? part : this.#aliases.word(part)));
  }
}

function isNaming(argument: string | undefined): boolean {
  return argument !== undefined && NAMING_OPTION.test(argument);
}

function isName(argument: string): boolean {
  return /^[\w+=,.@-]{1,253}$/.test(argument) && !argument.startsWith('-') && !isPlainHost(argument);
}

/** As it stands where nothing is encoded. */
function decoded(name: string): string {
  return name.replace(/%([2-7][\dA-F])/gi, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  );
}

function dashed(digits: string): string {
  return `${digits.slice(0, 4)}-${digits.slice(4, 8)}-${digits.slice(8)}`;
}

function pairs(hex: string, separator = ':'): string {
  return hex.replace(/..(?!$)/g, `$&${separator}`);
}
