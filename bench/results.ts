import type { Section } from './scenario.ts';
import { table } from './table.ts';

export interface Run {
  seed: number;
  machine: readonly string[];
  sections: readonly Section[];
  /** Lines of {@link profile}, by what was profiled. */
  profiles: readonly { title: string; lines: readonly string[] }[];
}

/** One section as Markdown: the figures, then each promise with what became of it. */
export function sectionText(section: Section): string {
  const base = section.measurements.find((measurement) => measurement.name === section.base);
  const figures = section.measurements.map(({ name, medianSeconds, seconds, peakMegabytes }) => [
    name,
    seconds.length === 1
      ? time(medianSeconds)
      : `${time(medianSeconds)} (${time(Math.min(...seconds))}–${time(Math.max(...seconds))})`,
    base === undefined ? '' : `${(medianSeconds / base.medianSeconds).toFixed(2)}×`,
    `${peakMegabytes.toFixed(0)} MB`,
  ]);
  const verdicts = section.verdicts.map(({ subject, target, measured, reached }) => [
    subject,
    target,
    measured,
    reached ? 'yes' : 'NO',
  ]);
  return [
    `## ${section.title}`,
    section.note,
    table(['', 'median (least–most)', `of ${section.base}`, 'peak RSS'], figures),
    ...(verdicts.length === 0 ? [] : [table(['Target', 'wanted', 'measured', 'reached'], verdicts)]),
  ].join('\n\n');
}

export function resultsText(run: Run): string {
  const rate = pageCacheRate(run.sections);
  return `${[
    '# Benchmark results',
    'Written by `npm run bench`, which runs the programs in turn (A B A B) in one go; the median of the rounds counts. MB and GB are powers of ten. Peak RSS is what the kernel counted (`ru_maxrss`).',
    `Seed: ${run.seed}`,
    run.machine.map((line) => `- ${line}`).join('\n'),
    ...run.sections.map(sectionText),
    '## The limit',
    `No reader of a file is faster than the page cache: \`cat F >/dev/null\`${rate}. What imds takes beyond that is the start of Node and the profile below.`,
    ...run.profiles.map(({ title, lines }) => `### Profile: ${title}\n\n\`\`\`\n${lines.join('\n')}\n\`\`\``),
  ].join('\n\n')}\n`;
}

function pageCacheRate(sections: readonly Section[]): string {
  const largest = sections.findLast((section) => /^Haystack, pcap, \d+ GB/.test(section.title));
  const cat = largest?.measurements.find((measurement) => measurement.name === 'cat');
  const gigabytes = Number(/ (\d+) GB/.exec(largest?.title ?? '')?.[1]);
  return cat === undefined ? '' : ` read ${(gigabytes / cat.medianSeconds).toFixed(1)} GB a second here`;
}

function time(seconds: number): string {
  return seconds < 1 ? `${(seconds * 1000).toFixed(0)} ms` : `${seconds.toFixed(2)} s`;
}
