import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { isIPv4, isIPv6 } from 'node:net';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parseRecord } from '../../../src/bpf/parse.ts';
import type {
  JournalRecord,
  ProcessRecord,
  ProcessReference,
  SocketClosedRecord,
  SocketRecord,
} from '../../../src/bpf/records.ts';
import type { Namespace } from '../../support/netns.ts';

const RECORD_BLOCK = 0x80494d44;

const ajv = new Ajv2020({ strict: true, strictRequired: false, strictTypes: false });
ajv.addFormat('ipv4', isIPv4);
ajv.addFormat('ipv6', isIPv6);
const matchesSchema = ajv.compile(
  JSON.parse(readFileSync(join(import.meta.dirname, '../../../schemas/record.schema.json'), 'utf8')),
);

/** A packet, with what of TCP the tests look at. */
export interface SeenPacket {
  cookie: string;
  out: boolean;
  seq: number;
  /** Sequence number of the first payload byte: a SYN takes one itself. */
  dataSeq: number;
  payload: number;
  length: number;
  captured: number;
  /** Only of pcapng. */
  bytes?: Buffer;
}

/** All records of one socket. */
export interface SeenSocket {
  cookie: string;
  types: string[];
  local?: { address: string; port: number } | undefined;
  remote?: { address: string; port: number } | undefined;
  reference?: ProcessReference | undefined;
  tid?: number | undefined;
  isn?: number | undefined;
  netns?: number | undefined;
  closed?: SocketClosedRecord | undefined;
  packets: SeenPacket[];
}

/** What a probe wrote, each record checked against the schema and by the reader. */
export class Capture {
  readonly records: JournalRecord[] = [];
  readonly packets: SeenPacket[] = [];

  addRecord(json: Uint8Array): void {
    const text = Buffer.from(json).toString('utf8');
    assert.ok(matchesSchema(JSON.parse(text)), `${text}\n${JSON.stringify(matchesSchema.errors)}`);
    const parsed = parseRecord(json);
    assert.ok('record' in parsed, `${text}: ${JSON.stringify(parsed)}`);
    this.records.push(parsed.record);
  }

  /** Of one network namespace, in the order in which they were opened: the whole host is watched. */
  sockets(namespace: Namespace): SeenSocket[] {
    const netns = statSync(`/run/netns/${namespace.name}`).ino;
    const sockets = new Map<string, SeenSocket>();
    for (const record of this.records) {
      if (!record.type.startsWith('socket_')) continue;
      const { cookie, type, ...rest } = record as SocketRecord;
      const socket = sockets.get(cookie) ?? { cookie, types: [], packets: [] };
      sockets.set(cookie, socket);
      socket.types.push(type);
      socket.local ??= rest.local;
      socket.remote ??= rest.remote;
      socket.reference ??= rest.process;
      socket.tid ??= rest.tid;
      socket.isn ??= rest.isn;
      socket.netns ??= rest.netns;
      if (record.type === 'socket_closed') socket.closed = record;
    }
    for (const packet of this.packets) sockets.get(packet.cookie)?.packets.push(packet);
    return [...sockets.values()].filter((socket) => socket.netns === netns);
  }

  /** The only socket of that namespace. */
  socket(namespace: Namespace): SeenSocket {
    const sockets = this.sockets(namespace);
    assert.equal(sockets.length, 1, JSON.stringify(sockets.map(({ packets, ...rest }) => rest)));
    return sockets[0] as SeenSocket;
  }

  process(reference: ProcessReference | undefined): ProcessRecord {
    const found = this.records.findLast(
      (record): record is ProcessRecord =>
        record.type === 'process' &&
        record.pid === reference?.pid &&
        record.start === reference.start &&
        record.exec === reference.exec,
    );
    assert.ok(found, `no process ${JSON.stringify(reference)}`);
    return found;
  }

  /** Whether so many sockets of that namespace have ended, and no more are open. */
  hasEnded(namespace: Namespace, count: number): boolean {
    const sockets = this.sockets(namespace);
    return sockets.length === count && sockets.every(({ closed }) => closed !== undefined);
  }

  get losses(): Record<string, number> {
    const record = this.records.findLast((each) => each.type === 'losses');
    assert.ok(record?.type === 'losses');
    return Object.fromEntries(Object.entries(record.counters).map(([name, count]) => [name, Number(count)]));
  }
}

