import assert from 'node:assert/strict';
import {
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { journal } from '../support/journal.ts';
import { type PcapngBlock, TOKEN, writePcapng } from '../support/packets/index.ts';
import { endless, MIXED, TRUNCATED } from './captures.ts';
import { imds, type Result, result, root, shell, start } from './run.ts';

const DEMO = join(root, 'fixtures', 'demo', 'demo.pcap');

describe('imds scrub', function () {
  this.timeout(30_000);
  let folder: string;
  const path = (name: string) => join(folder, name);

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'imds scrub '));
    writeFileSync(path('in.pcap'), MIXED);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const files = () => readdirSync(folder).sort();

  it('writes a file for its owner alone, says what it did, and prints nothing', async () => {
    const { code, stdout, stderr } = await imds(['scrub', path('in.pcap'), path('out.pcapng')]);
    assert.deepEqual({ code, stdout }, { code: 0, stdout: '' });
    assert.match(
      stderr,
      /^imds scrub: .*out\.pcapng: kept \d+ packets of the service; blanked \d+ bytes; removed 0 bytes of other payload\n$/,
    );
    assert.equal(statSync(path('out.pcapng')).mode & 0o777, 0o600);
    assert.deepEqual(files(), ['in.pcap', 'out.pcapng']);
    assert.equal(readFileSync(path('out.pcapng')).indexOf(TOKEN), -1);
  });

  it('gives the output of analyze that the original gives, in every format', async () => {
    mkdirSync(path('demo'));
    const { code, stderr } = await imds(['scrub', DEMO, path('demo.pcap')]);
    assert.equal(code, 0, stderr);
    assert.match(
      stderr,
      /demo\.pcap and .*demo\.pcap\.correlations\.jsonl: kept 348 packets of the service, 120 records/,
    );
    assert.equal(statSync(path('demo.pcap.correlations.jsonl')).mode & 0o777, 0o600);
    for (const format of ['text', 'csv', 'json', 'jsonl', 'log']) {
      const before = await imds(['analyze', '--format', format, 'demo.pcap'], { cwd: join(DEMO, '..') });
      const after = await imds(['analyze', '--format', format, 'demo.pcap'], { cwd: folder });
      assert.deepEqual(after, before);
    }
  });

  it('reads standard input', async () => {
    const { code, stderr } = await imds(['scrub', '-', path('out.pcap')], { input: MIXED });
    assert.equal(code, 0, stderr);
    const { stdout } = await imds(['analyze', '--format', 'log', path('out.pcap')]);
    assert.equal(stdout.split('\n').length, 4);
  });

  it('keeps what could be read of a damaged file, and exits with 4', async () => {
    writeFileSync(path('in.pcap'), TRUNCATED);
    const { code, stderr } = await imds(['scrub', path('in.pcap'), path('out.pcapng')]);
    assert.equal(code, 4);
    assert.match(stderr, /the file ends within a packet[\s\S]*out\.pcapng: kept/);
    assert.deepEqual((await imds(['analyze', '--fail-on', 'v1', path('out.pcapng')])).code, 3);
  });

  it('writes nothing where nothing could be read', async () => {
    writeFileSync(path('in.pcap'), 'not a capture\n');
    for (const input of ['in.pcap', 'missing.pcap']) {
      const { code, stderr } = await imds(['scrub', path(input), path('out.pcapng')]);
      assert.equal(code, 4, stderr);
      assert.deepEqual(files(), ['in.pcap']);
    }
  });

  it('keeps the records of a damaged capture in which attempts alone are told of', async () => {
    const process = { pid: 900, start: '5' };
    const records = [
      journal.session(),
      journal.process(process, { name: 'blocked' }),
      { type: 'tick', time: 'never' },
      journal.opened(10, { process }),
      journal.closed(20, { failed: true, errno: 111 }),
      journal.end(30),
    ];
    const blocks = records.map((record): PcapngBlock => ({ type: 'journal', record }));
    writeFileSync(path('in.pcapng'), writePcapng(blocks));
    const { code, stderr } = await imds(['scrub', path('in.pcapng'), path('out.pcapng')]);
    assert.equal(code, 4);
    assert.match(
      stderr,
      /wrong `time` of a tick record[\s\S]*out\.pcapng: kept 0 packets of the service, 6 records/,
    );
    const before = await imds(['analyze', '--format', 'log', path('in.pcapng')]);
    const after = await imds(['analyze', '--format', 'log', path('out.pcapng')]);
    assert.match(after.stdout, /pid:900:blocked/);
    assert.equal(after.stdout, before.stdout);
  });

  it('replaces nothing unless told to', async () => {
    writeFileSync(path('out.pcapng'), 'mine');
    const { code, stderr } = await imds(['scrub', path('in.pcap'), path('out.pcapng')]);
    assert.equal(code, 2);
    assert.match(stderr, /out\.pcapng: exists already\. Give another name, or --force to replace it\.\n$/);
    assert.equal(readFileSync(path('out.pcapng'), 'utf8'), 'mine');
    assert.equal((await imds(['scrub', '--force', path('in.pcap'), path('out.pcapng')])).code, 0);
    assert.notEqual(readFileSync(path('out.pcapng'), 'utf8'), 'mine');
    assert.equal(statSync(path('out.pcapng')).mode & 0o777, 0o600);
  });

  it('leaves no records of another capture beside its own', async () => {
    const beside = path('out.pcap.correlations.jsonl');
    writeFileSync(beside, '{}\n');
    assert.equal((await imds(['scrub', path('in.pcap'), path('out.pcap')])).code, 2);
    assert.equal((await imds(['scrub', '--force', path('in.pcap'), path('out.pcap')])).code, 0);
    assert.deepEqual(files(), ['in.pcap', 'out.pcap']);
  });

  for (const [what, make] of [
    ['IN', (out: string) => linkSync(path('in.pcap'), out)],
    ['a symbolic link', (out: string) => symlinkSync(path('in.pcap'), out)],
    ['a dangling link', (out: string) => symlinkSync(path('nothing'), out)],
    ['a folder', (out: string) => mkdirSync(out)],
  ] as const) {
    it(`never writes to ${what}`, async () => {
      make(path('out.pcapng'));
      const { code, stderr } = await imds(['scrub', '--force', path('in.pcap'), path('out.pcapng')]);
      assert.equal(code, 2, stderr);
      assert.deepEqual(readFileSync(path('in.pcap')), MIXED);
      assert.deepEqual(files(), ['in.pcap', 'out.pcapng']);
    });
  }

  it('never writes to its correlations', async () => {
    const own = path('in.pcap.correlations.jsonl');
    writeFileSync(own, readFileSync(`${DEMO}.correlations.jsonl`));
    writeFileSync(path('in.pcap'), readFileSync(DEMO));
    const args = ['scrub', '--force', '--correlations', own, DEMO, path('in.pcap')];
    const { code, stderr } = await imds(args);
    assert.equal(code, 2);
    assert.match(stderr, /in\.pcap\.correlations\.jsonl: is an input of this run/);
  });

  it('says in one line what it cannot do', async () => {
    mkdirSync(path('sub'));
    const cases: [string[], RegExp][] = [
      [[], /expected two files: IN, to read, and OUT, to write/],
      [[path('in.pcap')], /expected two files/],
      [[path('in.pcap'), '-'], /OUT: expected the name of a file/],
      [[path('sub'), path('out.pcap')], /sub: is a folder, and imds scrub takes one file/],
      [[path('in.pcap'), path('none/out.pcap')], /none\/out\.pcap: cannot be created: ENOENT/],
      [['--strict', '-', path('out.pcap')], /-: is no regular file, and with --strict IN is read twice/],
      [['--endpoint', 'x', path('in.pcap'), path('out.pcap')], /--endpoint x/],
    ];
    for (const [args, message] of cases) {
      const { code, stderr } = await imds(['scrub', ...args]);
      assert.equal(code, 2, stderr);
      assert.match(stderr, message);
      assert.equal(stderr.split('\n').length, 2, stderr);
    }
    assert.deepEqual(files(), ['in.pcap', 'sub']);
  });

  it('has no room in a pcap file for packets of two link types', async () => {
    const packet = { timeNs: 1n, bytes: Buffer.alloc(60) };
    const blocks: PcapngBlock[] = [
      { type: 'interface', linkType: 1 },
      { type: 'interface', linkType: 101 },
      { type: 'packet', packet },
      { type: 'packet', packet: { ...packet, interfaceId: 1 } },
    ];
    writeFileSync(path('two.pcapng'), writePcapng(blocks));
    const { code, stderr } = await imds(['scrub', path('two.pcapng'), path('out.pcap')]);
    assert.equal(code, 2);
    assert.match(
      stderr,
      /room for packets of one link type, but IN has some of LINKTYPE_1 and LINKTYPE_101\. Give OUT/,
    );
    assert.deepEqual(files(), ['in.pcap', 'two.pcapng']);
  });

  it('keeps nothing when it is interrupted', async () => {
    const child = start(['scrub', '-', path('out.pcapng')]);
    const ended = result(child);
    const { header, next } = endless();
    child.stdin?.on('error', () => {});
    child.stdin?.write(header);
    while (!files().some((name) => name.endsWith('.part'))) {
      child.stdin?.write(next());
      await setTimeout(20);
    }
    child.kill('SIGTERM');
    const { code, stderr } = await ended;
    assert.equal(code, 143, stderr);
    assert.match(stderr, /interrupted; .*out\.pcapng was not written/);
    assert.deepEqual(files(), ['in.pcap']);
  });

  it('keeps nothing when it cannot be written to the end', async () => {
    const { code, stderr } = await limited(path('in.pcap'), path('out.pcapng'));
    assert.equal(code, 1, stderr);
    assert.match(stderr, /out\.pcapng: cannot be written: EFBIG\. Nothing of it was kept\./);
    assert.deepEqual(files(), ['in.pcap']);
  });
});

/** With files of at most one block (512 or 1,024 bytes); SIGXFSZ is ignored, so that the write fails. */
function limited(input: string, output: string): Promise<Result> {
  return shell(`trap '' XFSZ; ulimit -f 1; $IMDS scrub '${input}' '${output}'`);
}
