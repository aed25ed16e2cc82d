import { hostname, release } from 'node:os';
import { bundleContents } from '../doctor/bundle/contents.ts';
import { writeBundle } from '../doctor/bundle/write.ts';
import type { DoctorOptions } from '../doctor/context.ts';
import { examineHost } from '../doctor/examination.ts';
import { doctorReport } from '../doctor/report.ts';
import { screenOf } from '../doctor/screen.ts';
import { escapeJson } from '../report/escape.ts';
import { countText } from '../words.ts';
import { note } from './diagnostics.ts';
import { StreamOutput } from './output.ts';
import { colourOf, columnsOf, type Surroundings } from './surroundings.ts';

export interface DoctorCommand extends DoctorOptions {
  json: boolean;
  /** File to write; undefined for none. */
  bundle: string | undefined;
}

/** `imds doctor`: looks, and prints what it found. Gives the exit code; throws an ImdsError. */
export async function doctor(command: DoctorCommand, surroundings: Surroundings): Promise<number> {
  const { stdout, stderr, env } = surroundings;
  const { json, bundle, ...options } = command;
  const examination = await examineHost(options);
  const time = new Date();
  const machine = {
    platform: process.platform,
    arch: process.arch,
    kernel: release(),
    node: process.versions.node,
    uid: process.geteuid?.(),
  };
  const report = doctorReport(examination, machine, options.version, time);
  const output = new StreamOutput(stdout, 'standard output', () => {});
  output.write(
    json
      ? `${escapeJson(JSON.stringify(report, undefined, 2))}\n`
      : await screenOf(report, columnsOf(stdout, env), colourOf(stdout, env)),
  );
  await output.finish();
  if (bundle !== undefined) {
    const contents = bundleContents(report, examination.parts, hostname());
    await writeBundle(bundle, contents, time);
    const has = contents.map(({ name, bytes }) => `${name} (${countText(bytes.length)} bytes)`);
    const lacks = examination.parts.flatMap(({ name, missing }) => (missing ? [`${name} (${missing})`] : []));
    const without = lacks.length === 0 ? '' : `; without ${lacks.join(', ')}`;
    stderr.write(note('doctor', `wrote ${bundle}: ${has.join(', ')}${without}`));
    const look = `tar -xzOf ${bundle}`;
    const what = 'secrets, names, ids and addresses are masked; look before you send it';
    stderr.write(note('doctor', `${what}: ${look}`));
  }
  return report.exit_code;
}
