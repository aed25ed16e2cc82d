/**
 * Writes one benchmark capture to a file or, with `-`, to standard output:
 * `generate.ts OUT haystack SEED BYTES MEAN_SIZE pcap|pcapng` or `generate.ts OUT dense SEED CONNECTIONS CALLS`.
 * A process of its own, so that its memory is not counted and a capture can be fed through a pipe.
 */
import { closeSync, openSync } from 'node:fs';
import { writeDense } from './dense.ts';
import { writeHaystack } from './haystack.ts';

const [out = '-', kind, ...rest] = process.argv.slice(2);
const [seed = 1, size = 0, detail = 0] = rest.map(Number);
const fd = out === '-' ? 1 : openSync(out, 'w');
if (kind === 'dense') {
  writeDense(fd, { seed, connections: size, callsPerConnection: detail });
} else {
  const format = rest[3] === 'pcapng' ? 'pcapng' : 'pcap';
  writeHaystack(fd, { seed, bytes: size, meanSize: detail, format });
}
if (fd !== 1) closeSync(fd);
