import type { CaptureSummary } from '../model.ts';

/** Of what made reports leave calls out, of each capture. */
const MAX_LEFT_OUT = 64;
/** Of the option that takes calls by their version. */
const VERSIONS = '--imds-version ';

/** Whoever reads the report has to know what is not in it: of every capture, of whose hosts it may be. */
export function withLeftOut(capture: CaptureSummary, ofReport: readonly string[]): CaptureSummary {
  const leavesOut = [...new Set([...(capture.leavesOut ?? []), ...ofReport])];
  return leavesOut.length === 0 ? capture : { ...capture, leavesOut: leavesOut.slice(0, MAX_LEFT_OUT) };
}

/** The versions that such an option asks for; undefined for another one. */
export function versionsIn(option: string): readonly string[] | undefined {
  return option.startsWith(VERSIONS) ? option.slice(VERSIONS.length).split(', ') : undefined;
}

/** What made JSON reports of these captures leave calls out, each once. */
export function leavesOutOf(captures: readonly Pick<CaptureSummary, 'leavesOut'>[]): string[] {
  return [...new Set(captures.flatMap(({ leavesOut = [] }) => leavesOut))];
}
