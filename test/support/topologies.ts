import { spawnSync } from 'node:child_process';
import type { Namespace, Network } from './netns.ts';

export const IMDS_ADDRESSES = { v4: '169.254.169.254', v6: 'fd00:ec2::254' } as const;

/** Adds an address; an IPv6 one is usable at once (no duplicate address detection). */
export function addAddress(namespace: Namespace, address: string, dev: string): void {
  namespace.ip(`address add ${address} dev ${dev}${address.includes(':') ? ' nodad' : ''}`);
}

export interface Pair {
  /** Has 172.31.5.9 and 2001:db8::5 on `eth0`. */
  client: Namespace;
  /** Has both addresses of the metadata service on `imds0`. */
  server: Namespace;
}

/** A client and the metadata service, one cable between them. */
export function connectPair(network: Network): Pair {
  const client = network.namespace('client');
  const server = network.namespace('server');
  network.cable(client, 'eth0', server, 'imds0');
  addAddress(client, '172.31.5.9/20', 'eth0');
  addAddress(client, '2001:db8::5/64', 'eth0');
  addEndpoint(server, 'imds0');
  addAddress(server, '172.31.0.1/20', 'imds0');
  addAddress(server, '2001:db8::1/64', 'imds0');
  client.ip(`route add ${IMDS_ADDRESSES.v4} dev eth0`);
  client.ip(`route add ${IMDS_ADDRESSES.v6} via 2001:db8::1 dev eth0`);
  return { client, server };
}

/** Gives an interface the addresses of the metadata service. */
export function addEndpoint(server: Namespace, dev: string): void {
  addAddress(server, `${IMDS_ADDRESSES.v4}/32`, dev);
  addAddress(server, `${IMDS_ADDRESSES.v6}/128`, dev);
}

export interface ContainerHost extends Pair {
  /** Between them: bridge `br0` with the container's `veth0`, uplink `eth0`, masquerade by nftables. */
  host: Namespace;
}

const MASQUERADE = `
table ip nat {
  chain post {
    type nat hook postrouting priority 100
    ip saddr 10.88.0.0/24 oifname "eth0" masquerade
  }
}
`;

/** Whether {@link connectContainer} has what it needs besides namespaces. */
export function canMasquerade(): boolean {
  return spawnSync('nft', ['--version']).status === 0;
}

/** A container on a host: its packets pass veth, bridge and uplink, and leave with the host's address. */
export function connectContainer(network: Network): ContainerHost {
  const client = network.namespace('client');
  const host = network.namespace('host');
  const server = network.namespace('server');
  network.cable(host, 'veth0', client, 'eth0');
  network.cable(host, 'eth0', server, 'imds0');
  host.ip('link add br0 type bridge');
  host.ip('link set veth0 master br0');
  host.ip('link set br0 up');
  addAddress(host, '10.88.0.1/24', 'br0');
  addAddress(host, '172.31.5.9/20', 'eth0');
  addAddress(client, '10.88.0.5/24', 'eth0');
  addEndpoint(server, 'imds0');
  addAddress(server, '172.31.0.1/20', 'imds0');
  client.ip('route add default via 10.88.0.1');
  host.ip(`route add ${IMDS_ADDRESSES.v4} dev eth0`);
  forward(host);
  host.command('nft', ['-f', '-'], MASQUERADE);
  return { client, host, server };
}

/** A client behind a router whose way to the service takes only packets of `mtu` bytes, and which fragments. */
export function connectNarrow(network: Network, mtu: number): ContainerHost {
  const client = network.namespace('client');
  const host = network.namespace('host');
  const server = network.namespace('server');
  network.cable(client, 'eth0', host, 'lan0');
  network.cable(host, 'eth0', server, 'imds0');
  addAddress(client, '172.31.5.9/20', 'eth0');
  addAddress(host, '172.31.0.1/20', 'lan0');
  addAddress(host, '172.30.0.1/24', 'eth0');
  addAddress(server, '172.30.0.2/24', 'imds0');
  addEndpoint(server, 'imds0');
  client.ip(`route add ${IMDS_ADDRESSES.v4} via 172.31.0.1`);
  server.ip('route add 172.31.0.0/20 via 172.30.0.1');
  host.ip(`route add ${IMDS_ADDRESSES.v4} dev eth0 mtu lock ${mtu}`);
  forward(host);
  // Without path MTU discovery the client does not forbid fragments.
  sysctl(client, 'net.ipv4.ip_no_pmtu_disc', '1');
  return { client, host, server };
}

/** The address that slirp4netns gives every rootless container. */
export const TWIN_ADDRESS = '10.0.2.100';

export interface Twins {
  /** Two namespaces with the same address on `eth0`. */
  clients: readonly Namespace[];
  /** Has a bridge for each of them, and no address: both are seen on its interfaces. */
  host: Namespace;
  /** The metadata service of each. */
  servers: readonly Namespace[];
}

/** Two containers with one address, each on a bridge of its own, as rootless runtimes have them. */
export function connectTwins(network: Network): Twins {
  const host = network.namespace('host');
  const sides = ['1', '2'].map((side) => {
    const client = network.namespace(`client${side}`);
    const server = network.namespace(`server${side}`);
    network.cable(host, `veth${side}`, client, 'eth0');
    network.cable(host, `up${side}`, server, 'imds0');
    host.ip(`link add br${side} type bridge`);
    host.ip(`link set veth${side} master br${side}`);
    host.ip(`link set up${side} master br${side}`);
    host.ip(`link set br${side} up`);
    addAddress(client, `${TWIN_ADDRESS}/24`, 'eth0');
    addAddress(server, '10.0.2.1/24', 'imds0');
    addEndpoint(server, 'imds0');
    client.ip('route add default via 10.0.2.1');
    return { client, server };
  });
  return { clients: sides.map(({ client }) => client), host, servers: sides.map(({ server }) => server) };
}

export function sysctl(namespace: Namespace, key: string, value: string): void {
  namespace.command('sh', ['-c', `echo ${value} > /proc/sys/${key.replaceAll('.', '/')}`]);
}

function forward(router: Namespace): void {
  sysctl(router, 'net.ipv4.ip_forward', '1');
}
