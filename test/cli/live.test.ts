import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UNPRIVILEGED } from '../support/unprivileged.ts';
import { imds, result, root } from './run.ts';

describe('imds live without any right', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'imds-live-'));
    chmodSync(folder, 0o755);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('says what it lacks to attach, and nothing of folders that it could not make either', async () => {
    const args = [
      'live',
      '--log-dir',
      join(folder, 'logs'),
      '--state-dir',
      join(folder, 'state'),
      '--capture',
      'sockets',
    ];
    const isRoot = process.getuid?.() === 0;
    const command = [process.execPath, join(root, 'bin/run.js'), ...args];
    const { code, stderr, stdout } = await (isRoot
      ? result(spawn('setpriv', [...UNPRIVILEGED, ...command]))
      : imds(args));
    assert.equal(code, 5, stderr);
    assert.equal(stdout, '');
    // Where nobody has compiled it, the probe itself is what is missing.
    assert.match(
      stderr,
      /^imds live: (?:missing CAP_BPF[^\n]*: run it as root|there is no imds-probe)[^\n]*\n$/,
    );
    assert.deepEqual(readdirSync(folder), []);
  });

  it('writes no capture to standard output, nor to a file of that name', async () => {
    const args = ['live', '--no-log', '--no-state', '-w', '-', '--duration', '1s'];
    const { code, stderr, stdout } = await imds(args, { cwd: folder });
    assert.equal(code, 2, stderr);
    assert.equal(stdout, '');
    assert.match(stderr, /^imds live: -w -: a capture is not written to standard output[^\n]+\n$/);
    assert.deepEqual(readdirSync(folder), []);
  });

  it('does not take the name of a capture that is empty for none', async () => {
    const args = ['live', '--no-log', '--no-state', '-w', '', '--duration', '1s'];
    const { code, stderr, stdout } = await imds(args, { cwd: folder });
    assert.deepEqual([code, stdout], [2, '']);
    assert.match(stderr, /^imds live: -w '': no name of a file[^\n]+\n$/);
  });
});
