import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { join } from 'node:path';

export const root = join(import.meta.dirname, '..', '..');
const BIN = join(root, 'bin', 'run.js');

export interface Result {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

interface RunOptions extends SpawnOptions {
  /** What is on standard input; without it, nothing. */
  input?: Uint8Array;
}

/** What the terminal of whoever runs the tests says must not matter. */
const ENVIRONMENT = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(COLUMNS|NO_COLOR|FORCE_COLOR|CI|DEBUG)$/.test(name)),
);

/** Starts the built command; the caller sees to its end. */
export function start(args: readonly string[], options: SpawnOptions = {}): ChildProcess {
  return spawn(process.execPath, [BIN, ...args], {
    ...options,
    env: { ...ENVIRONMENT, TZ: 'UTC', ...options.env },
  });
}

/** Runs the built command to its end. */
export function imds(args: readonly string[], { input, ...options }: RunOptions = {}): Promise<Result> {
  const child = start(args, options);
  child.stdin?.on('error', () => {});
  child.stdin?.end(input);
  return result(child);
}

/** Runs a line of sh in which `$IMDS` is the built command. */
export function shell(line: string): Promise<Result> {
  return result(
    spawn('sh', ['-c', line.replaceAll('$IMDS', `'${process.execPath}' '${BIN}'`)], { env: ENVIRONMENT }),
  );
}

export function result(child: ChildProcess): Promise<Result> {
  const read = { stdout: '', stderr: '' };
  child.stdout?.setEncoding('utf8').on('data', (text) => {
    read.stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text) => {
    read.stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, ...read }));
  });
}

/** Resolves when the stream has shown `text`. */
export function shown(child: ChildProcess, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let seen = '';
    child.stdout?.on('data', (data) => {
      seen += data;
      if (seen.includes(text)) resolve();
    });
    child.on('close', () => reject(new Error(`ended without showing ${text}`)));
  });
}
