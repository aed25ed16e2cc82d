import { nearest } from '../config/nearest.ts';
import { UsageError } from '../errors.ts';

/** What there is to a command, as far as it helps who misspelt it. */
export interface CommandOptions {
  /** As it is typed: `service install`. */
  command: string;
  /** Names of its options, without dashes. */
  options: readonly string[];
  /** Names of commands that have an option, without dashes. */
  commandsWith(option: string): readonly string[];
}

/** Characters of what was typed that are repeated. */
const LONGEST = 60;
/** Commands that are said to have an option: one that most have is meant for none of them. */
const MOST_NAMED = 2;
/** oclif's exit code for whatever it does not accept. */
const OCLIF_USAGE = 2;
/** It prints contradictions dimmed. */
const COLOUR = new RegExp(`${String.fromCharCode(0x1b)}\\[[\\d;]*m`, 'g');

/**
 * What oclif does not accept of a command line, in one line as every other error; undefined where it is none of that.
 * oclif itself breaks lines, has no word of what to do, and prints the whole help behind some, so that the error is out
 * of sight.
 */
export function misuse(error: unknown, known: CommandOptions): UsageError | undefined {
  if (!isUsage(error)) return undefined;
  const text = error.message.replace(/\nSee more help with --help$/, '');
  const help = `imds ${known.command} --help says more.`;
  const { message, remedy } = unknownOptions(error, known, help) ??
    unexpectedArguments(error.args, help) ??
    notOneOf(text) ??
    unparsable(text, help) ??
    withoutValue(text, help) ??
    contradiction(text) ?? { message: text.replaceAll(/\s+/g, ' ').trim(), remedy: help };
  return new UsageError(message, { code: 'usage.options', remedy, cause: error });
}

interface Misuse {
  message: string;
  remedy: string;
}

/** Of oclif's error of its parser; `flags` are options that there are not, `args` what is too much. */
interface OclifUsage extends Error {
  flags?: unknown;
  args?: unknown;
}

function isUsage(error: unknown): error is OclifUsage {
  if (!(error instanceof Error) || !('oclif' in error)) return false;
  const { oclif, code } = error as { oclif?: { exit?: number }; code?: unknown };
  return oclif?.exit === OCLIF_USAGE && code !== 'EEXIT';
}

function unknownOptions({ flags }: OclifUsage, known: CommandOptions, help: string): Misuse | undefined {
  if (!isTexts(flags)) return undefined;
  const names = flags.map((flag) => flag.replace(/=[\s\S]*$/, ''));
  const [first = ''] = names.map((name) => name.replace(/^-+/, ''));
  const near = nearest(first, known.options);
  const elsewhere = known.commandsWith(first).map((command) => `imds ${command}`);
  const has = elsewhere.length === 1 ? 'has' : 'have';
  const hint =
    near !== undefined
      ? `Did you mean --${near}? `
      : elsewhere.length > 0 && elsewhere.length <= MOST_NAMED
        ? `${elsewhere.join(' and ')} ${has} it. `
        : '';
  return { message: `no such option: ${names.map(short).join(', ')}`, remedy: `${hint}${help}` };
}

/** Also of commands without arguments, for which oclif looks for a command of that name. */
export function unexpectedArguments(args: unknown, help: string): Misuse | undefined {
  if (!isTexts(args) || args.length === 0) return undefined;
  return {
    message: `unexpected argument${args.length === 1 ? '' : 's'}: ${args.map(short).join(', ')}`,
    remedy: help,
  };
}

function notOneOf(text: string): Misuse | undefined {
  const [, option = '', value = '', list = ''] =
    /^Expected --([\w-]+)=([\s\S]*) to be one of: (.*)$/.exec(text) ?? [];
  if (option === '') return undefined;
  // Of three letters or fewer, only the case may differ: v1 is not meant for v2.
  const near = nearest(value, list.split(', '), Math.floor(value.length / 4));
  return {
    message: `--${option} ${short(value)}: not one of ${list}`,
    remedy:
      near !== undefined
        ? `Did you mean ${near}?`
        : value.includes(',')
          ? `Give --${option} once for each.`
          : 'Give one of them.',
  };
}

function unparsable(text: string, help: string): Misuse | undefined {
  const [, option = '', expected = '', received = ''] =
    /^Parsing --([\w-]+)\s+Expected (.*) but received: ([\s\S]*)$/.exec(text) ?? [];
  if (option === '') return undefined;
  return { message: `--${option} ${short(received)}: expected ${expected}`, remedy: help };
}

function withoutValue(text: string, help: string): Misuse | undefined {
  const [, option = '', what = '', list] =
    /^Flag --([\w-]+) (expects a value|expects one of these values|can only be specified once)(?:: (.*))?$/.exec(
      text,
    ) ?? [];
  if (option === '') return undefined;
  if (what.startsWith('can'))
    return { message: `--${option}: given more than once`, remedy: 'Give it once.' };
  const values = list === undefined ? 'a value' : `one of ${list}`;
  return { message: `--${option}: expected ${values} behind it, found none`, remedy: help };
}

function contradiction(text: string): Misuse | undefined {
  const reasons = /^The following errors? occurred:\s+([\s\S]*)$/
    .exec(text)?.[1]
    ?.replace(COLOUR, '')
    .split(/\n\s*/);
  for (const reason of reasons ?? []) {
    const [, one, other] =
      /^--([\w-]+)=[\s\S]* cannot also be provided when using --([\w-]+)$/.exec(reason) ?? [];
    if (one !== undefined)
      return { message: `--${other} and --${one}: one excludes the other`, remedy: 'Give one of them.' };
    const [, needing, needed] =
      /^All of the following must be provided when using --([\w-]+): (--[\w-]+)$/.exec(reason) ?? [];
    if (needing !== undefined)
      return { message: `--${needing}: given without ${needed}`, remedy: `Give ${needed} too.` };
  }
  return undefined;
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}

function short(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
