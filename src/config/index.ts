import { join, resolve } from 'node:path';
import type { IgnoreRule } from '../callers/ignore.ts';
import { FOLDER_LOCK, INVENTORY, isAside } from '../callers/inventory.ts';
import { UsageError } from '../errors.ts';
import { readConfigFile } from './file.ts';
import { nearest } from './nearest.ts';
import type { ParsedConfig } from './parse.ts';
import { type ConfigProblem, shown } from './problems.ts';
import {
  CONFIG_FILE,
  CONFIG_VARIABLE,
  KEYS,
  type Key,
  NO_CONFIG,
  SETTINGS,
  type Values,
  variableOf,
} from './settings.ts';

export type { ConfigProblem } from './problems.ts';
export type { ArgvPolicy, Key, Level, Values } from './settings.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Where a value comes from, the one that counts most first. */
export type Origin = 'flag' | 'environment' | 'file' | 'default';

export interface Source {
  origin: Origin;
  /** `--log-dir`, `IMDS_LOG_FOLDER`, `/etc/imds/imds.toml:12:9`; undefined for a default. */
  where: string | undefined;
}

/** What was set on the command line: values by key, each with the flag that set it. */
export type FlagValues = Partial<{ [K in Key]: { value: Values[K]; flag: string } }>;

export interface ConfigRequest {
  /** What --config names: a file, or `none`. */
  config: string | undefined;
  env: Environment;
  flags: FlagValues;
}

/** Settings in effect. */
export interface Config {
  /** The file that was read; undefined where there is none. */
  file: string | undefined;
  values: Values;
  sources: Readonly<Record<Key, Source>>;
  rules: readonly IgnoreRule[];
  rulesFrom: Source;
  /** What is wrong. Values are then those of the sources that are right. */
  problems: readonly ConfigProblem[];
  /**
   * Variables whose names are nearly those of settings. They are no error: Kubernetes sets IMDS_PORT and others
   * in every pod, where a service is called imds.
   */
  misspelt: readonly { name: string; meant: string }[];
}

export const RULES_VARIABLE = variableOf('ignore');

/**
 * Flags over environment over file over defaults. The parser is loaded only where there is something to parse.
 *
 * @throws UsageError where the file cannot be read, or one that was named is missing
 */
export async function readConfig({ config, env, flags }: ConfigRequest): Promise<Config> {
  const named = config ?? env[CONFIG_VARIABLE];
  const { file, parsed } = await readFile(named);
  const { values: ofEnvironment, problems, misspelt } = environmentValues(env);
  const fromVariable = await rulesOf(env[RULES_VARIABLE]);
  const values: Record<string, unknown> = {};
  const sources: Record<string, Source> = {};
  for (const key of KEYS) {
    const [value, source] = settle(key, flags[key], ofEnvironment.get(key), parsed?.values.get(key));
    values[key] = value;
    sources[key] = source;
  }
  const rules = fromVariable?.rules ?? parsed?.rules;
  return {
    file,
    // Each was read by its own kind.
    values: values as unknown as Values,
    sources: sources as Record<Key, Source>,
    rules: rules ?? [],
    rulesFrom:
      fromVariable !== undefined
        ? { origin: 'environment', where: RULES_VARIABLE }
        : parsed?.rules !== undefined
          ? { origin: 'file', where: file }
          : DEFAULT,
    problems: [...(parsed?.problems ?? []), ...problems, ...(fromVariable?.problems ?? [])],
    misspelt,
  };
}

/** The same, where nothing may be wrong. @throws UsageError with the first problem */
export async function requireConfig(request: ConfigRequest): Promise<Config> {
  const config = await readConfig(request);
  const [first, ...others] = [...config.problems, ...contradictions(config)];
  if (first === undefined) return config;
  const more = others.length === 0 ? '' : ` (and ${others.length} more: imds config check)`;
  throw new UsageError(`${first.where}: ${first.message}${more}`, {
    code: 'config.invalid',
    remedy: first.remedy,
  });
}

