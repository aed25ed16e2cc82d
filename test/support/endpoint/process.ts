import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Namespace } from '../netns.ts';
import type { ReceivedConnection, ReceivedRequest } from './endpoint.ts';

const CLI = join(import.meta.dirname, 'cli.ts');
const ROOT = join(import.meta.dirname, '..', '..', '..');

/** The stand-in endpoint as a process in a namespace. */
export interface EndpointProcess {
  readonly pid: number | undefined;
  /** Settled so far, in that order. */
  readonly requests: readonly ReceivedRequest[];
  /** Resolves when so many are settled. */
  received(count: number): Promise<void>;
  /** Ends it. Safe to leave out: the process ends with its namespace. */
  stop(): Promise<{ requests: readonly ReceivedRequest[]; connections: readonly ReceivedConnection[] }>;
}

/**
 * Resolves when it listens.
 * @param options of the command line: `--address 169.254.169.254 --port 80 --put silence`
 */
export async function startEndpoint(where: Namespace, options: readonly string[]): Promise<EndpointProcess> {
  const child = where.spawn(process.execPath, ['--import', 'tsx', CLI, ...options], {
    stdio: ['pipe', 'pipe', 'inherit'],
    cwd: ROOT,
  });
  const requests: ReceivedRequest[] = [];
  let connections: ReceivedConnection[] = [];
  if (child.stdout === null) throw new Error('the standard output is not a pipe');
  const lines = createInterface({ input: child.stdout });
  await new Promise<void>((resolve, reject) => {
    lines.on('line', (line) => {
      const message = JSON.parse(line);
      if ('listening' in message) resolve();
      else if ('connections' in message) connections = message.connections;
      else requests.push(message);
    });
    child.once('close', () =>
      reject(new Error(`the endpoint ended before it listened: ${options.join(' ')}`)),
    );
  });
  return {
    pid: child.pid,
    requests,
    received: (count) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (requests.length < count) return;
          lines.off('line', look);
          resolve();
        };
        lines.on('line', look);
        lines.once('close', () => reject(new Error(`the endpoint ended before it had ${count} requests`)));
        look();
      }),
    stop: async () => {
      const closed = once(child, 'close');
      child.stdin?.end();
      await closed;
      return { requests, connections };
    },
  };
}
