import type { Rule } from '../causes/rule.ts';
import { RULES } from '../causes/rules/index.ts';
import { UsageError } from '../errors.ts';
import { padEnd, wrap } from '../report/layout.ts';
import { loadPaint } from '../report/paint.ts';
import { StreamOutput } from './output.ts';
import { colourOf, columnsOf, type Surroundings } from './surroundings.ts';

const LABEL = 12;

/** `imds explain`: one rule in full, or a list of all. Throws a UsageError for an id that there is not. */
export async function explain(id: string | undefined, { stdout, env }: Surroundings): Promise<void> {
  const paint = await loadPaint(colourOf(stdout, env));
  const columns = columnsOf(stdout, env);
  const lines = id === undefined ? list(columns) : oneRule(ruleOf(id), columns);
  const [title = '', ...rest] = lines;
  const output = new StreamOutput(stdout, 'standard output', () => {});
  output.write(`${[paint.strong(title), ...rest].join('\n')}\n`);
  await output.finish();
}

function ruleOf(id: string): Rule {
  const rule = RULES.find((candidate) => candidate.id === id);
  if (rule !== undefined) return rule;
  throw new UsageError(`${id.slice(0, 64)}: there is no such cause or finding`, {
    code: 'usage.rule',
    remedy: 'imds explain lists them.',
  });
}

function list(columns: number): string[] {
  const widths = [Math.max(...RULES.map(({ id }) => id.length)), 'SEVERITY'.length, 'finding'.length];
  const row = (cells: readonly string[], text: string): string[] => {
    const head = `${cells.map((cell, index) => padEnd(cell, widths[index] ?? 0, width)).join('  ')}  `;
    const lines = wrap(text, columns - head.length, '', width);
    return lines.map((line, index) => (index === 0 ? head : ' '.repeat(head.length)) + line);
  };
  const rows = RULES.flatMap(({ id, kind, severity, title }) => row([id, severity, kind], title));
  return [...row(['ID', 'SEVERITY', 'KIND'], 'WHAT'), ...rows];
}

function oneRule(rule: Rule, columns: number): string[] {
  const entry = (label: string, text: string): string[] =>
    wrap(text, columns - LABEL, '', width).map(
      (line, index) => (index === 0 ? label : '').padEnd(LABEL) + line,
    );
  return [
    `${rule.id}: ${rule.title}`,
    '',
    ...entry('Kind', `${rule.kind}, ${rule.severity}`),
    ...entry('Meaning', rule.meaning),
    ...entry('Recognised', rule.recognised),
    ...entry('Remedy', rule.remedy()),
    ...rule.sources.flatMap((source, index) => entry(index === 0 ? 'Sources' : '', source)),
  ];
}

/** The texts of rules are ours, and ASCII but for an ellipsis. */
function width(text: string): number {
  return text.length;
}
