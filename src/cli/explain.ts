import type { Rule } from '../causes/rule.ts';
import { RULES } from '../causes/rules/index.ts';
import { nearest } from '../config/nearest.ts';
import { UsageError } from '../errors.ts';
import { PROSE, padEnd, wrap } from '../report/layout.ts';
import { KNOWN_LOSSES } from '../report/loss-words.ts';
import { loadPaint } from '../report/paint.ts';
import { counterTopic } from './explain-counter.ts';
import { REASONS, TOPICS, type Topic, topicId } from './explain-topics.ts';
import { StreamOutput } from './output.ts';
import { colourOf, columnsOf, type Surroundings } from './surroundings.ts';

const LABEL = 12;
const MORE =
  'Reasons why a call could not be read (request ended early) and counters of what is missing (tcp.missing_bytes) are explained as they stand in a report.';

/**
 * `imds explain`: rules or words of reports in full, or a list of all. Throws a UsageError for an id that there is not.
 *
 * @param words one id, which may be of several words (NOT READY), or several
 */
export async function explain(words: readonly string[], { stdout, env }: Surroundings): Promise<void> {
  const paint = await loadPaint(colourOf(stdout, env));
  const columns = columnsOf(stdout, env);
  const lines = words.length === 0 ? list(columns) : explanations(words, columns);
  const [title = '', ...rest] = lines;
  const output = new StreamOutput(stdout, 'standard output', () => {});
  output.write(`${[paint.strong(title), ...rest].join('\n')}\n`);
  await output.finish();
}

function explanations(words: readonly string[], columns: number): string[] {
  const together = words.join(' ');
  const asOne = entries(together, columns);
  if (asOne.length > 0) return spaced(asOne);
  const each = words.map((word) => ({ word, parts: entries(word, columns) }));
  const unknown = each.filter(({ parts }) => parts.length === 0);
  if (unknown.length > 0) throw noSuch(unknown.length === each.length ? together : (unknown[0]?.word ?? ''));
  return spaced(each.flatMap(({ parts }) => parts));
}

function spaced(parts: readonly string[][]): string[] {
  return parts.flatMap((part, index) => (index === 0 ? part : ['', ...part]));
}

/** Of both, where a rule and a word of reports have the same id; none where there is no such id. */
function entries(word: string, columns: number): string[][] {
  const id = topicId(word);
  const rule = RULES.find((candidate) => candidate.id === id);
  const topic =
    TOPICS.find((candidate) => candidate.id === id) ??
    REASONS.find((candidate) => topicId(candidate.id) === id) ??
    counterTopic(word.trim()) ??
    counterTopic(word.trim().toLowerCase());
  return [
    ...(rule === undefined ? [] : [oneRule(rule, columns)]),
    ...(topic === undefined ? [] : [oneTopic(topic, columns)]),
  ];
}

function noSuch(word: string): UsageError {
  const near =
    nearest(
      topicId(word),
      [...RULES, ...TOPICS].map((candidate) => candidate.id),
    ) ?? nearest(word, KNOWN_LOSSES);
  return new UsageError(
    `"${word.slice(0, 64)}": there is no such cause, finding or counter, nor word of reports`,
    {
      code: 'usage.rule',
      remedy: `${near === undefined ? '' : `Did you mean ${near}? `}imds explain lists them.`,
    },
  );
}

function list(columns: number): string[] {
  const widths = [Math.max(...RULES.map(({ id }) => id.length)), 'SEVERITY'.length, 'finding'.length];
  const row = (cells: readonly string[], text: string): string[] => {
    const head = `${cells.map((cell, index) => padEnd(cell, widths[index] ?? 0, width)).join('  ')}  `;
    const lines = wrap(text, columns - head.length, '', width);
    return lines.map((line, index) => (index === 0 ? head : ' '.repeat(head.length)) + line);
  };
  const rows = RULES.flatMap(({ id, kind, severity, title }) => row([id, severity, kind], title));
  const words = TOPICS.flatMap(({ id, title }) => row([id, '-', 'word'], title));
  const more = wrap(MORE, Math.min(columns, LABEL + PROSE), '', width);
  return [...row(['ID', 'SEVERITY', 'KIND'], 'WHAT'), ...rows, ...words, '', ...more];
}

function oneTopic({ id, title, meaning, next }: Topic, columns: number): string[] {
  const entry = entryOf(columns);
  const head = wrap(`${id}: ${title}`, Math.min(columns, LABEL + PROSE), '', width);
  return [...head, '', ...entry('Meaning', meaning), ...entry('Next', next)];
}

function entryOf(columns: number): (label: string, text: string) => string[] {
  const room = Math.min(columns - LABEL, PROSE);
  return (label, text) =>
    wrap(text, room, '', width).map((line, index) => (index === 0 ? label : '').padEnd(LABEL) + line);
}

function oneRule(rule: Rule, columns: number): string[] {
  const entry = entryOf(columns);
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
