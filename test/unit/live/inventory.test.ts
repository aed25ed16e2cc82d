import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Ajv from 'ajv/dist/2020.js';
import schema from '../../../schemas/inventory.schema.json' with { type: 'json' };
import { PrerequisiteError } from '../../../src/errors.ts';
import { Inventory } from '../../../src/live/inventory/inventory.ts';
import { InventoryFile } from '../../../src/live/inventory/inventory-file.ts';
import { InventorySink } from '../../../src/live/inventory/inventory-sink.ts';
import type { AttributedCall, Host, Process } from '../../../src/model.ts';
import { attributed, CURL, PYTHON, TIME } from '../report/samples.ts';
import { isRoot, needs, until } from './support.ts';

const DAY = 86_400_000_000_000n;

interface Saved {
  hosts?: { id?: string; name?: string }[];
  callers: {
    program?: string;
    v1: number;
    v2: number;
    first_seen: string;
    example_args?: string[];
    days: { day: string; v1: number }[];
  }[];
  turned_away: { callers: number; calls: number };
}

function program(name: string): Process {
  return { ...PYTHON, executable: `/opt/${name}`, name, args: [name] };
}

async function textOf(inventory: Inventory, now = TIME, maxBytes?: number): Promise<string> {
  let text = '';
  for await (const piece of inventory.text(now, maxBytes)) text += piece;
  return text;
}

async function savedOf(inventory: Inventory, now = TIME, maxBytes?: number): Promise<Saved> {
  return JSON.parse(await textOf(inventory, now, maxBytes)) as Saved;
}

