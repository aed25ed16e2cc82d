import { stringify } from 'csv-stringify/sync';
import type { AttributedCall } from '../model.ts';
import type { Sink } from '../ports.ts';
import { BatchWriter } from './batch-writer.ts';
import { CALL_COLUMNS, callRow } from './call-row.ts';
import { type CallerRow, callerRow } from './caller-row.ts';
import { commandLine } from './command-line.ts';
import { escapeCell } from './escape.ts';
import { groupRow } from './group-row.ts';
import { groupsOf } from './groups.ts';
import { ProcessViews } from './process-view.ts';
import { aggregateFor, topOf } from './rows.ts';
import type { FormatSink, Output, RowOptions } from './types.ts';

/** Columns of a caller, in order: a promise to those who parse them (docs/output.md). New ones go to the end. */
export const CALLER_COLUMNS = [
  'host',
  'capture',
  'program',
  'started_by',
  'executable',
  'container_id',
  'unit',
  'user',
  'clients',
  'user_agents',
  'v1',
  'v2',
  'unknown',
  'foreign',
  'attempt',
  'v1_succeeded',
  'worst_path',
  'first_seen',
  'last_seen',
  'forwarded_for',
  'attribution',
  'unattributed_reason',
  'example_pid',
  'example_args',
  'example_ancestry',
  'cause',
  'severity',
  'evidence',
  'remedy',
  'findings',
  'product',
  'product_version',
  'host_verdict',
  'package',
  'image',
  'pod',
  'timer',
  'started_from',
  'unknown_reasons',
  'ignored_reason',
  'ignored_until',
  'filter_expired',
  'host_names',
] as const;

/** Of a group (`--group-by`): its name, and the number of its callers, behind the columns of a caller. */
const GROUP_COLUMNS = [...CALLER_COLUMNS, 'group', 'callers'];

type Value = string | number | readonly string[] | undefined;

/** What separates the values of one cell. */
const SEPARATORS: Readonly<Record<string, string>> = {
  example_ancestry: ' <- ',
  ancestry: ' <- ',
  evidence: ' ',
};

/**
 * RFC 4180: CRLF, quotes doubled; one line a row, since line ends within a cell stand escaped. A semicolon is quoted
 * as well, for LibreOffice proposes to separate cells at it, too.
 */
class CsvWriter {
  readonly #columns: readonly string[];
  readonly #writer: BatchWriter;
  #rows: string[][] = [];

  constructor(columns: readonly string[], output: Output) {
    this.#columns = columns;
    this.#writer = new BatchWriter(output);
    this.#rows.push([...columns]);
  }

  row(row: Readonly<Record<string, Value>>): void {
    this.#rows.push(this.#columns.map((column) => cell(column, row[column])));
    if (this.#rows.length >= ROWS_AT_ONCE) this.#convert();
  }

  ready(): Promise<void> | undefined {
    this.#convert();
    return this.#writer.ready();
  }

  end(): Promise<void> {
    this.#convert();
    return this.#writer.end();
  }

  #convert(): void {
    if (this.#rows.length === 0) return;
    this.#writer.write(stringify(this.#rows, { record_delimiter: '\r\n', quoted_match: /;/ }));
    this.#rows = [];
  }
}

const ROWS_AT_ONCE = 256;

function cell(column: string, value: Value): string {
  if (value === undefined) return '';
  if (typeof value === 'number') return String(value);
  return escapeCell(typeof value === 'string' ? value : value.join(SEPARATORS[column] ?? ', '));
}

/** Arguments are a line, which says itself whether they are cut. */
function cellsOf({ example_args: args, example_args_truncated: argsTruncated, ...row }: CallerRow) {
  return { ...row, example_args: args && commandLine({ args, argsTruncated }) };
}

export function createCsvCallSink(output: Output): Sink {
  const writer = new CsvWriter(CALL_COLUMNS, output);
  const views = new ProcessViews();
  return {
    call: (call: AttributedCall) => writer.row(callRow(call, views)),
    ready: () => writer.ready(),
    end: () => writer.end(),
  };
}

export function createCsvCallerSink(options: RowOptions, output: Output): FormatSink {
  const aggregate = aggregateFor(options);
  const { groupBy = 'caller' } = options;
  let leftOut = 0;
  return {
    aggregate,
    get rowsLeftOut() {
      return leftOut;
    },
    call: (call: AttributedCall) => void aggregate.add(call),
    context: (call: AttributedCall) => aggregate.addContext(call),
    ready: () => undefined,
    async end(_captures, hosts, _findings, ignored) {
      const writer = new CsvWriter(groupBy === 'caller' ? CALLER_COLUMNS : GROUP_COLUMNS, output);
      const verdicts = new Map(hosts.map(({ scope, status }) => [scope, status]));
      const byLabel = new Map(hosts.map(({ host, status }) => [host, status]));
      let written = 0;
      const write = async (row: Readonly<Record<string, Value>>) => {
        writer.row(row);
        if (++written % ROWS_AT_ONCE === 0) await writer.ready();
      };
      if (groupBy === 'caller') {
        const top = topOf(ignored.counted(aggregate.callers()), options);
        leftOut = top.leftOut;
        for (const caller of top.rows) {
          const verdict = verdicts.get(caller.identity.scope);
          const expired = ignored.expiredFor(caller)?.as.expires;
          await write({
            ...cellsOf(callerRow(caller, aggregate.views)),
            host_verdict: verdict,
            filter_expired: expired,
          });
        }
      } else {
        const top = topOf(groupsOf(aggregate, groupBy, ignored), options);
        leftOut = top.leftOut;
        for (const group of top.rows) {
          const verdict = groupBy === 'host' ? byLabel.get(group.name ?? '') : undefined;
          await write({ ...groupRow(group, groupBy), host_verdict: verdict });
        }
      }
      // Behind the others, and told from them by their last columns.
      for (const [caller, { reason, expires }] of groupBy === 'caller' ? ignored.callers : []) {
        const verdict = verdicts.get(caller.identity.scope);
        const as = { host_verdict: verdict, ignored_reason: reason, ignored_until: expires };
        await write({ ...cellsOf(callerRow(caller, aggregate.views)), ...as });
      }
      await writer.end();
    },
  };
}
