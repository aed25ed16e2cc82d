/**
 * `npm run test:kernels -- [SERIES…]`: imds-probe on other kernels, emulated: `5.10`, `6.1`, `7.3`, `6.1-arm64`.
 * Kernels are kept in .cache/kernels, or where VMDIR says.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SocketOpenedRecord } from '../../src/bpf/records.ts';
import { parseProbeReport } from '../../src/doctor/probe-report.ts';
import { payloadBytes, readJson, type SeenSocket } from '../live/probe/capture.ts';
import { type GuestResult, runGuest } from './guest.ts';
import { type Kernel, KernelStore } from './kernels.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const SERIES = ['5.10', '6.1', '6.12', '6.18', '7.3', '6.1-arm64'];
const COMPILERS = { amd64: 'x86_64-linux-gnu-gcc', arm64: 'aarch64-linux-gnu-gcc' };
/** As guest.sh has it, and one request over each of IPv4, IPv6 and MPTCP. */
const FLOOD = 2000;
const CONNECTIONS = FLOOD + 3;

const series = process.argv.length > 2 ? process.argv.slice(2) : SERIES;
const cache = process.env.VMDIR ?? join(ROOT, '.cache', 'kernels');
const store = new KernelStore(cache);
let failed = 0;
for (const each of series) {
  const start = performance.now();
  try {
    const kernel = store.get(each);
    const files = {
      'guest.sh': join(import.meta.dirname, 'guest.sh'),
      'imds-probe': join(ROOT, '.cache/probe', kernel.architecture, 'imds-probe'),
      flood: buildFlood(kernel),
    };
    runGuest(kernel, store.busybox(kernel.architecture), files, check);
    console.log(`✓ ${kernel.name}: ${CONNECTIONS} connections, nothing lost (${seconds(start)} s)`);
  } catch (error) {
    failed++;
    console.log(`✗ ${each} (${seconds(start)} s): ${error instanceof Error ? error.message : error}`);
  }
}
console.log(`${series.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

function seconds(start: number): string {
  return ((performance.now() - start) / 1000).toFixed(0);
}

function buildFlood({ architecture }: Kernel): string {
  const target = join(cache, `flood-${architecture}`);
  mkdirSync(cache, { recursive: true });
  const source = join(import.meta.dirname, 'flood.c');
  const { status, stderr } = spawnSync(COMPILERS[architecture], ['-static', '-O2', '-o', target, source], {
    encoding: 'utf8',
  });
  assert.equal(status, 0, stderr);
  return target;
}

/** The same that the live tests demand, of every connection of the guest. */
function check({ status, log, out }: GuestResult): void {
  assert.equal(status, 0, log);
  const { problems, programs, cgroup, programsError, clock } =
    parseProbeReport(readFileSync(join(out, 'check.json'), 'utf8')) ?? assert.fail('no report of the check');
  assert.deepEqual([...problems, ...programs], []);
  assert.deepEqual([cgroup?.isWholeHost, programsError, clock !== undefined], [true, undefined, true]);
  const capture = readJson(readFileSync(join(out, 'journal.jsonl')));
  const sockets = new Map<string, SeenSocket>();
  for (const record of capture.records) {
    if (!record.type.startsWith('socket_')) continue;
    const { cookie, process: reference } = record as SocketOpenedRecord;
    const socket = sockets.get(cookie) ?? { cookie, types: [], packets: [] };
    sockets.set(cookie, socket);
    socket.types.push(record.type);
    socket.reference ??= reference;
    if (record.type === 'socket_closed') socket.closed = record;
  }
  for (const packet of capture.packets) sockets.get(packet.cookie)?.packets.push(packet);
  assert.equal(sockets.size, CONNECTIONS);
  const processes = new Set<number>();
  for (const socket of sockets.values()) {
    assert.deepEqual(socket.types, ['socket_opened', 'socket_established', 'socket_closed']);
    assert.equal(payloadBytes(socket, true), Number(socket.closed?.sent));
    assert.equal(payloadBytes(socket, false), Number(socket.closed?.received));
    const { pid, args, ancestors } = capture.process(socket.reference);
    assert.equal(args?.[0], './flood');
    assert.ok(ancestors.length > 0);
    processes.add(pid);
  }
  assert.equal(processes.size, CONNECTIONS);
  const lost = Object.entries(capture.losses).filter(([, count]) => count > 0);
  assert.deepEqual(lost, []);
}
