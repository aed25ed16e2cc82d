import assert from 'node:assert/strict';
import {
  chmodSync,
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
import { Writable } from 'node:stream';
import { openFileOutput } from '../../../src/cli/file-output.ts';
import { StreamOutput } from '../../../src/cli/output.ts';
import { FailureError, UsageError } from '../../../src/errors.ts';

const unbroken = () => assert.fail('the output broke');

/** A stream whose every write fails. */
function failing(code: string): Writable {
  return new Writable({ write: (_chunk, _encoding, done) => done(Object.assign(new Error(code), { code })) });
}

describe('StreamOutput', () => {
  it('passes on back-pressure', async () => {
    let release = () => {};
    const stream = new Writable({
      highWaterMark: 1,
      write: (_chunk, _encoding, done) => {
        release = done;
      },
    });
    const output = new StreamOutput(stream, 'out', unbroken);
    assert.equal(output.write('more than one byte'), false);
    let drained = false;
    const drain = output.drain().then(() => {
      drained = true;
    });
    await new Promise(setImmediate);
    assert.equal(drained, false);
    release();
    await drain;
  });

  it('takes a reader that left for an end, not for an error', async () => {
    let broken = 0;
    const output = new StreamOutput(failing('EPIPE'), 'out', () => broken++);
    output.write('a');
    await output.finish();
    assert.equal(broken, 1);
    assert.equal(output.write('b'), true);
    await output.drain();
    await output.finish();
  });

  it('says why it could not write', async () => {
    const output = new StreamOutput(failing('ENOSPC'), 'standard output', () => {});
    output.write('a');
    await assert.rejects(output.finish(), (error) => {
      assert.ok(error instanceof FailureError);
      assert.equal(error.message, 'standard output: cannot write: no space left on the device');
      // Not every command has -o.
      assert.equal(error.remedy, 'What was printed so far is incomplete; send it to another place.');
      return true;
    });
  });
});

describe('openFileOutput', () => {
  let folder: string;
  const options = { inputs: [], inPlace: false, onBroken: unbroken };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'imds output '));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('replaces a file in one step, and keeps its mode', async () => {
    const file = join(folder, 'a.csv');
    writeFileSync(file, 'old');
    chmodSync(file, 0o640);
    const output = await openFileOutput(file, options);
    output.write('new');
    assert.equal(readFileSync(file, 'utf8'), 'old');
    await output.finish();
    assert.equal(readFileSync(file, 'utf8'), 'new');
    assert.equal(statSync(file).mode & 0o777, 0o640);
    assert.deepEqual(readdirSync(folder), ['a.csv']);
  });

  it('leaves the older result when nothing came of the run', async () => {
    const file = join(folder, 'a.csv');
    writeFileSync(file, 'old');
    const output = await openFileOutput(file, options);
    output.write('half');
    await output.discard();
    assert.equal(readFileSync(file, 'utf8'), 'old');
    assert.deepEqual(readdirSync(folder), ['a.csv']);
  });

  it('replaces what a symbolic link points to', async () => {
    writeFileSync(join(folder, 'target'), 'old');
    symlinkSync('target', join(folder, 'link'));
    const output = await openFileOutput(join(folder, 'link'), options);
    output.write('new');
    await output.finish();
    assert.equal(readFileSync(join(folder, 'target'), 'utf8'), 'new');
    assert.deepEqual(readdirSync(folder).sort(), ['link', 'target']);
  });

  it('grows in place where the result is followed', async () => {
    const file = join(folder, 'a.jsonl');
    const output = await openFileOutput(file, { ...options, inPlace: true });
    output.write('one\n');
    await output.drain();
    assert.deepEqual(readdirSync(folder), ['a.jsonl']);
    await output.finish();
    assert.equal(readFileSync(file, 'utf8'), 'one\n');
  });

  it('writes to what is no regular file in place', async () => {
    const output = await openFileOutput('/dev/null', options);
    output.write('gone');
    await output.finish();
    assert.ok(statSync('/dev/null').isCharacterDevice());
  });

  it('refuses to overwrite an input, by whatever name', async () => {
    const capture = join(folder, 'a.pcap');
    writeFileSync(capture, 'packets');
    symlinkSync('a.pcap', join(folder, 'b'));
    const attempt = openFileOutput(join(folder, 'b'), { ...options, inputs: [capture] });
    await assert.rejects(attempt, (error) => {
      assert.ok(error instanceof UsageError);
      assert.equal(error.message, `-o ${join(folder, 'b')}: is an input of this run (${capture})`);
      return true;
    });
    assert.equal(readFileSync(capture, 'utf8'), 'packets');
  });

  it('refuses a folder, and a file in a folder that is not there', async () => {
    await assert.rejects(openFileOutput('', options), {
      name: 'UsageError',
      message: '-o: expected the name of a file, found an empty one',
    });
    await assert.rejects(openFileOutput(folder, options), {
      name: 'UsageError',
      message: `-o ${folder}: is a folder`,
    });
    const file = join(folder, 'none', 'a.csv');
    await assert.rejects(openFileOutput(file, options), {
      name: 'UsageError',
      message: `-o ${file}: cannot be written: ENOENT`,
    });
  });
});
