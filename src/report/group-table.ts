import { countText } from '../words.ts';
import { escapeText } from './escape.ts';
import { type GroupRow, groupRow } from './group-row.ts';
import type { Group } from './groups.ts';
import { padEnd, padStart, truncate, truncateStart, type WidthOf, wrap } from './layout.ts';
import type { Paint } from './paint.ts';
import { localSeconds } from './time.ts';
import type { GroupKey } from './types.ts';

const GAP = '  ';
const LEAST_NAME = 12;

/** Groups as a table of at most `columns` columns, with the causes of each beneath. */
export class GroupTable {
  readonly #rows: readonly { group: Group; row: GroupRow; cells: readonly string[] }[];
  readonly #titles: readonly string[];
  readonly #columns: number;
  readonly #key: GroupKey;

  constructor(groups: readonly Group[], key: GroupKey, columns: number) {
    this.#columns = columns;
    this.#key = key;
    this.#titles = ['V1', 'UNKNOWN', 'V2', key.toUpperCase(), 'CALLERS', 'WORST PATH', 'LAST'];
    this.#rows = groups.map((group) => {
      const row = groupRow(group, key);
      return { group, row, cells: cellsOf(group, row) };
    });
  }

  *texts(): Iterable<string> {
    for (const { cells } of this.#rows) yield cells[NAME] ?? '';
  }

  *lines(paint: Paint, widthOf: WidthOf): Iterable<string> {
    const widths = this.#widths(widthOf);
    yield paint.strong(line(this.#titles, widths, widthOf));
    const indent = widths.slice(0, NAME).reduce((sum, width) => sum + width + GAP.length, 0);
    for (const { row, cells } of this.#rows) {
      const text = line(this.#fitted(cells, widths, widthOf), widths, widthOf);
      yield row.v1 > 0 ? paint.v1(text) : row.unknown > 0 ? paint.unknown(text) : text;
      if (row.cause.length === 0) continue;
      const causes = `why   ${row.cause.join(', ')}`;
      for (const part of wrap(causes, this.#columns - indent, '      ', widthOf)) {
        yield `${' '.repeat(indent)}${part}`;
      }
    }
  }

  /** The end of a path tells what was asked for. */
  #fitted(cells: readonly string[], widths: readonly number[], widthOf: WidthOf): readonly string[] {
    if (this.#key !== 'path') return cells;
    return cells.with(NAME, truncateStart(cells[NAME] ?? '', widths[NAME] ?? 0, widthOf));
  }

  /** Where it is too much, the name gives way. */
  #widths(widthOf: WidthOf): number[] {
    const widths = this.#titles.map((title, index) =>
      Math.max(title.length, ...this.#rows.map(({ cells }) => widthOf(cells[index] ?? ''))),
    );
    const excess = widths.reduce((sum, width) => sum + width + GAP.length, -GAP.length) - this.#columns;
    widths[NAME] = Math.max(LEAST_NAME, (widths[NAME] ?? 0) - Math.max(0, excess));
    return widths;
  }
}

/** Index of the column of names. */
const NAME = 3;
const RIGHT = [0, 1, 2, 4];

function cellsOf({ last }: Group, row: GroupRow): string[] {
  const count = (calls: number) => (calls === 0 ? '-' : countText(calls));
  return [
    count(row.v1),
    count(row.unknown),
    count(row.v2),
    row.group === undefined ? '-' : escapeText(row.group),
    countText(row.callers),
    row.worst_path ?? '',
    last === undefined ? '' : localSeconds(last).replace('T', ' ').slice(5),
  ];
}

function line(cells: readonly string[], widths: readonly number[], widthOf: WidthOf): string {
  const parts = cells.map((cell, index) => {
    const width = widths[index] ?? 0;
    const fitted = truncate(cell, width, widthOf);
    return RIGHT.includes(index) ? padStart(fitted, width, widthOf) : padEnd(fitted, width, widthOf);
  });
  return parts.join(GAP).trimEnd();
}
