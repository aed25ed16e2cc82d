import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { imds, root } from './run.ts';

export const DEMO = join(root, 'fixtures', 'demo');
/** The demo's calls, as events. */
export const EVENTS = readFileSync(join(DEMO, 'expected.jsonl'), 'utf8');
export const LINES = EVENTS.split('\n').filter(Boolean);

/** A folder of the tests around the call, new for each of them. */
export class Folder {
  #path = '';

  constructor() {
    beforeEach(() => {
      this.#path = mkdtempSync(join(tmpdir(), 'imds-report-'));
    });
    afterEach(() => rmSync(this.#path, { recursive: true }));
  }

  get path(): string {
    return this.#path;
  }

  put(name: string, content: string | Uint8Array): string {
    const path = join(this.#path, name);
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, content);
    return path;
  }
}

interface SessionText {
  session: string;
  start: string;
  end: string;
  host: object;
  /** `info` of one that goes on, `end` of one that has ended. */
  type?: 'info' | 'end';
  v2?: number;
}

/** What a session says among its events that watched all sockets and lost nothing. */
export function sessionLine({ session, start, end, host, type = 'info', v2 = 0 }: SessionText): string {
  return JSON.stringify({
    event: { module: 'imds', dataset: 'imds.sessions', type: [type], start, end },
    imds: {
      session,
      views: ['sockets'],
      calls: { v1: 0, v2, unknown: 0, foreign: 0, attempt: 0 },
      calls_unwritten: 0,
      connections: 1,
      provable_connections: 1,
      captured_bytes: 9,
      kernel_bytes: 9,
      losses: {},
      lookups: { made: 0, found: 0 },
    },
    host,
  });
}

/** Rows of CSV of `imds report`, without the column that names the file. */
export async function rowsOf(paths: readonly string[], options: readonly string[] = []): Promise<string[]> {
  const { code, stdout, stderr } = await imds(['report', ...paths, '--csv', ...options]);
  assert.equal(code, 0, stderr);
  return withoutCapture(stdout);
}

export function withoutCapture(csv: string): string[] {
  return csv.split('\r\n').map((row) => row.split(',').toSpliced(1, 1).join());
}
