import { escapeJson, escapeText } from '../../report/escape.ts';
import type { DoctorReport } from '../report.ts';
import type { Part } from '../types.ts';
import { Masker } from './masker.ts';
import { plainSettings } from './settings.ts';
import type { Entry } from './tar.ts';

/**
 * What goes into a bundle, masked: the report, and the parts that were read.
 *
 * @param host the host's own name, to be replaced
 */
export function bundleContents(report: DoctorReport, parts: readonly Part[], host: string): Entry[] {
  const masker = new Masker(host);
  const found = parts.flatMap(({ name, text }) => (text === undefined ? [] : [{ name, text }]));
  for (const text of [JSON.stringify(report, undefined, 1), ...found.map((part) => part.text)])
    masker.learn(text);
  const entries = found
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, text }) => ({ name, bytes: Buffer.from(maskedPart(name, text, masker)) }));
  const masked = `${escapeJson(JSON.stringify(maskedReport(report, masker), undefined, 2))}\n`;
  return [{ name: 'doctor.json', bytes: Buffer.from(masked) }, ...entries];
}

/** Masked, and without what a terminal acts on: who looks into a bundle does so with tar on theirs. */
function maskedPart(name: string, text: string, masker: Masker): string {
  if (name.endsWith('.json')) return escapeJson(masker.text(text));
  const plain = name.endsWith('.toml') ? plainSettings(text) : text;
  return plain
    .split('\n')
    .map((line) => escapeText(masker.logLine(line)))
    .join('\n');
}

/** With all that came from outside masked. */
function maskedReport({ checks, live, ...rest }: DoctorReport, masker: Masker): DoctorReport {
  const masked = (text: string | undefined) => (text === undefined ? undefined : masker.text(text));
  return {
    ...rest,
    checks: checks.map((check) => ({
      ...check,
      text: masker.text(check.text),
      remedy: masked(check.remedy),
    })),
    live: {
      ...live,
      text: masker.text(live.text),
      views: masked(live.views),
      missing: live.missing.map(({ code, message, remedy }) => ({
        code,
        message: masker.text(message),
        remedy: masked(remedy),
      })),
    },
  };
}
