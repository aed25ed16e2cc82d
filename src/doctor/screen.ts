import { escapeText } from '../report/escape.ts';
import { loadWidth, padEnd, type WidthOf, wrap } from '../report/layout.ts';
import { loadPaint, type Paint } from '../report/paint.ts';
import type { DoctorReport } from './report.ts';
import type { Status } from './types.ts';

const STATUS_COLUMNS = 6;
const GAP = 2;
const WORDS: Readonly<Record<Status, string>> = { ok: 'ok', warn: 'warn', fail: 'fail', unknown: '?' };

/** One screen for people; the last line says what live will do. */
export async function screenOf(report: DoctorReport, columns: number, colour: boolean): Promise<string> {
  const paint = await loadPaint(colour);
  const rows = report.checks.map(({ status, title, text, remedy }) => ({
    status,
    title,
    text: escapeText(text),
    remedy: remedy === undefined || status === 'ok' ? undefined : escapeText(remedy),
  }));
  const live = escapeText(report.live.text);
  const widthOf = await loadWidth([live, ...rows.flatMap(({ text, remedy }) => [text, remedy ?? ''])]);
  const titleColumns = Math.max(...rows.map(({ title }) => title.length)) + GAP;
  const indent = STATUS_COLUMNS + titleColumns;
  const room = columns - indent;
  const lines = rows.flatMap(({ status, title, text, remedy }) => {
    const label = painterOf(status, paint)(padEnd(WORDS[status], STATUS_COLUMNS, widthOf));
    const advice = remedy === undefined ? [] : wrap(`→ ${remedy}`, room, '  ', widthOf).map(paint.faint);
    return hanging(label + padEnd(title, titleColumns, widthOf), indent, [
      ...wrap(text, room, '', widthOf),
      ...advice,
    ]);
  });
  const verdict = wrap(`imds live: ${live}`, columns, '  ', widthOf).map(verdictPainter(report, paint));
  return `${[heading(report, columns, widthOf, paint), ...lines, ...verdict].flat().join('\n')}\n`;
}

function heading({ imds, host }: DoctorReport, columns: number, widthOf: WidthOf, paint: Paint): string[] {
  const user = host.uid === undefined ? '' : ` · uid ${host.uid}`;
  const text = `imds ${imds} · ${host.platform} ${host.kernel} ${host.arch} · Node ${host.node}${user}`;
  return wrap(escapeText(text), columns, '  ', widthOf).map(paint.strong);
}

function hanging(head: string, indent: number, lines: readonly string[]): string[] {
  return lines.map((line, index) => (index === 0 ? head : ' '.repeat(indent)) + line);
}

function painterOf(status: Status, paint: Paint): (text: string) => string {
  return { ok: paint.good, warn: paint.unknown, fail: paint.v1, unknown: paint.faint }[status];
}

function verdictPainter({ live }: DoctorReport, paint: Paint): (text: string) => string {
  return { ready: paint.good, partial: paint.unknown, 'not-ready': paint.v1 }[live.status];
}
