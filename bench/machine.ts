import { readFileSync } from 'node:fs';
import { cpus, release, totalmem, type } from 'node:os';
import { versionOf } from './peers.ts';

/** The machine in its own words: what a figure is worth depends on it. */
export function machineLines(peers: ReadonlySet<string>): string[] {
  const processors = cpus();
  return [
    `CPU: ${processors[0]?.model.trim() ?? 'unknown'}, ${processors.length} of it`,
    `Memory: ${(totalmem() / 1e9).toFixed(1)} GB`,
    `Kernel: ${type()} ${release()}, ${distribution()}`,
    `Node: ${process.version}`,
    ...[...peers].filter((peer) => peer !== 'time').map((peer) => `${peer}: ${versionOf(peer)}`),
  ];
}

function distribution(): string {
  try {
    return /^PRETTY_NAME="(.*)"$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? 'unknown';
  } catch {
    return 'unknown';
  }
}
