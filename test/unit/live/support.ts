import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RollingFile, type RollingFileOptions } from '../../../src/live/rolling-file.ts';

export const NAME = 'imds-trace.log';

/** A folder of the test's own, and the logs opened in it, which {@link Bench.clear} closes and removes. */
export class Bench {
  readonly root = mkdtempSync(join(tmpdir(), 'imds log '));
  readonly folder: string;
  readonly troubles: string[] = [];
  readonly recoveries: string[] = [];
  readonly #logs: RollingFile[] = [];

  constructor(folder = 'imds') {
    this.folder = join(this.root, folder);
  }

  path(suffix = ''): string {
    return join(this.folder, NAME + suffix);
  }

  read(suffix = ''): string {
    return readFileSync(this.path(suffix), 'utf8');
  }

  async open(options: Partial<RollingFileOptions> = {}): Promise<RollingFile> {
    const log = await RollingFile.open({
      folder: this.folder,
      name: NAME,
      onTrouble: (message) => this.troubles.push(message),
      onRecovery: (message) => this.recoveries.push(message),
      ...options,
    });
    this.#logs.push(log);
    return log;
  }

  async clear(): Promise<void> {
    await Promise.all(this.#logs.map((log) => log.close()));
    rmSync(this.root, { recursive: true, force: true });
  }
}

/** Resolves once it is true; fails after three seconds, longer than what is noticed each second may take. */
export async function until(what: string, isTrue: () => boolean): Promise<void> {
  const end = Date.now() + 3000;
  while (!isTrue()) {
    if (Date.now() > end) throw new assert.AssertionError({ message: `not within three seconds: ${what}` });
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Skips with the reason where it is not met; under CI=true that fails the run (scripts/mocha-reporter.cjs). */
export function needs(context: Mocha.Context, met: boolean, what: string): void {
  if (met) return;
  assert.notEqual(process.env.CI, 'true', `under CI this test has to run: it needs ${what}`);
  process.stdout.write(`    SKIPPED: needs ${what}\n`);
  context.skip();
}

export const isRoot = process.geteuid?.() === 0;
