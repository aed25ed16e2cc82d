import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writePcap } from '../support/packets/index.ts';
import { endless, MIXED, SAFE, TRUNCATED } from './captures.ts';
import { imds, type Result, result, shell, shown, start } from './run.ts';

const ESCAPE = '\u001b';
const versions = ({ stdout }: Result) =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line).imds.version);

describe('imds analyze', () => {
  let folder: string;
  const path = (name: string) => join(folder, name);

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'imds cli '));
    writeFileSync(path('mixed.pcap'), MIXED);
    writeFileSync(path('safe.pcap'), SAFE);
    writeFileSync(path('truncated.pcap'), TRUNCATED);
    writeFileSync(path('notes.txt'), 'not a capture\n');
  });
  after(() => rmSync(folder, { recursive: true }));

  it('reads and checks a file whose name is no UTF-8', async () => {
    mkdirSync(path('names'));
    writeFileSync(Buffer.concat([Buffer.from(path('names/a')), Buffer.from([0xff])]), SAFE);
    const { code, stdout, stderr } = await imds(['analyze', '--csv', '--cross-check', path('names')]);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /a\\xFF: two readers agree/);
    assert.match(stdout, /,[^,]*names\/a\\xFF,/);
  });

  it('tells once of a file in a folder that it may not read, and not that it is no capture', async function () {
    if (process.platform !== 'linux') this.skip();
    mkdirSync(path('denied'));
    writeFileSync(path('denied/a.pcap'), SAFE);
    writeFileSync(path('denied/b.pcap'), SAFE, { mode: 0 });
    // Root keeps its name and nothing else: with its rights it may read everything.
    const bare = process.getuid?.() === 0 ? 'setpriv --bounding-set=-all --inh-caps=-all' : '';
    const { stderr } = await shell(`${bare} $IMDS analyze --csv '${path('denied')}'`);
    assert.match(stderr, /^imds analyze: .*\/b\.pcap: permission to read it is denied\. [^\n]*\n$/);
  });

  it('checks a file of many chunks without a warning of what it does that with', async () => {
    const packets = Array.from({ length: 300 }, (_, i) => ({
      timeNs: BigInt(i),
      bytes: Buffer.alloc(1000, i),
    }));
    writeFileSync(path('long.pcap'), writePcap(packets));
    const { stderr } = await imds(['analyze', '--csv', '--cross-check', path('long.pcap')]);
    const name = path('long.pcap');
    assert.equal(stderr, `imds analyze: ${name}: two readers agree on 300 packets, 300,000 bytes, 0 calls\n`);
  });

  it('prints results on standard output, and nothing else anywhere', async () => {
    const { code, stdout, stderr } = await imds(['analyze', '--jsonl', path('mixed.pcap')]);
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
    assert.deepEqual(versions({ stdout } as Result), ['v2', 'v2', 'v1']);
  });

  for (const format of ['text', 'csv', 'json', 'jsonl', 'log']) {
    it(`prints ${format}`, async () => {
      const { code, stdout, stderr } = await imds(['analyze', '--format', format, path('mixed.pcap')]);
      assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
      assert.ok(stdout.endsWith('\n'));
      assert.ok(!stdout.includes(ESCAPE), 'no colour where there is no terminal');
    });
  }

  it('prints the same for --csv, --json, --jsonl and --format', async () => {
    for (const format of ['csv', 'json', 'jsonl']) {
      const long = await imds(['analyze', '--format', format, path('mixed.pcap')]);
      const short = await imds(['analyze', `--${format}`, path('mixed.pcap')]);
      assert.deepEqual(short, long);
    }
  });

  it('colours for a pipe where FORCE_COLOR says so', async () => {
    const { stdout } = await imds(['analyze', path('mixed.pcap')], { env: { FORCE_COLOR: '1' } });
    assert.ok(stdout.includes(ESCAPE));
  });

  it('fits its table to COLUMNS', async () => {
    const { stdout } = await imds(['analyze', path('mixed.pcap')], { env: { COLUMNS: '80' } });
    assert.deepEqual(
      stdout.split('\n').filter((line) => [...line].length > 80),
      [],
    );
  });

  it('reads standard input, and knows a capture by its content', async () => {
    const { code, stdout } = await imds(['analyze', '--jsonl', '-'], { input: MIXED });
    assert.equal(code, 0);
    assert.deepEqual(versions({ stdout } as Result), ['v2', 'v2', 'v1']);
  });

  it('takes another endpoint instead', async () => {
    const { code, stdout } = await imds([
      'analyze',
      '--jsonl',
      '--endpoint',
      '10.0.0.7:8080',
      path('mixed.pcap'),
    ]);
    assert.deepEqual({ code, stdout }, { code: 0, stdout: '' });
  });

  describe('exit codes', () => {
    it('3 where --fail-on holds, which does not take the PATH for a condition', async () => {
      const { code, stdout } = await imds(['analyze', '--jsonl', '--fail-on', 'v1', path('mixed.pcap')]);
      assert.equal(code, 3);
      assert.notEqual(stdout, '');
    });

    it('0 where it does not', async () => {
      const { code } = await imds(['analyze', '--fail-on', 'v1', '--fail-on', 'unknown', path('safe.pcap')]);
      assert.equal(code, 0);
    });

    it('3 for incomplete and not-ready without a proof of completeness', async () => {
      for (const condition of ['incomplete', 'not-ready']) {
        const { code } = await imds(['analyze', '--fail-on', condition, path('safe.pcap')]);
        assert.equal(code, 3, condition);
      }
    });

    it('4 for a damaged file, with what could be read, and one line about it', async () => {
      const { code, stdout, stderr } = await imds(['analyze', '--jsonl', path('truncated.pcap')]);
      assert.equal(code, 4);
      assert.deepEqual(versions({ stdout } as Result), ['v1', 'v1']);
      assert.match(stderr, /^imds analyze: [^\n]*truncated\.pcap[^\n]*\n$/);
    });

    it('4, and not 3, where both hold', async () => {
      const { code } = await imds(['analyze', '--fail-on', 'v1', path('truncated.pcap')]);
      assert.equal(code, 4);
    });

    it('an error, and one line, for what is no capture or is not there', async () => {
      for (const name of ['notes.txt', 'none.pcap']) {
        const { code, stderr } = await imds(['analyze', path(name)]);
        assert.equal(code, 4, name);
        assert.match(stderr, new RegExp(`^imds analyze: [^\\n]*${name}[^\\n]*\\n$`));
      }
    });
  });

  describe('-o FILE', () => {
    it('holds what standard output would have shown', async () => {
      const { stdout } = await imds(['analyze', '--csv', path('mixed.pcap')]);
      const written = await imds(['analyze', '--csv', '-o', path('out.csv'), path('mixed.pcap')]);
      assert.deepEqual(written, { code: 0, signal: null, stdout: '', stderr: '' });
      assert.equal(readFileSync(path('out.csv'), 'utf8'), stdout);
      assert.deepEqual(
        readdirSync(folder).filter((name) => name.includes('.part')),
        [],
      );
    });

    it('never is an input', async () => {
      writeFileSync(path('only.pcap'), MIXED);
      const { code, stderr } = await imds(['analyze', '-o', path('only.pcap'), path('only.pcap')]);
      assert.equal(code, 2);
      assert.match(stderr, /^imds analyze: -o [^\n]*: is an input of this run [^\n]*\n$/);
      assert.deepEqual(readFileSync(path('only.pcap')), MIXED);
    });
  });

  describe('streams', () => {
    it('shows calls while standard input is still open, and reports what it read on SIGINT and SIGTERM', async () => {
      for (const [signal, code] of [
        ['SIGINT', 130],
        ['SIGTERM', 143],
      ] as const) {
        const child = start(['analyze', '--jsonl', '-']);
        const ended = result(child);
        const source = endless();
        child.stdin?.write(Buffer.concat([source.header, source.next(), source.next()]));
        await shown(child, '"v1"');
        child.kill(signal);
        const { stdout, stderr, ...end } = await ended;
        assert.deepEqual({ ...end, stderr }, { code, signal: null, stderr: '' });
        assert.deepEqual(versions({ stdout } as Result), ['v1', 'v1']);
      }
    });

    it('ends quietly and soon when the reader of its results leaves', async () => {
      const child = start(['analyze', '--jsonl', '-']);
      child.stdin?.on('error', () => {});
      const ended = result(child);
      const source = endless();
      child.stdin?.write(Buffer.concat([source.header, source.next(), source.next()]));
      await shown(child, '"v1"');
      child.stdout?.destroy();
      const feed = setInterval(() => child.stdin?.write(source.next()), 20);
      const { code, stderr } = await ended;
      clearInterval(feed);
      assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
    });

    it('ends quietly in front of head', async () => {
      const { stdout, stderr } = await shell(`$IMDS analyze --jsonl '${path('mixed.pcap')}' | head -1`);
      assert.equal(stderr, '');
      assert.equal(stdout.split('\n').length, 2);
    });

    it('does not need standard input for files', async () => {
      const { code, stdout } = await shell(`$IMDS analyze --jsonl '${path('mixed.pcap')}' <&-`);
      assert.equal(code, 0);
      assert.equal(versions({ stdout } as Result).length, 3);
    });

    it('says that standard input held nothing', async () => {
      const { code, stderr } = await imds(['analyze', '-'], { stdio: ['ignore', 'pipe', 'pipe'] });
      assert.equal(code, 4);
      assert.match(stderr, /^imds analyze: [^\n]+\n$/);
    });

    it('says that the disk is full', async function () {
      if (!existsSync('/dev/full')) this.skip();
      for (const line of [
        `$IMDS analyze '${path('mixed.pcap')}' > /dev/full`,
        `$IMDS analyze -o /dev/full '${path('mixed.pcap')}'`,
      ]) {
        const { code, stderr } = await shell(line);
        assert.equal(code, 1);
        assert.match(
          stderr,
          /^imds analyze: [^\n]*: cannot write: no space left on the device\. [^\n]* -o FILE\.\n$/,
        );
      }
    });

    it('goes on where nobody reads its diagnostics', async () => {
      const { code, stdout } = await shell(`$IMDS analyze --jsonl '${path('truncated.pcap')}' 2>/dev/full`);
      assert.equal(code, 4);
      assert.equal(versions({ stdout } as Result).length, 2);
    });
  });
});
