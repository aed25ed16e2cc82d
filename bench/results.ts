import type { Comparison, Section } from './scenario.ts';
import { table } from './table.ts';

export interface Run {
  seed: number;
  machine: readonly string[];
  parts: Parts;
  /** Lines of {@link profile}, by what was profiled. */
  profiles: readonly { title: string; lines: readonly string[] }[];
}

/** One section as Markdown: the figures, then each promise with what became of it. */
export function sectionText(section: Section): string {
  const { title, note, figures } = section;
  const verdicts = section.verdicts.map(({ subject, target, measured, reached }) => [
    subject,
    target,
    measured,
    reached === undefined ? 'not decided' : reached ? 'yes' : 'NO',
  ]);
  return [
    `## ${title}`,
    note,
    'header' in figures ? table(figures.header, figures.rows) : comparisonTable(figures),
    ...(verdicts.length === 0 ? [] : [table(['Target', 'wanted', 'measured', 'reached'], verdicts)]),
  ].join('\n\n');
}

function comparisonTable({ base: baseName, measurements }: Comparison): string {
  const base = measurements.find((measurement) => measurement.name === baseName);
  const rows = measurements.map(({ name, medianSeconds, seconds, peakMegabytes }) => [
    name,
    seconds.length === 1
      ? time(medianSeconds)
      : `${time(medianSeconds)} (${time(Math.min(...seconds))}–${time(Math.max(...seconds))})`,
    base === undefined ? '' : `${(medianSeconds / base.medianSeconds).toFixed(2)}×`,
    `${peakMegabytes.toFixed(0)} MB`,
  ]);
  return table(['', 'median (least–most)', `of ${baseName}`, 'peak RSS'], rows);
}

/** What one scenario found, by its name. */
export type Parts = ReadonlyMap<string, readonly Section[]>;

export function resultsText(run: Run): string {
  const sections = [...run.parts.values()].flat();
  const rate = pageCacheRate(sections);
  return `${[
    '# Benchmark results',
    'Written by `npm run bench`, which runs the programs in turn (A B A B) in one go; the median of the rounds counts. MB and GB are powers of ten. Peak RSS is what the kernel counted (`ru_maxrss`).',
    `Seed: ${run.seed}`,
    machineText(run.machine),
    ...[...run.parts].map(([name, part]) => partText(name, part.map(sectionText))),
    END_OF_PARTS,
    '## The limit',
    `No reader of a file is faster than the page cache: \`cat F >/dev/null\`${rate}. What imds takes beyond that is the start of Node and the profile below.`,
    ...run.profiles.map(({ title, lines }) => `### Profile: ${title}\n\n\`\`\`\n${lines.join('\n')}\n\`\`\``),
  ].join('\n\n')}\n`;
}

const END_OF_PARTS = '<!-- end of scenarios -->';
const markOf = (name: string) => `<!-- scenario: ${name} -->`;

function partText(name: string, paragraphs: readonly string[]): string {
  return [markOf(name), ...paragraphs].join('\n\n');
}

function machineText(machine: readonly string[]): string {
  return machine.map((line) => `- ${line}`).join('\n');
}

/**
 * The results with other figures for some scenarios, which say on which machine they were measured, for
 * it may be another, or another day. A scenario that was not there is added.
 */
export function withParts(results: string, parts: Parts, machine: readonly string[]): string {
  let text = results;
  for (const [name, sections] of parts) {
    const alone = `Measured by \`npm run bench -- --only ${name}\`:\n\n${machineText(machine)}`;
    const part = `${partText(name, [alone, ...sections.map(sectionText)])}\n\n`;
    const begin = text.indexOf(markOf(name));
    if (begin < 0) {
      text = text.replace(END_OF_PARTS, () => part + END_OF_PARTS);
      continue;
    }
    const end = text.indexOf('<!-- ', begin + 1);
    text = text.slice(0, begin) + part + text.slice(end);
  }
  return text;
}

function pageCacheRate(sections: readonly Section[]): string {
  const largest = sections.findLast((section) => /^Haystack, pcap, \d+ GB/.test(section.title));
  const figures = largest?.figures;
  if (figures === undefined || 'header' in figures) return '';
  const cat = figures.measurements.find((measurement) => measurement.name === 'cat');
  const gigabytes = Number(/ (\d+) GB/.exec(largest?.title ?? '')?.[1]);
  return cat === undefined ? '' : ` read ${(gigabytes / cat.medianSeconds).toFixed(1)} GB a second here`;
}

function time(seconds: number): string {
  return seconds < 1 ? `${(seconds * 1000).toFixed(0)} ms` : `${seconds.toFixed(2)} s`;
}
