import type { Nanoseconds } from '../model.ts';
import { isoNanoseconds } from '../report/time.ts';
import { maskText } from '../secrets.ts';

/** Of the hosts that were asked for. */
const HOSTS_NAMED = 3;

export interface Selection {
  since: Nanoseconds | undefined;
  until: Nanoseconds | undefined;
  hosts: readonly string[] | undefined;
  versions: readonly string[] | undefined;
}

/** The options that select calls, so that they say the same to whoever reads the report tomorrow. */
export function selectionOf({ since, until, hosts, versions }: Selection): string[] {
  return [
    ...(since === undefined ? [] : [`--since ${isoNanoseconds(since)}`]),
    ...(until === undefined ? [] : [`--until ${isoNanoseconds(until)}`]),
    ...(hosts === undefined ? [] : [`--host ${hostsText(hosts)}`]),
    ...(versions === undefined ? [] : [`--imds-version ${versions.join(', ')}`]),
  ];
}

function hostsText(hosts: readonly string[]): string {
  const named = hosts.slice(0, HOSTS_NAMED).map((host) => maskText(host));
  return hosts.length > HOSTS_NAMED ? `${named.join(', ')} and others` : named.join(', ');
}
