import type { Finding } from '../causes/types.ts';
import type { Nanoseconds } from '../model.ts';
import { countOf, countText } from '../words.ts';
import type { Caller } from './caller.ts';
import { type CallerRow, callerName, callerRow } from './caller-row.ts';
import { diagnosisOf } from './diagnosis.ts';
import { escapeText } from './escape.ts';
import { KINDS, type Kind } from './kinds.ts';
import { fewText, joinKnown, PROSE, padEnd, padStart, truncate, type WidthOf, wrap } from './layout.ts';
import type { Paint } from './paint.ts';
import type { ProcessViews } from './process-view.ts';
import { isoNanoseconds, localSeconds } from './time.ts';
import { whereText } from './where-text.ts';

/** From this width on, a caller is one line; below, what does not fit stands beneath its name. */
const WIDE = 140;
const GAP = '  ';
const SHOWN_ANCESTORS = 6;
/** Columns of `why`, `also` and `fix`. */
const LABEL = 6;

interface Column {
  title: string;
  right?: boolean;
  /** May be cut to this many columns, where the terminal is narrow; a lower rank before a higher one. */
  least?: number;
  rank?: 1 | 2 | 3;
  cell(row: Row): string;
}

/** A caller's cells as they are shown, escaped. */
interface Row {
  caller: Caller;
  name: string;
  where: string;
  agents: string;
  path: string;
  first: string;
  last: string;
  ancestry: string;
}

const KIND_TITLES: Readonly<Record<Kind, string>> = {
  v1: 'V1',
  unknown: 'UNKNOWN',
  v2: 'V2',
  foreign: 'FOREIGN',
  attempt: 'ATTEMPTS',
};

/**
 * The callers as a table of at most `columns` columns. Rows are made anew in each of its three passes
 * (which characters, how wide, the lines): together, those of the most callers would take 100 MB.
 */
export class CallerTable {
  readonly #callers: readonly Caller[];
  readonly #views: ProcessViews;
  readonly #timeText: (time: Nanoseconds) => string;
  #columns: readonly Column[];
  #isWide: boolean;
  readonly #total: number;

  constructor(callers: readonly Caller[], views: ProcessViews, columns: number) {
    this.#callers = callers;
    this.#views = views;
    this.#timeText = timeTexts(callers);
    this.#isWide = columns >= WIDE;
    this.#total = columns;
    this.#columns = [...countColumns(callers, this.#isWide), ...textColumns(this.#isWide, columns)];
  }

  *#rows(): Iterable<Row> {
    for (const caller of this.#callers) {
      yield makeRow(caller, callerRow(caller, this.#views), this.#timeText);
    }
  }

  /** Every text of the table: whether one of them is not ASCII decides how widths are measured. */
  *texts(): Iterable<string> {
    for (const { caller, name, where, agents, ancestry } of this.#rows()) {
      yield `${name}${where}${agents}${ancestry}${diagnosisOf(caller).cause?.remedy ?? ''}`;
    }
  }

  /** Title line, and then each caller's lines with the scope it belongs to. */
  *lines(paint: Paint, widthOf: WidthOf): Iterable<{ scope: string | undefined; line: string }> {
    // A wide terminal must not show less: what a line would have to cut stands beneath the name.
    if (this.#isWide && this.#excess(this.#naturalWidths(widthOf)) > 0) this.#beNarrow();
    const widths = this.#widths(widthOf);
    const titles = this.#columns.map(({ title }) => title);
    yield { scope: undefined, line: paint.strong(this.#line(titles, widths, widthOf)) };
    for (const row of this.#rows()) {
      const { scope } = row.caller.identity;
      const line = this.#line(
        this.#columns.map((column) => column.cell(row)),
        widths,
        widthOf,
      );
      yield { scope, line: painted(row, line, paint) };
      const indent = ' '.repeat(this.#indent(widths));
      if (!this.#isWide) {
        for (const detail of this.#details(row, indent, widthOf)) yield { scope, line: paint.faint(detail) };
      }
      for (const reason of this.#reasons(row, indent, widthOf)) yield { scope, line: reason };
    }
  }

  #line(cells: readonly string[], widths: readonly number[], widthOf: WidthOf): string {
    const parts = cells.map((cell, index) => {
      const width = widths[index] ?? 0;
      const fitted = truncate(cell, width, widthOf);
      return this.#columns[index]?.right ? padStart(fitted, width, widthOf) : padEnd(fitted, width, widthOf);
    });
    return truncate(parts.join(GAP).trimEnd(), this.#total, widthOf);
  }

  /** Columns before the caller's name. */
  #indent(widths: readonly number[]): number {
    const counts = this.#columns.findIndex(({ title }) => title === 'CALLER');
    return widths.slice(0, counts).reduce((sum, width) => sum + width + GAP.length, 0);
  }

  #details(row: Row, indent: string, widthOf: WidthOf): string[] {
    const width = this.#total - indent.length;
    const { foreign, attempt } = row.caller.kinds;
    const texts = [
      joinKnown([
        row.where,
        row.agents,
        foreign > 0 ? `${countText(foreign)} foreign` : '',
        attempt > 0 ? countOf(attempt, 'attempt') : '',
        row.first === row.last ? '' : `since ${row.first}`,
      ]),
      row.ancestry,
    ];
    return texts
      .filter((text) => text !== '')
      .flatMap((text) => wrap(text, width, '  ', widthOf).slice(0, 3))
      .map((line) => indent + line);
  }

  /** Why it is IMDSv1 and what to do, and what else is to be known of it. */
  #reasons({ caller }: Row, indent: string, widthOf: WidthOf): string[] {
    const { cause, findings: all } = diagnosisOf(caller);
    const findings = all.filter(({ severity }) => severity !== 'low' && severity !== 'info');
    const named = ({ title, id }: Finding) => `${title} (${id})`;
    const texts: [string, string][] = [];
    if (cause !== undefined) texts.push(['why', named(cause)]);
    const unread = caller.unknownReasons.values;
    if (unread.length > 0) texts.push(['why', `could not be read: ${unread.join(', ')}`]);
    if (caller.isOfInventoryAlone) texts.push(['known', inventoryText(caller)]);
    for (const finding of findings) texts.push(['also', named(finding)]);
    if (cause !== undefined) texts.push(['fix', cause.remedy]);
    else for (const { remedy } of findings) texts.push(['fix', remedy]);
    const width = Math.min(this.#total - indent.length - LABEL, PROSE);
    return texts.flatMap(([label, text]) =>
      wrap(escapeText(text), width, '', widthOf).map(
        (line, index) => `${indent}${(index === 0 ? label : '').padEnd(LABEL)}${line}`,
      ),
    );
  }

  #beNarrow(): void {
    this.#isWide = false;
    this.#columns = [...countColumns(this.#callers, false), ...textColumns(false, this.#total)];
  }

  #naturalWidths(widthOf: WidthOf): number[] {
    const widths = this.#columns.map((column) => column.title.length);
    for (const row of this.#rows()) {
      for (const [index, column] of this.#columns.entries()) {
        widths[index] = Math.max(widths[index] ?? 0, widthOf(column.cell(row)));
      }
    }
    return widths;
  }

  /** Columns that are too many. */
  #excess(widths: readonly number[]): number {
    return widths.reduce((sum, width) => sum + width + GAP.length, -GAP.length) - this.#total;
  }

  /** Natural widths, and where they are too much, the widest of those that may be cut gives way. */
  #widths(widthOf: WidthOf): number[] {
    const widths = this.#naturalWidths(widthOf);
    let excess = this.#excess(widths);
    // What tells least gives way first: user agents are long, and seldom name what is to be fixed.
    for (const rank of [1, 2, 3]) {
      while (excess > 0) {
        let widest = -1;
        for (const [index, column] of this.#columns.entries()) {
          const { least = 0, rank: own } = column;
          const width = widths[index] ?? 0;
          if (own === rank && width > least && width > (widths[widest] ?? 0)) widest = index;
        }
        if (widest < 0) break;
        widths[widest] = (widths[widest] ?? 0) - 1;
        excess--;
      }
    }
    return widths;
  }
}

