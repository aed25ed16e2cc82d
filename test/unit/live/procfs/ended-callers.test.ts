import assert from 'node:assert/strict';
import { linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ProcfsRecord } from '../../../../src/bpf/records.ts';
import { Lookup } from '../../../../src/live/procfs/lookup.ts';
import { tableKey } from '../../../../src/live/procfs/tcp-table.ts';

const HOST = 1;
const CONTAINER = 42;
const REMOTE = { address: '169.254.169.254', port: 80 };
/** Hundredths of a second since boot, in the /proc of these tests. */
const NOW = 100_000;

interface Given {
  namespace: number;
  /** Hundredths of a second since boot. */
  start?: number;
  socket?: { inode: number; port: number };
  /** Its namespace may not be read. */
  isDenied?: boolean;
}

describe('callers of which no table has the socket', () => {
  let proc: string;
  let answers: ProcfsRecord[];
  let lookup: Lookup;
  beforeEach(() => {
    proc = mkdtempSync(join(tmpdir(), 'imds-proc-'));
    writeFileSync(join(proc, 'uptime'), `${NOW / 100}.00 1.00\n`);
    answers = [];
    begin(1, { namespace: HOST });
    begin(20, { namespace: CONTAINER, socket: { inode: 777, port: 40_000 } });
    lookup = new Lookup({
      proc,
      now: () => 1n,
      write: (record) => record.type === 'procfs' && answers.push(record),
    });
  });
  afterEach(() => rmSync(proc, { recursive: true }));

  function begin(pid: number, { namespace, start = 10, socket, isDenied }: Given): void {
    const folder = join(proc, String(pid));
    for (const name of ['ns', 'net', 'fd']) mkdirSync(join(folder, name), { recursive: true });
    const zeros = Array.from({ length: 50 }, (_, i) => (i === 18 ? start : 0));
    writeFileSync(join(folder, 'stat'), `${pid} (curl) S ${zeros.join(' ')}\n`);
    if (!isDenied) symlinkSync(`net:[${namespace}]`, join(folder, 'ns/net'));
    const key = socket && tableKey({ address: '10.0.0.5', port: socket.port }, REMOTE)?.v4;
    writeFileSync(
      join(folder, 'net/tcp'),
      socket === undefined ? '' : `0: ${key} 01 0:0 00:0 0 0 0 ${socket.inode}\n`,
    );
    writeFileSync(join(folder, 'net/tcp6'), '');
    const address = namespace === HOST ? '10.0.0.1' : '10.0.0.5';
    writeFileSync(join(folder, 'net/fib_trie'), `  |-- ${address}\n     /32 host LOCAL\n`);
    writeFileSync(join(folder, 'net/if_inet6'), `${'0'.repeat(31)}1 01 80 10 80       lo\n`);
    if (socket !== undefined) symlinkSync(`socket:[${socket.inode}]`, join(folder, 'fd/3'));
  }

  function end(...pids: number[]): void {
    for (const pid of pids) rmSync(join(proc, String(pid)), { recursive: true });
  }

  /** @param meanwhile once it is asked, and before all tables are read */
  async function ask(port: number, meanwhile: () => void = () => {}): Promise<ProcfsRecord> {
    const round = lookup.round([{ local: { address: '10.0.0.5', port }, remote: REMOTE, isn: port }]);
    lookup.glance();
    meanwhile();
    await round;
    for (let i = 0; i < 100 && answers.at(-1)?.isn !== port; i++)
      await new Promise((resolve) => setTimeout(resolve, 10));
    const answer = answers.at(-1);
    assert.equal(answer?.isn, port);
    return answer;
  }

  /** One of the namespace that is found, and ends. */
  async function learn(): Promise<void> {
    assert.equal((await ask(40_000)).process?.pid, 20);
    end(20);
  }

  it('have ended where nobody is left of the namespace that was there when they called', async () => {
    await learn();
    begin(21, { namespace: CONTAINER, socket: { inode: 778, port: 1 } });
    assert.equal((await ask(40_001, () => end(21))).failed, 'gone');
  });

  it('have ended where all who are left of it began after they called', async () => {
    await learn();
    begin(21, { namespace: CONTAINER, socket: { inode: 778, port: 1 } });
    const next = () => {
      end(21);
      begin(22, { namespace: CONTAINER, start: NOW + 100 });
    };
    assert.equal((await ask(40_001, next)).failed, 'gone');
  });

  it('are not found, and nothing more is known, where one is left of then', async () => {
    await learn();
    begin(21, { namespace: CONTAINER, socket: { inode: 778, port: 1 } });
    begin(22, { namespace: CONTAINER });
    assert.equal((await ask(40_001, () => end(21))).failed, 'not-found');
  });

  it('are not found where the namespace was gone before, and its address may be another’s', async () => {
    await learn();
    assert.equal((await ask(40_001)).failed, 'not-found');
  });

  it('are not found where the address is none of the namespace', async () => {
    await learn();
    begin(21, { namespace: CONTAINER, socket: { inode: 778, port: 1 } });
    writeFileSync(join(proc, '21/net/fib_trie'), '  |-- 10.0.0.6\n     /32 host LOCAL\n');
    assert.equal((await ask(40_001, () => end(21))).failed, 'not-found');
  });

  it('are not found where a process that does not show its namespace has the same table', async () => {
    await learn();
    begin(21, { namespace: CONTAINER, socket: { inode: 778, port: 1 } });
    begin(23, { namespace: CONTAINER, isDenied: true });
    rmSync(join(proc, '23/net/tcp'));
    linkSync(join(proc, '21/net/tcp'), join(proc, '23/net/tcp'));
    assert.equal((await ask(40_001, () => end(21))).failed, 'not-found');
  });

  it('have ended where one that does not show its namespace has another table', async () => {
    await learn();
    begin(21, { namespace: CONTAINER, socket: { inode: 778, port: 1 } });
    begin(23, { namespace: HOST, isDenied: true });
    assert.equal((await ask(40_001, () => end(21))).failed, 'gone');
  });
});
