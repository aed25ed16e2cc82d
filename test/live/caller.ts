import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

let program: string | undefined;

/** caller.c, compiled once a run of the tests; every user may execute it. */
export function callerProgram(): string {
  program ??= compile(join(import.meta.dirname, 'caller.c'));
  return program;
}

function compile(source: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'imds-caller-'));
  chmodSync(folder, 0o755);
  process.once('exit', () => rmSync(folder, { recursive: true }));
  const output = join(folder, 'caller');
  const { status, stderr, error } = spawnSync('gcc', ['-O2', '-Wall', '-static', '-o', output, source], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  if (status !== 0) throw new Error(`gcc: ${error?.message ?? stderr}`);
  return output;
}