describe('inventory', function () {
  this.timeout(60_000);
  let folder: string;
  const news: string[] = [];
  beforeEach(() => {
    folder = join(mkdtempSync(join(tmpdir(), 'imds-state-')), 'imds');
    news.length = 0;
  });
  afterEach(() => rmSync(join(folder, '..'), { recursive: true }));

  const path = () => join(folder, 'imds-callers.json');
  const open = (now = TIME) =>
    InventorySink.open({
      folder,
      owner: undefined,
      now: () => now,
      onNews: (message) => news.push(message),
      writeEveryMs: 20,
    });

  /** One session: these calls, and its end. */
  async function session(calls: readonly AttributedCall[], now = TIME): Promise<Saved> {
    const sink = await open(now);
    for (const call of calls) sink.call(call);
    await sink.end();
    return JSON.parse(readFileSync(path(), 'utf8')) as Saved;
  }

  it('is as its schema says', async () => {
    const inventory = new Inventory();
    const host = { id: 'a', name: 'web-7', bootId: 'b' };
    inventory.add(attributed({ forwardedFor: '192.0.2.1' }, CURL, { host }));
    inventory.add(attributed({ operation: 'token', version: 'v2', method: 'PUT', status: 403 }, PYTHON));
    inventory.add(attributed({ version: 'unknown', operation: undefined }));
    const validate = new Ajv.Ajv2020({ strict: false }).compile(schema);
    const saved: unknown = JSON.parse(await textOf(inventory));
    assert.ok(validate(saved), JSON.stringify(validate.errors));
  });

  it('adds up over sessions, by day', async () => {
    await session([attributed({}, PYTHON), attributed({ time: TIME + 1n }, PYTHON)]);
    await session([attributed({ time: TIME + DAY }, PYTHON)], TIME + DAY);
    const { callers } = await session([attributed({ time: TIME + DAY, version: 'v2' }, CURL)], TIME + DAY);
    assert.deepEqual(
      callers.map(({ program: name, v1, v2 }) => [name, v1, v2]),
      [
        ['python3 /opt/app/main.py', 3, 0],
        ['curl', 0, 1],
      ],
    );
    assert.deepEqual(
      callers[0]?.days.map(({ day, v1 }) => [day, v1]),
      [
        ['2026-11-23', 2],
        ['2026-11-24', 1],
      ],
    );
    assert.deepEqual(news, []);
  });

  it('tells the hosts that its callers are of, those of earlier sessions too', async () => {
    const early = { id: 'a1', name: 'localhost', bootId: 'b1' };
    const of = (host: Host) => attributed({}, PYTHON, { host });
    await session([of(early), of({ ...early, bootId: 'b2' }), attributed({}, CURL)]);
    const { hosts } = await session([of({ id: 'a1', name: 'web-7' }), of({ name: 'nobody' })]);
    assert.deepEqual(hosts, [
      { id: 'a1', name: 'localhost' },
      { id: 'a1', name: 'web-7' },
    ]);
    const many = Array.from({ length: 40 }, (_, index) => of({ id: `${index}`, name: 'web-8' }));
    assert.equal((await session(many)).hosts?.length, 16);
  });

  it('is written soon after a change, and only then', async () => {
    const sink = await open();
    sink.call(attributed({}, PYTHON));
    await until('the inventory is written', () => existsSync(path()));
    const { ino } = statSync(path());
    await new Promise((resolve) => setTimeout(resolve, 100));
    assert.equal(statSync(path()).ino, ino);
    await sink.end();
    assert.equal(statSync(path()).ino, ino);
    assert.equal(statSync(path()).mode & 0o777, 0o600);
    assert.equal(statSync(folder).mode & 0o777, 0o700);
    assert.deepEqual(readdirSync(folder), ['imds-callers.json']);
  });

  it('forgets what was not seen for 90 days', async () => {
    const inventory = new Inventory();
    inventory.add(attributed({ time: TIME }, program('old')));
    inventory.add(attributed({ time: TIME }, program('long')));
    inventory.add(attributed({ time: TIME + 60n * DAY }, program('long')));
    const before = await savedOf(inventory, TIME + 89n * DAY);
    assert.deepEqual(before.callers.map((caller) => caller.program).sort(), ['long', 'old']);
    const { callers, turned_away } = await savedOf(inventory, TIME + 90n * DAY);
    assert.deepEqual(
      callers.map(({ program: name, v1, days }) => [name, v1, days.length]),
      [['long', 2, 1]],
    );
    assert.deepEqual(turned_away, { callers: 0, calls: 0 });
  });

  it('turns away what there is no room for, harmless callers first, and counts it', async () => {
    const inventory = new Inventory(16);
    const at = (number: number) => ({ time: TIME + BigInt(number) });
    for (let i = 0; i < 8; i++) inventory.add(attributed({ ...at(i), version: 'v2' }, program(`good${i}`)));
    for (let i = 0; i < 8; i++) inventory.add(attributed(at(100 + i), program(`bad${i}`)));
    inventory.add(attributed(at(200), program('new')));
    const first = await savedOf(inventory);
    assert.deepEqual(first.turned_away, { callers: 2, calls: 1 });
    const names = first.callers.map((caller) => caller.program);
    assert.equal(names.length, 14);
    assert.ok(!names.includes('good0') && !names.includes('good1') && names.includes('bad0'));
    inventory.add(attributed(at(200), program('new')));
    const second = await savedOf(inventory);
    assert.ok(second.callers.some((caller) => caller.program === 'new'));
    assert.deepEqual(second.turned_away, { callers: 2, calls: 1 });
    // One that is to be fixed gives way only to time: who floods with such callers is counted.
    for (let i = 0; i < 100; i++) inventory.add(attributed(at(300), program(`flood${i}`)));
    const third = await savedOf(inventory);
    assert.ok(third.callers.length <= 16);
    for (let i = 0; i < 8; i++) assert.ok(third.callers.some((caller) => caller.program === `bad${i}`));
    assert.ok(third.turned_away.calls > 90);
  });

  it('counts the calls of a caller that was given up and comes again', async () => {
    const inventory = new Inventory(1);
    const client = attributed({ version: 'v2' });
    for (const call of [client, attributed({ version: 'v2' }, CURL)]) inventory.add(call);
    await savedOf(inventory);
    inventory.add(client);
    inventory.add(client);
    const { callers } = await savedOf(inventory);
    assert.deepEqual(
      callers.map(({ v2 }) => v2),
      [2],
    );
  });

  it('takes no more bytes than it may, and gives up those worth least', async () => {
    const inventory = new Inventory();
    for (let i = 0; i < 300; i++) {
      inventory.add(attributed({ time: TIME + BigInt(i), version: i === 0 ? 'v1' : 'v2' }, program(`p${i}`)));
    }
    const text = await textOf(inventory, TIME, 100_000);
    assert.ok(text.length <= 100_000 && text.length > 90_000, String(text.length));
    const { callers, turned_away } = JSON.parse(text) as Saved;
    assert.equal(callers.length + turned_away.callers, 300);
    assert.equal(callers[0]?.program, 'p0');
    assert.equal(callers[1]?.program, 'p299');
    assert.equal((await savedOf(inventory, TIME, 100_000)).callers.length, callers.length);
  });

  it('shows no secret, and not all of what is long', async () => {
    const args = [
      'python3',
      '/opt/app/main.py',
      '--password',
      'hunter2secret',
      'y'.repeat(5000),
      ...Array<string>(100).fill('z'),
    ];
    const { callers } = await session([attributed({}, { ...PYTHON, args })]);
    assert.doesNotMatch(readFileSync(path(), 'utf8'), /hunter2secret/);
    assert.equal(callers[0]?.example_args?.length, 32);
    assert.ok(Math.max(...(callers[0]?.example_args ?? []).map((argument) => argument.length)) <= 256);
  });

  for (const [what, content, kept] of [
    ['no JSON', () => 'hello', 0],
    ['empty', () => '', 0],
    ['cut', (whole: string) => whole.slice(0, -30), 1],
    ['of another version', (whole: string) => whole.replace('_version":1', '_version":2'), 1],
    [
      'with a caller that is none',
      (whole: string) => whole.replace('"callers": [', '"callers": [{"v1":1},'),
      1,
    ],
  ] as const) {
    it(`moves one aside that is ${what}, keeps what can be read, and goes on`, async () => {
      await session([attributed({}, PYTHON)]);
      const damaged = content(readFileSync(path(), 'utf8'));
      writeFileSync(path(), damaged);
      const { callers } = await session([attributed({}, CURL)]);
      assert.equal(callers.length, 1 + kept);
      assert.equal(readFileSync(`${path()}.damaged`, 'utf8'), damaged);
      assert.equal(news.length, 1);
      assert.match(news[0] ?? '', /imds-callers\.json: .*; it was moved to .*\.damaged, and [01] of its/);
      news.length = 0;
      await session([]);
      assert.deepEqual(news, []);
    });
  }

  it('follows no link', async () => {
    const elsewhere = join(folder, '..', 'elsewhere');
    writeFileSync(elsewhere, 'not ours');
    mkdirSync(folder, { mode: 0o700 });
    symlinkSync(elsewhere, path());
    await session([attributed({}, PYTHON)]);
    assert.equal(readFileSync(elsewhere, 'utf8'), 'not ours');
    assert.ok(statSync(path()).isFile());
    rmSync(folder, { recursive: true });
    symlinkSync(join(folder, '..'), folder);
    await assert.rejects(open(), (error) => {
      assert.ok(error instanceof PrerequisiteError);
      assert.match(error.message, /cannot keep the inventory in .*symbolic link/);
      assert.match(error.remedy ?? '', /--state-dir/);
      return true;
    });
    rmSync(folder);
  });

  it('belongs to the account that live becomes', async function () {
    needs(this, isRoot, 'root');
    const sink = await InventorySink.open({
      folder,
      owner: { uid: 65_500, gid: 65_500 },
      now: () => TIME,
      onNews: (message) => news.push(message),
    });
    await sink.end();
    assert.equal(statSync(folder).uid, 65_500);
  });

  it('says once that it cannot be written, and that it can again', async () => {
    const sink = await open();
    rmSync(folder, { recursive: true });
    sink.call(attributed({}, PYTHON));
    await until('it is told', () => news.length > 0);
    await new Promise((resolve) => setTimeout(resolve, 100));
    assert.equal(news.length, 1);
    assert.match(
      news[0] ?? '',
      /cannot write .*imds-callers\.json: no such file or directory; it is tried again/,
    );
    mkdirSync(folder, { mode: 0o700 });
    await until('it is written', () => news.length > 1);
    assert.match(news[1] ?? '', /is written again/);
    await sink.end();
  });

  it('is whole whenever its writer is killed, and what that leaves is removed', async () => {
    const script = join(import.meta.dirname, 'inventory-writer.ts');
    let child: ChildProcess | undefined;
    let rounds = 0;
    try {
      for (; rounds < 5; rounds++) {
        child = spawn(process.execPath, ['--import', 'tsx', script, folder], {
          stdio: ['ignore', 'pipe', 'inherit'],
        });
        assert.ok(child.stdout);
        await once(child.stdout, 'data');
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 150));
        child.kill('SIGKILL');
        await once(child, 'close');
        const before = new Inventory();
        const saved = await new InventoryFile(folder, undefined).read((caller) => before.restore(caller));
        assert.ok(saved);
        assert.equal(saved.damage, undefined);
        assert.ok(before.size > rounds);
      }
    } finally {
      child?.kill('SIGKILL');
    }
    for (const name of readdirSync(folder)) utimesSync(join(folder, name), 1, 1);
    writeFileSync(join(folder, 'imds-callers.json.new-1-aa'), 'left behind');
    utimesSync(join(folder, 'imds-callers.json.new-1-aa'), 1, 1);
    await new InventoryFile(folder, undefined).prepare();
    assert.deepEqual(readdirSync(folder), ['imds-callers.json']);
  });
});
