import type { Config } from '@oclif/core/config';
import { nearest } from '../config/nearest.ts';
import { UsageError } from '../errors.ts';
import { unexpectedArguments } from './misuse.ts';

type Commands = Pick<Config, 'commandIDs' | 'findCommand' | 'findTopic'>;

const OWN_OPTIONS: ReadonlySet<string> = new Set(['--help', '-h', '--version']);

/** What is wrong with the first words of a command line, in the form of every other error; undefined for nothing. */
export function unknownCommand(words: readonly string[], config: Commands): UsageError | undefined {
  const [first, second] = words;
  if (first === undefined || OWN_OPTIONS.has(first) || config.findCommand(first) !== undefined)
    return undefined;
  // oclif puts colons where a topic and its commands have blanks.
  const ids = config.commandIDs.map((id) => id.replaceAll(':', ' '));
  if (config.findTopic(first) === undefined) {
    const firstWords = [...new Set(ids.map((id) => id.split(' ')[0] ?? id))];
    return refusal(first, firstWords, 'imds --help');
  }
  if (second === undefined || second.startsWith('-')) return undefined;
  if (config.findCommand(`${first}:${second}`) !== undefined) return undefined;
  const ofTopic = ids.filter((id) => id.startsWith(`${first} `));
  return refusal(`${first} ${second}`, ofTopic, `imds ${first} --help`);
}

/** What is wrong with the words right behind a command that takes none. */
export interface TooMuch {
  /** As it is typed: `service status`. */
  command: string;
  error: UsageError;
}

/** oclif would look for a command of such a word, and say that there is no `live:eth0`. */
export function tooMuch(words: readonly string[], config: Commands): TooMuch | undefined {
  const length = words[0] !== undefined && config.findCommand(words[0]) !== undefined ? 1 : 2;
  const found = config.findCommand(words.slice(0, length).join(':'));
  if (found === undefined || Object.keys(found.args).length > 0) return undefined;
  const command = words.slice(0, length).join(' ');
  const behind = words.slice(length);
  const end = behind.findIndex((word) => word.startsWith('-'));
  const help = `imds ${command} takes options alone; imds ${command} --help says more.`;
  const told = unexpectedArguments(end < 0 ? behind : behind.slice(0, end), help);
  if (told === undefined) return undefined;
  return { command, error: new UsageError(told.message, { code: 'usage.arguments', remedy: told.remedy }) };
}

function refusal(word: string, known: readonly string[], help: string): UsageError {
  const meant = nearest(word, known);
  return new UsageError(`no such command: ${word.length > LONGEST ? `${word.slice(0, LONGEST)}…` : word}`, {
    code: 'usage.command',
    remedy: `${meant === undefined ? '' : `Did you mean ${meant}? `}\`${help}\` lists them.`,
  });
}

/** Characters of it that are repeated. */
const LONGEST = 60;
