import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { JournalRecord } from '../../../../src/bpf/records.ts';
import type { FailureError } from '../../../../src/errors.ts';
import { openCaptureWriter } from '../../../../src/live/save/open.ts';
import type { CaptureWriter, SavedPacket, SaveOptions } from '../../../../src/live/save/types.ts';
import { imds } from '../../../cli/run.ts';
import { journal, START_NS } from '../../../support/journal.ts';
import {
  curl,
  curlWithToken,
  type PcapngBlock,
  response,
  TcpConversation,
  type TestPacket,
  writePcapng,
} from '../../../support/packets/index.ts';

const NS = 1_000_000_000n;
export const SESSION = journal.session({
  kernel: 'Linux 6.12.0',
  versions: { imds: '0.1.0' },
  views: ['sockets', 'wire'],
});

export type Entry = { packet: TestPacket; interfaceName?: string } | { record: JournalRecord };

export function saved(packet: TestPacket, over: Partial<SavedPacket> = {}): SavedPacket {
  return {
    bytes: packet.bytes,
    originalLength: packet.originalLength ?? packet.bytes.length,
    seconds: Number(packet.timeNs / NS),
    nanoseconds: Number(packet.timeNs % NS),
    interfaceName: undefined,
    netns: undefined,
    linkType: 101,
    comment: packet.comment,
    ...over,
  };
}

/** A service that is called by its parent's child processes, and one that keeps its connection open. */
export function conversations(connections: number, requestsEach = 1): Entry[] {
  const entries: Entry[] = [];
  const parent = { pid: 10, start: '100' };
  const agent = { pid: 20, start: '200' };
  const record = (value: JournalRecord): void => void entries.push({ record: value });
  record(journal.process({ pid: 1, start: '1' }, { name: 'init' }));
  record(journal.process(parent, { ancestors: [{ pid: 1, start: '1', name: 'init' }], args: ['sh', 'x y'] }));
  record(journal.process(agent, { ancestors: [{ pid: 1, start: '1', name: 'init' }], args: ['agent'] }));
  const keepAlive = talkOf(0);
  opened(record, 0, 0, agent);
  add(entries, keepAlive.handshake());
  for (let i = 1; i <= connections; i++) {
    const ms = i * 100;
    // Every third one is the agent again, whose record was written long ago.
    const caller = i % 3 === 0 ? agent : { pid: 1000 + i, start: String(1000 + i) };
    if (caller !== agent) {
      const args = ['curl', `http://169.254.169.254/latest/meta-data/n${i}`];
      record(journal.process(caller, { ancestors: [parent, { pid: 1, start: '1' }], args, name: 'curl' }));
    }
    opened(record, i, ms, caller);
    const talk = talkOf(i).handshake();
    for (let j = 0; j < requestsEach; j++) {
      const path = `/latest/meta-data/n${i}-${j}`;
      talk.exchange(i % 2 === 0 ? curl(path) : curlWithToken(path), response(200, 'x'.repeat(200)));
    }
    add(entries, talk.fin(), i % 2 === 0 ? 'eth0' : undefined);
    const sent = sum(talk, 'client');
    const received = sum(talk, 'server');
    record(journal.closed(ms + 50, { cookie: String(i + 1), sent, received }));
    record(journal.losses(ms + 51, { 'packets.shed': String(i) }));
    keepAlive.wait(START_NS + BigInt(ms + 60) * 1_000_000n - keepAlive.now);
    const from = keepAlive.segments.length;
    keepAlive.exchange(curl(`/latest/meta-data/agent${i}`), response(200, 'ok'));
    for (const packet of keepAlive.packets({ link: 'raw' }).slice(from)) entries.push({ packet });
    record(journal.tick(ms + 90));
  }
  record(journal.end(connections * 100 + 200));
  return entries;
}

export async function feed(writer: CaptureWriter, entries: readonly Entry[]): Promise<void> {
  for (const entry of entries) {
    if ('record' in entry) writer.record(entry.record);
    else writer.packet(saved(entry.packet, { interfaceName: entry.interfaceName }));
    await writer.ready();
  }
}

/** The same journal, written by the builders of the tests. */
export function sourceOf(entries: readonly Entry[]): Buffer {
  const blocks: PcapngBlock[] = [
    { type: 'section' },
    { type: 'interface', linkType: 101, resolution: { base: 10, exponent: 9 } },
    { type: 'journal', record: SESSION },
    ...entries.map(
      (entry): PcapngBlock =>
        'record' in entry
          ? { type: 'journal', record: entry.record }
          : { type: 'packet', packet: { ...entry.packet, interfaceId: 0 } },
    ),
  ];
  return writePcapng(blocks);
}

export async function callsOf(...paths: string[]): Promise<string> {
  const { code, stdout, stderr } = await imds(['analyze', '--jsonl', ...paths]);
  if (code !== 0) throw new Error(`exit ${code}: ${stderr}`);
  return stdout;
}

export async function tshark(file: string, ...fields: string[]): Promise<string[]> {
  const args = ['-n', '-r', file, ...(fields.length > 0 ? ['-T', 'fields'] : [])];
  const { stdout, stderr } = await run('tshark', [...args, ...fields.flatMap((field) => ['-e', field])]);
  const complaints = stderr.split('\n').filter((line) => line !== '' && !line.startsWith('Running as user'));
  if (complaints.length > 0) throw new Error(complaints.join('\n'));
  return stdout.split('\n').slice(0, -1);
}

export async function capinfos(file: string): Promise<string> {
  const { stdout, stderr } = await run('capinfos', [file]);
  if (stderr !== '') throw new Error(stderr);
  return stdout;
}

/** A folder for each test, a writer in it, and what it said. */
export class Place {
  readonly folder = mkdtempSync(join(tmpdir(), 'imds-save-'));
  readonly troubles: FailureError[] = [];

  path(name: string): string {
    return join(this.folder, name);
  }

  write(name: string, bytes: Uint8Array | string): string {
    writeFileSync(this.path(name), bytes);
    return this.path(name);
  }

  open(name: string, options: Partial<SaveOptions> = {}): Promise<CaptureWriter> {
    const onTrouble = (trouble: FailureError): void => void this.troubles.push(trouble);
    return openCaptureWriter({ path: this.path(name), session: SESSION, onTrouble, ...options });
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export const run = promisify(execFile);

function talkOf(i: number): TcpConversation {
  return new TcpConversation({
    client: { address: '10.0.0.5', port: 40_000 + i },
    clientIsn: 1000 + i,
    startNs: START_NS + BigInt(i * 100 + 1) * 1_000_000n,
  });
}

function add(entries: Entry[], talk: TcpConversation, interfaceName?: string): void {
  for (const packet of talk.packets({ link: 'raw' })) {
    entries.push(interfaceName === undefined ? { packet } : { packet, interfaceName });
  }
}

function opened(
  record: (value: JournalRecord) => void,
  i: number,
  ms: number,
  process: { pid: number; start: string },
): void {
  const ends = {
    cookie: String(i + 1),
    local: { address: '10.0.0.5', port: 40_000 + i },
    isn: 1000 + i,
  };
  record(journal.opened(ms, { ...ends, process, tid: process.pid }));
  record(journal.stream(ms, ends));
}

function sum(talk: TcpConversation, from: 'client' | 'server'): string {
  const own = talk.segments.filter((segment) => segment.from === from);
  return String(own.reduce((bytes, { payload }) => bytes + payload.length, 0));
}