/** Payload bytes in one direction, each once however often it was sent. */
export function payloadBytes({ packets }: SeenSocket, out: boolean): number {
  const own = packets.filter((packet) => packet.out === out && packet.payload > 0);
  const first = own[0]?.dataSeq ?? 0;
  const ranges = own
    .map(({ dataSeq, payload }) => [(dataSeq - first) | 0, ((dataSeq - first) | 0) + payload] as const)
    .sort(([a], [b]) => a - b);
  let end = Number.NEGATIVE_INFINITY;
  let total = 0;
  for (const [from, to] of ranges) {
    total += Math.max(0, to - Math.max(from, end));
    end = Math.max(end, to);
  }
  return total;
}

/** The payload of one direction; only of pcapng, and where nothing was sent twice. */
export function payload({ packets }: SeenSocket, out: boolean): string {
  const parts = packets
    .filter((packet) => packet.out === out && packet.payload > 0)
    .map(({ bytes, payload: length }) => bytes?.subarray(bytes.length - length) ?? Buffer.alloc(0));
  return Buffer.concat(parts).toString('latin1');
}

/** Both readers leave out what is not whole yet at the end. */
export function readJson(output: Buffer): Capture {
  const capture = new Capture();
  for (const line of output.toString('utf8').split('\n').slice(0, -1)) {
    const value = JSON.parse(line);
    if (value.type !== 'packet') {
      capture.addRecord(Buffer.from(line));
      continue;
    }
    capture.packets.push({
      cookie: value.cookie,
      out: value.direction === 'out',
      seq: value.seq,
      dataSeq: value.seq + (value.flags.includes('S') ? 1 : 0),
      payload: value.payload,
      length: value.length,
      captured: value.captured ?? value.length,
    });
  }
  return capture;
}

export function readPcapng(output: Buffer): Capture {
  const capture = new Capture();
  const cookies = new Map<string, string>();
  for (let at = 0; at + 8 <= output.length; ) {
    const type = output.readUInt32LE(at);
    const length = output.readUInt32LE(at + 4);
    if (at + length > output.length) break;
    assert.equal(output.readUInt32LE(at + length - 4), length, `block at ${at}`);
    const body = output.subarray(at + 8, at + length - 4);
    if (type === RECORD_BLOCK) {
      capture.addRecord(trimPadding(body));
      const record = capture.records.at(-1);
      if (record?.type === 'stream') {
        cookies.set(`${record.local.address} ${record.local.port}`, record.cookie);
      }
    } else if (type === 6) {
      capture.packets.push(readPacket(body, cookies));
    }
    at += length;
  }
  return capture;
}

function trimPadding(body: Buffer): Buffer {
  let end = body.length;
  while (end > 0 && body[end - 1] === 0) end--;
  return body.subarray(0, end);
}

function readPacket(body: Buffer, cookies: ReadonlyMap<string, string>): SeenPacket {
  const captured = body.readUInt32LE(12);
  const bytes = body.subarray(20, 20 + captured);
  const flags = body.readUInt32LE(20 + captured + (-captured & 3) + 4);
  const out = flags === 2;
  const v4 = (bytes[0] ?? 0) >> 4 === 4;
  const header = v4 ? ((bytes[0] ?? 0) & 15) * 4 : 40;
  const source = v4 ? bytes.subarray(12, 16).join('.') : textOfIPv6(bytes.subarray(8, 24));
  const target = v4 ? bytes.subarray(16, 20).join('.') : textOfIPv6(bytes.subarray(24, 40));
  const local = out
    ? `${source} ${bytes.readUInt16BE(header)}`
    : `${target} ${bytes.readUInt16BE(header + 2)}`;
  const length = body.readUInt32LE(16);
  return {
    cookie: cookies.get(local) ?? '',
    out,
    seq: bytes.readUInt32BE(header + 4),
    dataSeq: bytes.readUInt32BE(header + 4) + (((bytes[header + 13] ?? 0) >> 1) & 1),
    payload: length - header - ((bytes[header + 12] ?? 0) >> 4) * 4,
    length,
    captured,
    bytes,
  };
}

/** As the kernel and everybody else writes it, by way of the URL parser. */
function textOfIPv6(bytes: Buffer): string {
  const words = Array.from({ length: 8 }, (_, i) => bytes.readUInt16BE(i * 2).toString(16));
  return new URL(`http://[${words.join(':')}]`).hostname.slice(1, -1);
}
