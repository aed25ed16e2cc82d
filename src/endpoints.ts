import type { CaptureSummary, Completeness, Endpoint, SocketAddress } from './model.ts';

const HTTP_PORT = 80;

/** Where EC2 serves instance metadata: IPv4, and IPv6 on Nitro instances. */
export const EC2_ENDPOINTS = [
  { address: '169.254.169.254', port: HTTP_PORT, family: 4 },
  { address: 'fd00:ec2::254', port: HTTP_PORT, family: 6 },
] as const satisfies readonly Endpoint[];

export const [EC2_IPV4, EC2_IPV6] = [endpointText(EC2_ENDPOINTS[0]), endpointText(EC2_ENDPOINTS[1])];
const OF_EC2: readonly string[] = [EC2_IPV4, EC2_IPV6];

/** `169.254.169.254:80`, `[fd00:ec2::254]:80`. */
export function endpointText({ address, port }: SocketAddress): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

/** What a session watched, to be told; undefined for the endpoints of EC2, which most do. */
export function watchedOf(endpoints: readonly SocketAddress[]): readonly string[] | undefined {
  const watched = new Set(endpoints.map(endpointText));
  return watched.size === OF_EC2.length && OF_EC2.every((one) => watched.has(one)) ? undefined : [...watched];
}

type Searched = Pick<CaptureSummary, 'completeness' | 'searched'>;

/** Endpoints whose calls stand in what was made of a recording. Those of EC2 always are, where nobody names others. */
export function searchedIn({ completeness: { watched = [] }, searched }: Searched): readonly string[] {
  return searched ?? [...new Set([...OF_EC2, ...watched])];
}

/** Endpoints of whose calls a recording can prove that none was missed: they were watched, and looked for. */
export function provenIn({ completeness: { watched = OF_EC2 }, searched }: Searched): readonly string[] {
  return searched === undefined ? watched : searched.filter((one) => watched.includes(one));
}

/** Endpoints that somebody looked for in a recording that did not watch them. */
export function unwatchedIn({
  completeness: { watched = OF_EC2, views },
  searched = [],
}: Searched): string[] {
  // Of a capture that was not recorded by imds, nobody knows what was watched.
  return views === undefined ? [] : searched.filter((one) => !watched.includes(one));
}

/** What two lines of one session both say that it watched. */
export function watchedByBoth(
  { watched: one }: Completeness,
  { watched: other }: Completeness,
): Pick<Completeness, 'watched'> {
  if (one === undefined && other === undefined) return {};
  const both = (one ?? OF_EC2).filter((watched) => (other ?? OF_EC2).includes(watched));
  return { watched: both.sort() };
}
