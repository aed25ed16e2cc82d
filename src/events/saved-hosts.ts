import { MAX_HOSTS } from '../callers/host-part.ts';
import type { CaptureSummary, Host } from '../model.ts';
import type { HostChoice } from './host-choice.ts';
import { objectOf } from './json-object.ts';
import { maskedName } from './masked-name.ts';

/** A host of a JSON report or of an inventory; undefined for what is none. */
export function hostOf(value: unknown): Host | undefined {
  const json = objectOf(value);
  return json && { id: maskedName(json.id), name: maskedName(json.name), bootId: maskedName(json.boot_id) };
}

/** Those of a list that can be read. */
export function hostsOf(value: unknown): Host[] {
  return Array.isArray(value) ? value.slice(0, MAX_HOSTS).flatMap((item) => hostOf(item) ?? []) : [];
}

/** All hosts that a capture tells of. */
export function hostsIn({ host, hosts = [], sessions = [] }: CaptureSummary): Host[] {
  return [host, ...hosts, ...sessions.map((session) => session.host)].filter((one) => one !== undefined);
}

/**
 * What a capture of a JSON report says of the hosts that are asked for; undefined where it is of another one. One whose
 * host is not known may be of any.
 */
export function ofHosts(capture: CaptureSummary, choice: HostChoice | undefined): CaptureSummary | undefined {
  if (choice === undefined) return capture;
  const isWanted = (host: Host | undefined) => choice.has(host?.name, host?.id);
  const { host, hosts, sessions } = capture;
  if (host?.name !== undefined || host?.id !== undefined) return isWanted(host) ? capture : undefined;
  return {
    ...capture,
    hosts: hosts?.filter(isWanted),
    sessions: sessions?.filter((session) => isWanted(session.host)),
  };
}
