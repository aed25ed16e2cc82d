import { conditionsText, hasExpired } from '../callers/ignore.ts';
import {
  type Config,
  type ConfigRequest,
  contradictions,
  readConfig,
  requireConfig,
} from '../config/index.ts';
import { literal } from '../config/literal.ts';
import { CONFIG_FILE, KEYS, type Key, SETTINGS, variableOf } from '../config/settings.ts';
import { ExitCode } from '../errors.ts';
import { escapeJson, escapeText } from '../report/escape.ts';
import { countOf } from '../words.ts';
import { ignorePolicy } from './config-flags.ts';
import { note } from './diagnostics.ts';
import type { Surroundings } from './surroundings.ts';

export interface ConfigOptions extends ConfigRequest {
  json: boolean;
}

type Streams = Pick<Surroundings, 'stdout' | 'stderr'>;

/** `imds config check`: every problem, with its place and what to do. Gives the exit code. */
export async function checkConfig(options: ConfigOptions, { stdout, stderr }: Streams): Promise<ExitCode> {
  const config = await readConfig(options);
  const problems = [...config.problems, ...contradictions(config)];
  for (const { name, meant } of config.misspelt) {
    stderr.write(note('config check', `the variable ${name} is none of imds; did you mean ${meant}?`));
  }
  if (options.json) stdout.write(json({ file: config.file, problems }));
  else {
    for (const { where, message, remedy } of problems)
      stderr.write(note('config check', `${where}: ${message}. ${remedy}`));
    if (problems.length === 0) stdout.write(`${escapeText(soundText(config))}\n`);
  }
  return problems.length === 0 ? ExitCode.done : ExitCode.usage;
}

/** `imds config show`: every setting in effect, and where it comes from. @throws UsageError where one is wrong */
export async function showConfig(options: ConfigOptions, { stdout }: Streams): Promise<ExitCode> {
  const config = await requireConfig(options);
  stdout.write(options.json ? json(objectOf(config)) : textOf(config));
  return ExitCode.done;
}

/** `/etc/imds/imds.toml: all right; 3 settings and 1 filter`. */
function soundText(config: Config): string {
  const { file, sources, rules } = config;
  if (file === undefined) return `no configuration is read: there is no ${CONFIG_FILE}, or none is asked for`;
  const set = KEYS.filter((key) => sources[key].origin === 'file').length;
  const { today } = ignorePolicy(rules);
  const over = rules.filter((rule) => hasExpired(rule, today));
  const expired = over.length === 0 ? '' : `, of which ${over.length} ended before today`;
  return `${file}: all right; ${countOf(set, 'setting')} and ${countOf(rules.length, 'filter')}${expired}`;
}

function originText({ origin, where }: Config['rulesFrom']): string {
  return where === undefined ? origin : `${origin} ${where}`;
}

function textOf({ file, values, sources, rules, rulesFrom }: Config): string {
  const { today } = ignorePolicy(rules);
  const settings = KEYS.map((key) => `${key} = ${literal(values[key])}`);
  const width = Math.min(60, Math.max(...settings.map(({ length }) => length)));
  const lines = KEYS.map((key, index) => `${settings[index]?.padEnd(width)}  # ${originText(sources[key])}`);
  const filters = rules.map((rule) => {
    const state = hasExpired(rule, today) ? 'ended' : 'until';
    return `ignore ${conditionsText(rule)}: ${state} ${rule.expires}: ${rule.reason}  # ${originText(rulesFrom)}`;
  });
  const from = file === undefined ? 'no configuration is read' : `with ${file}`;
  return `${[`# ${from}`, ...lines, ...filters].map(escapeText).join('\n')}\n`;
}

function objectOf({ file, values, sources, rules, rulesFrom }: Config): object {
  const { today } = ignorePolicy(rules);
  return {
    file,
    settings: Object.fromEntries(
      KEYS.map((key) => [
        key,
        {
          value: values[key],
          ...sources[key],
          default: SETTINGS[key].default,
          variable: variableOf(key),
          flag: flagOf(key),
        },
      ]),
    ),
    ignore: {
      ...rulesFrom,
      rules: rules.map(({ where, ...rule }) => ({ ...where, ...rule, expired: hasExpired(rule, today) })),
    },
  };
}

function flagOf(key: Key): string | undefined {
  const setting: { flag?: string } = SETTINGS[key];
  return setting.flag && `--${setting.flag}`;
}

function json(value: object): string {
  return `${escapeJson(JSON.stringify(value, undefined, 2))}\n`;
}