/** The log of it has rolled away: whether it still does so, its calls since tell. */
function inventoryText({ lastDayOfV1 }: Caller): string {
  const last =
    lastDayOfV1 === undefined
      ? ''
      : `; last call by IMDSv1 on ${isoNanoseconds(lastDayOfV1).slice(0, 10)} (UTC)`;
  return `by the inventory alone${last}`;
}

function painted(row: Row, line: string, paint: Paint): string {
  const { v1, unknown } = row.caller.kinds;
  if (v1 > 0) return paint.v1(line);
  return unknown > 0 ? paint.unknown(line) : line;
}

/** v1 and v2 always; the others where there are any, and the least telling only where there is room. */
function countColumns(callers: readonly Caller[], isWide: boolean): Column[] {
  const shown = KINDS.filter((kind) => {
    if (kind === 'v1' || kind === 'v2') return true;
    return (isWide || kind === 'unknown') && callers.some((caller) => caller.kinds[kind] > 0);
  });
  return shown.map((kind) => ({
    title: KIND_TITLES[kind],
    right: true,
    cell: ({ caller }) => (caller.kinds[kind] === 0 ? '-' : countText(caller.kinds[kind])),
  }));
}

function textColumns(isWide: boolean, columns: number): Column[] {
  const caller = (least: number): Column => ({ title: 'CALLER', least, rank: 3, cell: ({ name }) => name });
  const path: Column = { title: 'WORST PATH', cell: ({ path }) => path };
  const last: Column = { title: 'LAST', cell: ({ last }) => last };
  if (!isWide) return [caller(12), path, last];
  return [
    caller(Math.min(48, Math.max(20, columns - WIDE))),
    { title: 'WHERE', least: 12, rank: 2, cell: ({ where }) => where },
    { title: 'USER AGENTS', least: 14, rank: 1, cell: ({ agents }) => agents },
    path,
    { title: 'FIRST', cell: ({ first }) => first },
    last,
    { title: 'CALLED BY', least: 12, rank: 2, cell: ({ ancestry }) => ancestry },
  ];
}

function makeRow(caller: Caller, row: CallerRow, timeText: (time: Nanoseconds) => string): Row {
  return {
    caller,
    name: escapeText(callerName(caller)),
    where: whereText(row, caller),
    agents: fewText(row.user_agents, 2),
    path: row.worst_path ?? '',
    first: timeText(caller.first),
    last: timeText(caller.last),
    ancestry: ancestryText(row.example_ancestry ?? []),
  };
}

function ancestryText(ancestry: readonly string[]): string {
  if (ancestry.length === 0) return '';
  const shown = ancestry.slice(0, SHOWN_ANCESTORS).map(escapeText).join(' ← ');
  return `← ${shown}${ancestry.length > SHOWN_ANCESTORS ? ' ← …' : ''}`;
}

/** Time of day where all are of one day; else month and day before it. */
function timeTexts(callers: readonly Caller[]): (time: Nanoseconds) => string {
  const days = new Set(callers.flatMap(({ first, last }) => [first, last].map(dayOf)));
  return (time) => {
    const text = localSeconds(time);
    return days.size > 1 ? `${text.slice(5, 10)} ${text.slice(11, 16)}` : text.slice(11);
  };
}

function dayOf(time: Nanoseconds): string {
  return localSeconds(time).slice(0, 10);
}
