import type { Sample } from './keeper.ts';
import type { SoakResult } from './soak.ts';

/** Of a session that grows, its later samples are above these by more. */
const MORE_DESCRIPTORS = 6;
const MORE_MEGABYTES = 90;
/** Before that a session still fills its tables and its heap; seconds. */
const SETTLED_S = 10;
const SHOWN = 10;

/** What must not be; empty where all is well. */
export function faultsOf(result: SoakResult): string[] {
  const { balance, losses, left, logged, reported } = result;
  const faults = balance.wrong.slice(0, SHOWN).map((text) => `in the log, ${text}`);
  const { 'calls not written': inLog = 0, ...others } = losses;
  const lost = Object.entries(others).filter(([name]) => !name.startsWith('host.'));
  // What a session could not write may be told on standard error alone: its last line is among it.
  const unwritten = Math.max(inLog, unwrittenAtEnds(result));
  const counted = lost.reduce((sum, [, count]) => sum + count, unwritten);
  if (balance.unexplained.length > counted) {
    const named = balance.unexplained.slice(0, SHOWN).join('; ');
    faults.push(
      `${balance.unexplained.length} calls are missing and ${counted} were counted as lost: ${named}`,
    );
  }
  if (balance.logged === 0) faults.push('nothing was logged');
  if (left.length > 0) faults.push(`processes are left: ${left.join(', ')}`);
  if (logged !== reported) faults.push(`${logged} calls were logged, and imds report has ${reported}`);
  return [...faults, ...growth(result.samples)];
}

/** As said on standard error at the ends of sessions. */
function unwrittenAtEnds({ diagnostics }: SoakResult): number {
  const said = diagnostics.map(
    (line) => /([\d,]+) calls? could not be written to the log files/.exec(line)?.[1],
  );
  return said.reduce((sum, text) => sum + Number((text ?? '0').replaceAll(',', '')), 0);
}

function growth(samples: readonly Sample[]): string[] {
  const sessions = grouped(samples);
  return [...sessions].flatMap(([session, all]) => {
    const settled = all.filter(({ age }) => age > SETTLED_S);
    const [first] = settled;
    const last = settled.at(-1);
    if (first === undefined || last === undefined) return [];
    const faults: string[] = [];
    if (last.descriptors > first.descriptors + MORE_DESCRIPTORS)
      faults.push(`session ${session}: descriptors ${first.descriptors} → ${last.descriptors}`);
    if (last.children > first.children)
      faults.push(`session ${session}: children ${first.children} → ${last.children}`);
    if (last.megabytes > first.megabytes + MORE_MEGABYTES)
      faults.push(`session ${session}: ${first.megabytes.toFixed(0)} → ${last.megabytes.toFixed(0)} MB`);
    return faults;
  });
}

function grouped(samples: readonly Sample[]): Map<number, Sample[]> {
  const groups = new Map<number, Sample[]>();
  for (const sample of samples) {
    const group = groups.get(sample.session) ?? [];
    group.push(sample);
    groups.set(sample.session, group);
  }
  return groups;
}

/** For a person, and for the notes of a release. */
export function textOf(result: SoakResult): string {
  const { balance, made, losses, samples } = result;
  const list = (counts: Record<string, number>) =>
    Object.entries(counts)
      .map(([name, count]) => `${name} ${count}`)
      .join(', ') || 'none';
  const longest = [...grouped(samples).values()].reduce<readonly Sample[]>(
    (best, group) => (group.length > best.length ? group : best),
    [],
  );
  const [first, last] = [longest[0], longest.at(-1)];
  const most = Math.max(0, ...samples.map(({ megabytes }) => megabytes));
  const of = (sample: Sample | undefined) =>
    sample === undefined
      ? 'none'
      : `${sample.descriptors} descriptors, ${sample.children} children, ${sample.megabytes.toFixed(0)} MB after ${sample.age.toFixed(0)} s`;
  return [
    `disturbances  ${list(made)}`,
    `sessions      ${result.sessions}, with ${result.rotations} rotations from outside and ${result.torn} torn lines`,
    `answered      ${balance.answered} calls; in the log ${balance.logged}`,
    `not watched   ${list(balance.missing)}`,
    `watched, and not in the log  ${balance.unexplained.length}; the sessions counted as lost: ${list(losses)}`,
    `imds report   ${result.reported} calls`,
    `longest       ${of(first)} → ${of(last)}; at most ${most.toFixed(0)} MB with all processes`,
    ...said(result.diagnostics),
    '',
  ].join('\n');
}

/** What the sessions said, each kind of it once, with how often. */
function said(diagnostics: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const line of diagnostics) {
    const kind = line.replaceAll(/\d[\d,.]*/g, 'N');
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return [...counts].map(([kind, count]) => `${String(count).padStart(5)} × ${kind}`);
}
