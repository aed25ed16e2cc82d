import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname, release } from 'node:os';
import { RECORD_FORMAT, type SessionRecord, type View } from '../bpf/records.ts';
import type { Endpoint } from '../model.ts';

export interface SessionFacts {
  time: bigint;
  endpoints: readonly Endpoint[];
  views: readonly View[];
  interfaces: readonly string[];
  attribution: SessionRecord['attribution'];
  /** Of whose sockets the probe tells. */
  scope: 'host' | 'container';
  version: string;
}

/** The first record of a session: what a replay needs to know of this machine, since it knows no other. */
export function sessionHeader(facts: SessionFacts): SessionRecord {
  const { time, endpoints, views, interfaces, attribution, scope, version } = facts;
  return {
    type: 'session',
    format: RECORD_FORMAT,
    session: randomBytes(16).toString('hex'),
    time: String(time),
    part: 1,
    host: { id: textOf('/etc/machine-id'), name: hostname() },
    boot_id: textOf('/proc/sys/kernel/random/boot_id'),
    boot_time: bootTime(time),
    kernel: release(),
    endpoints: endpoints.map(({ address, port }) => ({ address, port })),
    views: [...views],
    interfaces: interfaces.length === 0 ? undefined : [...interfaces],
    attribution,
    scope,
    versions: { imds: version, node: process.versions.node },
  };
}

/** /proc/uptime counts from boot, suspended time included, as a task's start_boottime does. */
function bootTime(time: bigint): string | undefined {
  const seconds = /^(\d+)\.(\d\d)/.exec(textOf('/proc/uptime') ?? '');
  if (seconds === null) return undefined;
  return String(time - BigInt(`${seconds[1]}${seconds[2]}`) * 10_000_000n);
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim() || undefined;
  } catch {
    return undefined;
  }
}
