import { createHash } from 'node:crypto';
import type { SessionProof } from '../model.ts';
import { escapeJson } from './escape.ts';
import { isoNanoseconds } from './time.ts';

/**
 * What a session says of itself, as an event among its calls (schemas/session.schema.json): written as it
 * goes on, so that a report of saved events knows how long somebody watched and what was proven. Counts are
 * those since the session began: the latest line of a session tells all.
 */
export function sessionLine(proof: SessionProof): string {
  return escapeJson(JSON.stringify(sessionObject(proof)));
}

/** The same in a report, which has it of the events that it was made of. */
export function sessionObject(proof: SessionProof): object {
  const { session, host, from, to, bootTime, ended, calls, unwritten, completeness } = proof;
  const id = createHash('sha256').update(`${session}\n${to}`).digest('hex').slice(0, 32);
  const boot = host?.bootId === undefined ? undefined : { id: host.bootId };
  return {
    '@timestamp': isoNanoseconds(to),
    ecs: { version: '8.17.0' },
    event: {
      id,
      kind: 'metric',
      category: ['network'],
      type: [ended ? 'end' : 'info'],
      module: 'imds',
      dataset: 'imds.sessions',
      action: 'imds-session',
      start: isoNanoseconds(from),
      end: isoNanoseconds(to),
    },
    imds: {
      session,
      boot_time: bootTime === undefined ? undefined : isoNanoseconds(bootTime),
      endpoints: completeness.watched,
      views: completeness.views,
      scope: completeness.scope,
      calls,
      calls_unwritten: unwritten,
      connections: completeness.connections,
      provable_connections: completeness.provableConnections,
      captured_bytes: completeness.capturedBytes,
      kernel_bytes: completeness.kernelBytes,
      losses: completeness.losses,
      lookups: completeness.lookups,
    },
    host: host && { id: host.id, name: host.name, boot },
  };
}
