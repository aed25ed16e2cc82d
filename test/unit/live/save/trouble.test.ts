import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { JournalRecord } from '../../../../src/bpf/records.ts';
import type { CaptureWriter } from '../../../../src/live/save/types.ts';
import { imds } from '../../../cli/run.ts';
import { at, journal } from '../../../support/journal.ts';
import { recordsOf } from './journal-reader.ts';
import { callsOf, capinfos, conversations, feed, Place, run, saved, sourceOf, tshark } from './scenario.ts';

const LIMITS = { flushAfterMs: 5, retryAfterMs: 20 };

describe('trouble with saved captures', function () {
  this.timeout(60_000);
  let place: Place;
  beforeEach(() => {
    place = new Place();
  });
  afterEach(() => place[Symbol.dispose]());

  for (const name of ['a.pcapng', 'a.pcap']) {
    it(`leaves all but the last second after kill -9: ${name}`, async () => {
      const file = place.path(name);
      const script = join(import.meta.dirname, 'endless-writer.ts');
      const child = spawn(process.execPath, ['--import', 'tsx', script, file], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const seen: { written: number; time: number }[] = [];
      child.stdout.on('data', (data: Buffer) => {
        const written = Number(data.toString().trim().split('\n').at(-1));
        seen.push({ written, time: performance.now() });
      });
      const closed = new Promise((resolve) => child.on('close', resolve));
      while ((seen.at(-1)?.time ?? 0) - (seen[0]?.time ?? 0) < 2000) await sleep(20);
      const killed = performance.now();
      child.kill('SIGKILL');
      await closed;
      const due = seen.findLast(({ time }) => time < killed - 1000)?.written ?? 0;
      assert.ok(due > 50);
      const lines = await tshark(file, 'frame.number');
      assert.ok(lines.length >= due, `${lines.length} of ${due} packets`);
      await capinfos(file);
      await assertPrefix(file, place.write('source.pcapng', sourceOf(conversations(400))));
    });
  }

  it('goes on after the disk was full, in the same file', async function () {
    const disk = await smallDisk(place);
    if (disk === undefined) return this.skip();
    try {
      for (const name of ['a.pcapng', 'a.pcap']) {
        place.troubles.length = 0;
        writeFileSync(join(disk, 'ballast'), Buffer.alloc(100_000));
        const writer = await place.open(`disk/${name}`, { limits: LIMITS });
        let fed = await feedUntil(writer, () => (writer.losses['save.packets_unwritten'] ?? 0) > 0);
        assert.deepEqual(
          place.troubles.map(({ code }) => code),
          ['save.enospc'],
        );
        assert.match(
          place.troubles[0]?.message ?? '',
          /^-w .*: the file system is full; the session goes on/,
        );
        // What is there is whole, also now.
        const whole = (await tshark(join(disk, name))).length;
        fed += await feedUntil(writer, () => statSync(join(disk, name)).size < 0, 50);
        rmSync(join(disk, 'ballast'));
        fed += await feedUntil(writer, () => statSync(join(disk, name)).size > 110_000);
        await writer.close();
        const packets: number = (await tshark(join(disk, name))).length;
        await capinfos(join(disk, name));
        assert.ok(packets > whole);
        assert.equal(packets + (writer.losses['save.packets_unwritten'] ?? 0), fed);
        assert.equal(place.troubles.length, 1);
        const records: JournalRecord[] =
          name === 'a.pcap' ? sidecarOf(join(disk, name)) : recordsOf(join(disk, name));
        const told = records.findLast((record) => record.type === 'losses');
        assert.ok(told?.type === 'losses');
        assert.equal(
          told.counters['save.packets_unwritten'],
          String(writer.losses['save.packets_unwritten']),
        );
        await callsOf(join(disk, name));
        rmSync(join(disk, name));
        rmSync(join(disk, `${name}.correlations.jsonl`), { force: true });
      }
    } finally {
      await run('umount', [disk]);
    }
  });

  it('does not delete full files for empty ones while the disk is full', async function () {
    const disk = await smallDisk(place);
    if (disk === undefined) return this.skip();
    try {
      const writer = await place.open('disk/a.pcapng', {
        limits: LIMITS,
        rotateBytes: 20_000,
        rotateCount: 4,
      });
      await feedUntil(writer, () => writer.files.length === 4);
      await sleep(50);
      const free =
        200 * 1024 - readdirSync(disk).reduce((sum, name) => sum + statSync(join(disk, name)).size, 0);
      writeFileSync(
        join(disk, 'ballast'),
        Buffer.alloc(Math.max(0, Math.floor(free / 4096) * 4096 - 12_288)),
      );
      await feedUntil(writer, () => (writer.losses['save.packets_unwritten'] ?? 0) > 400);
      const sizes = readdirSync(disk)
        .filter((name) => name.startsWith('a_'))
        .map((name) => statSync(join(disk, name)).size)
        .filter((size) => size > 15_000);
      assert.ok(sizes.length >= 3, `${sizes}`);
      await writer.close();
    } finally {
      await run('umount', [disk]);
    }
  });

  it('goes on in a new file when the folder has been made again', async () => {
    const folder = place.path('folder');
    mkdirSync(folder);
    const writer = await place.open('folder/a.pcap', { limits: LIMITS });
    await feed(writer, conversations(3));
    rmSync(folder, { recursive: true });
    await feedUntil(writer, () => place.troubles.length > 0);
    assert.match(place.troubles[0]?.message ?? '', /the file or its folder was removed/);
    await feedUntil(writer, () => false, 30);
    mkdirSync(folder);
    await feedUntil(writer, () => readdirSync(folder).length === 2);
    await feedUntil(writer, () => false, 30);
    await writer.close();
    assert.equal(place.troubles.length, 1);
    assert.deepEqual(readdirSync(folder).sort(), ['a_00002.pcap', 'a_00002.pcap.correlations.jsonl']);
    const records = sidecarOf(join(folder, 'a_00002.pcap'));
    assert.ok(records[0]?.type === 'session' && records[0].part === 2);
    assert.ok(records.some((record) => record.type === 'process' && record.pid === 20));
    assert.ok(
      records.some((record) => record.type === 'losses' && 'save.packets_unwritten' in record.counters),
    );
    await callsOf(folder);
  });

  it('ends in time where nothing can be written any more', async () => {
    const folder = place.path('folder');
    mkdirSync(folder);
    const writer = await place.open('folder/a.pcapng', { limits: LIMITS, rotateBytes: 1000 });
    rmSync(folder, { recursive: true });
    await feed(writer, conversations(5));
    await writer.close();
    assert.equal(place.troubles.length, 1);
    assert.ok((writer.losses['save.packets_unwritten'] ?? 0) > 10);
  });
});

const [some] = conversations(0).flatMap((entry) => ('packet' in entry ? entry.packet : []));
let time = 0;

/** Packets and ticks until something is so, or for so many rounds; how many packets. */
async function feedUntil(writer: CaptureWriter, done: () => boolean, rounds = 2000): Promise<number> {
  assert.ok(some !== undefined);
  let fed = 0;
  for (let round = 0; round < rounds && !done(); round++) {
    writer.record(journal.opened(++time, { cookie: '1', process: { pid: 20, start: '200' } }));
    for (let i = 0; i < 20; i++, fed++) writer.packet(saved({ ...some, timeNs: BigInt(at(time)) }));
    writer.record(journal.tick(time));
    await sleep(2);
  }
  return fed;
}

/** 200 KiB of its own; undefined without the right to mount. */
async function smallDisk(place: Place): Promise<string | undefined> {
  const disk = place.path('disk');
  mkdirSync(disk);
  try {
    await run('mount', ['-t', 'tmpfs', '-o', 'size=200k', 'tmpfs', disk]);
    return disk;
  } catch (error) {
    assert.notEqual(process.env.CI, 'true', `under CI, mounts have to work: ${error}`);
    return undefined;
  }
}

function sidecarOf(file: string): (JournalRecord & { after_packet: number })[] {
  const lines = readFileSync(`${file}.correlations.jsonl`, 'utf8').split('\n');
  const records = lines.slice(0, -1).map((line) => JSON.parse(line));
  for (const [i, { after_packet }] of records.entries()) {
    assert.ok(after_packet >= (records[i - 1]?.after_packet ?? 0), 'the numbers do not fall');
  }
  return records;
}

/** The calls of a file that was cut are those of the whole, but for the last ones: of them, not all is known. */
async function assertPrefix(file: string, source: string): Promise<void> {
  const { code, stdout, stderr } = await imds(['analyze', '--jsonl', file]);
  assert.ok(code === 0 || code === 4, stderr);
  const calls = stdout.split('\n').slice(0, -1);
  const whole = (await callsOf(source)).split('\n');
  const same = calls.findIndex((line, at) => line !== whole[at]);
  assert.ok(calls.length > 10);
  assert.ok(same === -1 || same >= calls.length - 3, `${same} of ${calls.length} calls`);
}