/** Settings that are right alone, and not together. */
export function contradictions({ values, sources }: Config): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  /** @param other what it contradicts: where one of the two was left out, the other's place is told */
  const tell = (key: Key, other: Key, what: string, remedy: string) => {
    const where = sources[key].where ?? sources[other].where ?? 'default';
    problems.push({ where, message: `${key}: ${what} ${other}`, remedy });
  };
  if (values['log.trace.file'] === values['log.events.file'])
    tell('log.events.file', 'log.trace.file', 'the same name as', OTHER_NAME);
  // In whichever folder: two names may be of one.
  for (const key of LOGS) {
    const name = values[key];
    const isInventory = name === INVENTORY || isAside(name);
    if (isInventory)
      tell(key, 'inventory.folder', 'the name of a file of the inventory, which is in', OTHER_NAME);
    if (name === FOLDER_LOCK) tell(key, 'log.folder', 'the name of the lock that is in', OTHER_NAME);
    if (isCapture(values, join(values['log.folder'], name)))
      tell('capture.file', key, 'the same file as', OTHER_NAME);
  }
  const inventory = values['inventory.folder'];
  if ([INVENTORY, FOLDER_LOCK].some((name) => isCapture(values, join(inventory, name))))
    tell('capture.file', 'inventory.folder', 'a file of', OTHER_NAME);
  if (values['capture.rotate_size'] !== '' && values['capture.file'] === '')
    tell('capture.rotate_size', 'capture.file', 'set without', 'Set the file that is rotated too (-w FILE).');
  if (values['capture.rotate_count'] > 0 && values['capture.rotate_size'] === '')
    tell(
      'capture.rotate_count',
      'capture.rotate_size',
      'set without',
      'Set the size at which another begins too.',
    );
  // In a file or an image it may wait for a -w; who asks for it now expects a capture.
  if (
    values['capture.keep_secrets'] &&
    values['capture.file'] === '' &&
    sources['capture.keep_secrets'].origin === 'flag'
  )
    tell(
      'capture.keep_secrets',
      'capture.file',
      'set without',
      'Name the capture that keeps them too (-w FILE).',
    );
  if (values['account.keep_root'] && values['account.user'] !== '')
    tell('account.keep_root', 'account.user', 'true beside', 'Leave one of the two out.');
  return problems;
}

const LOGS = ['log.trace.file', 'log.events.file'] as const;
const OTHER_NAME = 'Give each a name of its own.';

/** Packets are saved there, or processes beside them. */
function isCapture({ 'capture.file': capture }: Values, path: string): boolean {
  return (
    capture !== '' && [capture, `${capture}.correlations.jsonl`].some((own) => resolve(own) === resolve(path))
  );
}

const DEFAULT: Source = { origin: 'default', where: undefined };

type Set = { value: unknown; where: string } | undefined;

function settle(
  key: Key,
  flag: { value: unknown; flag: string } | undefined,
  variable: Set,
  line: Set,
): [unknown, Source] {
  if (flag !== undefined) return [flag.value, { origin: 'flag', where: flag.flag }];
  if (variable !== undefined) return [variable.value, { origin: 'environment', where: variable.where }];
  if (line !== undefined) return [line.value, { origin: 'file', where: line.where }];
  return [SETTINGS[key].default, DEFAULT];
}

async function readFile(
  named: string | undefined,
): Promise<{ file: string | undefined; parsed: ParsedConfig | undefined }> {
  const file = named ?? CONFIG_FILE;
  if (file === NO_CONFIG) return { file: undefined, parsed: undefined };
  const bytes = readConfigFile(file);
  if (bytes === undefined) {
    if (named === undefined) return { file: undefined, parsed: undefined };
    throw new UsageError(`${file}: there is no such configuration`, {
      code: 'config.missing',
      remedy: `Name another with --config FILE, or none with --config ${NO_CONFIG}.`,
    });
  }
  const { parseConfig } = await import('./parse.ts');
  return { file, parsed: parseConfig(bytes, file) };
}

async function rulesOf(
  text: string | undefined,
): Promise<Pick<ParsedConfig, 'rules' | 'problems'> | undefined> {
  if (text === undefined) return undefined;
  const { parseRules } = await import('./parse.ts');
  return parseRules(text, RULES_VARIABLE);
}

const VARIABLES: ReadonlyMap<string, Key> = new Map(KEYS.map((key) => [variableOf(key), key]));

const NAMES = [...VARIABLES.keys(), CONFIG_VARIABLE, RULES_VARIABLE];

function environmentValues(env: Environment) {
  const values = new Map<Key, { value: unknown; where: string }>();
  const problems: ConfigProblem[] = [];
  const misspelt: Config['misspelt'][number][] = [];
  for (const [name, text] of Object.entries(env)) {
    if (!name.startsWith(PREFIX) || text === undefined || OTHERS.has(name)) continue;
    const key = VARIABLES.get(name);
    if (key === undefined) {
      const meant = nearest(name, NAMES, MISTYPED);
      if (meant !== undefined) misspelt.push({ name, meant });
      continue;
    }
    const { kind } = SETTINGS[key];
    const value = kind.readText(text);
    if (value !== undefined) values.set(key, { value, where: name });
    else {
      const message = `${key}: expected ${kind.expected}; found ${shown(text)}`;
      problems.push({ where: name, message, remedy: `Set it to that, or unset ${name}.` });
    }
  }
  return { values, problems, misspelt };
}

const PREFIX = 'IMDS_';
const OTHERS: ReadonlySet<string> = new Set([CONFIG_VARIABLE, RULES_VARIABLE]);
/** Characters in which a misspelt variable may differ. */
const MISTYPED = 2;
