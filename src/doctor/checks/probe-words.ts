import type { Context } from '../context.ts';
import type { ProbeReport } from '../probe-report.ts';

/** The probe's report, or undefined where it does not run: that is another check's to tell. */
export function probeIfRuns(context: Context): Promise<ProbeReport | undefined> {
  return context.probe().catch(() => undefined);
}

/** What the probe itself says is missing. */
export async function probeWords(context: Context, prerequisite: string): Promise<string | undefined> {
  return (await probeIfRuns(context))?.problems.get(prerequisite);
}
