import { type ChildProcess, type SpawnOptions, spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

const COMMAND_TIMEOUT_MS = 10_000;
const NETNS_FOLDER = '/run/netns';
const PREFIX = 'imdst';

export interface RunResult {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface RunOptions extends SpawnOptions {
  /** What is killed when it takes longer; 60 s unless told. */
  timeoutMs?: number;
}

/** Whether this process may create network namespaces: root in a container often may not. */
export function canCreateNamespaces(): boolean {
  return (
    process.platform === 'linux' &&
    process.getuid?.() === 0 &&
    spawnSync('ip', ['-V']).status === 0 &&
    spawnSync('unshare', ['--net', 'true']).status === 0
  );
}

/** One network namespace, and the processes that were started in it. */
export class Namespace {
  readonly name: string;
  readonly #children = new Set<ChildProcess>();

  constructor(name: string) {
    this.name = name;
  }

  /** Runs `ip …` within; arguments are separated by blanks. */
  ip(line: string): void {
    command('ip', ['-n', this.name, ...line.split(' ')]);
  }

  /** Runs a short command within to its end; its failure is an error. */
  command(name: string, args: readonly string[], input?: string): void {
    command('ip', ['netns', 'exec', this.name, name, ...args], input);
  }

  /** Starts a process within. It does not outlive the namespaces. */
  spawn(name: string, args: readonly string[], options: SpawnOptions = {}): ChildProcess {
    const child = spawn('ip', ['netns', 'exec', this.name, name, ...args], options);
    this.#children.add(child);
    child.once('close', () => this.#children.delete(child));
    return child;
  }

  /** Runs a process within to its end, or to its time limit. */
  run(
    name: string,
    args: readonly string[],
    { timeoutMs = 60_000, ...options }: RunOptions = {},
  ): Promise<RunResult> {
    const child = this.spawn(name, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
    const result = { stdout: '', stderr: '' };
    child.stdout?.setEncoding('utf8').on('data', (text) => {
      result.stdout += text;
    });
    child.stderr?.setEncoding('utf8').on('data', (text) => {
      result.stderr += text;
    });
    const limit = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
    return new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code, signal) => {
        clearTimeout(limit);
        resolve({ code, signal, ...result });
      });
    });
  }

  /** Kills what runs within, also what a started process left behind, and removes the namespace. */
  remove(): void {
    for (const child of this.#children) child.kill('SIGKILL');
    const { stdout } = spawnSync('ip', ['netns', 'pids', this.name], { timeout: COMMAND_TIMEOUT_MS });
    for (const pid of String(stdout).split(/\s+/).filter(Boolean)) killQuietly(Number(pid));
    spawnSync('ip', ['netns', 'delete', this.name], { timeout: COMMAND_TIMEOUT_MS });
  }
}

/**
 * Namespaces of this process alone, removed whatever happens: by {@link Network.with} also when a test
 * fails, at the exit of the process, and, where it was killed, by the next one that makes some.
 */
export class Network {
  static #count = 0;
  readonly #namespaces: Namespace[] = [];
  readonly #id = `${PREFIX}-${process.pid}-${Network.#count++}`;
  readonly #onExit = () => this.remove();

  /** Calls with an empty network, which is gone afterwards. */
  static async with<T>(use: (network: Network) => Promise<T>): Promise<T> {
    removeLeftovers();
    const network = new Network();
    process.once('exit', network.#onExit);
    try {
      return await use(network);
    } finally {
      network.remove();
      process.removeListener('exit', network.#onExit);
    }
  }

  /** A namespace with its loopback up. */
  namespace(role: string): Namespace {
    const namespace = new Namespace(`${this.#id}-${role}`);
    command('ip', ['netns', 'add', namespace.name]);
    this.#namespaces.push(namespace);
    namespace.ip('link set lo up');
    return namespace;
  }

  /** A cable between two namespaces, up at both ends. Interface names have at most 15 bytes. */
  cable(a: Namespace, aInterface: string, b: Namespace, bInterface: string): void {
    a.ip(`link add ${aInterface} type veth peer name ${bInterface} netns ${b.name}`);
    a.ip(`link set ${aInterface} up`);
    b.ip(`link set ${bInterface} up`);
  }

  remove(): void {
    for (const namespace of this.#namespaces.splice(0)) namespace.remove();
  }
}

/**
 * Resolves when a stream of the process shows a line like `sign`; the line is the result. Keeps reading the
 * stream, so that the process never waits for it.
 */
export function shown(child: ChildProcess, stream: Readable | null, sign: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    if (stream === null) throw new Error('the stream is not a pipe');
    const seen: string[] = [];
    createInterface({ input: stream }).on('line', (line) => {
      if (seen.length < 20) seen.push(line);
      if (sign.test(line)) resolve(line);
    });
    child.once('error', reject);
    child.once('close', () => reject(new Error(`ended before it was ready: ${seen.join('\n')}`)));
  });
}

function command(name: string, args: readonly string[], input?: string): void {
  const { status, stderr, error } = spawnSync(name, args, {
    timeout: COMMAND_TIMEOUT_MS,
    input,
    encoding: 'utf8',
  });
  if (status === 0) return;
  throw new Error(`${name} ${args.join(' ')}: ${error?.message ?? stderr.trim()}`);
}

/** Of processes that were killed before they could clean up: their pid is in the name. */
function removeLeftovers(): void {
  if (!existsSync(NETNS_FOLDER)) return;
  for (const name of readdirSync(NETNS_FOLDER)) {
    const pid = new RegExp(`^${PREFIX}-(\\d+)-`).exec(name)?.[1];
    if (pid !== undefined && !existsSync(`/proc/${pid}`)) new Namespace(name).remove();
  }
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
