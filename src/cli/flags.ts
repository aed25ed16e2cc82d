import * as Flags from '@oclif/core/flags';
import { UsageError } from '../errors.ts';
import { GROUP_KEYS, type GroupKey, type ReportFormat, type RowOptions } from '../report/types.ts';
import { parseDuration } from './duration.ts';
import type { ReportOutputOptions } from './write-report.ts';

export const FORMATS: readonly ReportFormat[] = ['text', 'csv', 'json', 'jsonl', 'html', 'log'];

/** Where `imds live` keeps its inventory, unless told. */
export const STATE_FOLDER = '/var/lib/imds';

/** What `--fail-on` can ask for. */
export const CONDITIONS = ['v1', 'unknown', 'incomplete', 'not-ready'] as const;
export type Condition = (typeof CONDITIONS)[number];

const shorthand = (format: ReportFormat) =>
  Flags.boolean({
    summary: `Same as --format ${format}.`,
    helpGroup: 'OUTPUT',
    exclusive: ['format', ...FORMATS.filter((other) => other !== format && SHORTHANDS.includes(other))],
  });

const SHORTHANDS: readonly ReportFormat[] = ['csv', 'json', 'jsonl'];

const OBSERVED = {
  summary: 'How long a host has to be watched before it can be READY: 12h, 7d.',
  helpValue: 'TIME',
  default: '24h',
};

/** Flags of every command that reports calls. */
export const outputFlags = {
  format: Flags.option({ options: FORMATS })({
    summary: 'How to print the result; text unless told.',
    helpValue: FORMATS.join('|'),
    helpGroup: 'OUTPUT',
  }),
  csv: shorthand('csv'),
  json: shorthand('json'),
  jsonl: shorthand('jsonl'),
  calls: Flags.boolean({
    summary: 'One row for each call instead of each caller; jsonl and log always are.',
    helpGroup: 'OUTPUT',
  }),
  ancestors: Flags.integer({
    summary: 'Ancestors of the calling process that a line of the log names.',
    helpGroup: 'OUTPUT',
    helpValue: 'N',
    default: 3,
    min: 0,
    max: 1000,
  }),
  'group-by': Flags.option({ options: GROUP_KEYS })({
    summary: 'What a row is, in html beside the callers; a caller unless told.',
    helpValue: GROUP_KEYS.join('|'),
    helpGroup: 'OUTPUT',
  }),
  top: Flags.integer({
    summary: 'Only the first N rows, and how many more there are.',
    helpValue: 'N',
    helpGroup: 'OUTPUT',
    min: 1,
  }),
  output: Flags.string({
    char: 'o',
    summary: 'Write the result to FILE instead of standard output (-).',
    helpGroup: 'OUTPUT',
    helpValue: 'FILE',
  }),
  'fail-on': Flags.option({ options: CONDITIONS, multiple: true })({
    summary: 'Exit with 3 if there are such calls, or if that holds; repeatable.',
    helpValue: CONDITIONS.join('|'),
    helpGroup: 'OUTPUT',
    multipleNonGreedy: true,
  }),
  observed: Flags.string({ ...OBSERVED, helpGroup: 'OUTPUT' }),
};

/** Read by {@link observedOf}. */
export const observedFlag = Flags.string(OBSERVED);

/** As text: an error thrown while oclif parses would lose its form. See parseEndpoint. */
export const endpointFlag = Flags.string({
  summary:
    'Address of the metadata service, instead of 169.254.169.254:80 and [fd00:ec2::254]:80; repeatable.',
  helpValue: 'IP[:PORT]',
  multiple: true,
  multipleNonGreedy: true,
});

type ShorthandFlags = { format?: ReportFormat | undefined; csv: boolean; json: boolean; jsonl: boolean };

interface OutputFlags extends ShorthandFlags {
  calls: boolean;
  ancestors: number;
  output?: string | undefined;
  'group-by'?: GroupKey | undefined;
  top?: number | undefined;
  'fail-on'?: Condition[] | undefined;
  observed: string;
}

/** What {@link outputFlags} ask for. */
export function outputOptionsOf(flags: OutputFlags): ReportOutputOptions {
  const { calls, ancestors, output, 'fail-on': failOn = [] } = flags;
  const verdict = { observed: observedOf(flags.observed) };
  const rows = rowsOf(flags);
  return { format: formatOf(flags), calls, ancestors, output, failOn, verdict, ...rows };
}

/** Nanoseconds. `0s` asks for no time at all. @throws UsageError */
export function observedOf(text: string): bigint {
  // A unit that was forgotten must not make a host READY after some seconds.
  const hasUnit = /[a-z]$/.test(text);
  const milliseconds = /^0+(?:ms|s|m|h|d)?$/.test(text) ? 0 : hasUnit ? parseDuration(text) : undefined;
  if (milliseconds !== undefined) return BigInt(milliseconds) * 1_000_000n;
  throw new UsageError(`--observed ${text}: not a time`, {
    code: 'usage.observed',
    remedy: 'Give a number and a unit: 30m, 12h, 7d.',
  });
}

/** @throws UsageError where rows are no callers */
function rowsOf(flags: OutputFlags): RowOptions {
  const { 'group-by': groupBy, top, calls } = flags;
  const format = formatOf(flags);
  const hasRows = !calls && format !== 'jsonl' && format !== 'log';
  if (hasRows || (groupBy === undefined && top === undefined)) return { groupBy, top };
  const option = top === undefined ? '--group-by' : '--top';
  throw new UsageError(`${option}: ${calls ? 'with --calls' : `in ${format}`}, rows are not callers`, {
    code: 'usage.rows',
    remedy: `Use ${option} with text, csv, json or html, and without --calls.`,
  });
}

function formatOf(flags: ShorthandFlags): ReportFormat {
  if (flags.csv) return 'csv';
  if (flags.json) return 'json';
  if (flags.jsonl) return 'jsonl';
  return flags.format ?? 'text';
}

export const dryRunFlag = Flags.boolean({
  summary: 'Show what would be done, with the contents of files, and do nothing.',
});

export const rootFlag = Flags.string({
  summary: 'Change the file system of an image below FOLDER, in which nothing runs.',
  helpValue: 'FOLDER',
});
