import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { ProgressBar } from '../../../src/cli/progress.ts';

const CLEAR = '\r\u001b[2K';

function bar(isTTY: boolean, TERM = 'xterm') {
  const stream = Object.assign(new PassThrough({ encoding: 'utf8' }), { isTTY, columns: 80 });
  const clock = { now: 0 };
  const progress = new ProgressBar({ stderr: stream, env: { TERM } }, () => clock.now);
  const shown = () => String(stream.read() ?? '');
  return { progress, clock, shown };
}

describe('ProgressBar', () => {
  it('shows nothing in the first second', () => {
    const { progress, clock, shown } = bar(true);
    clock.now = 999;
    progress.update('a.pcap', 1, 2);
    progress.clear();
    assert.equal(shown(), '');
  });

  it('then shows how far the reading is, and gives the line back', () => {
    const { progress, clock, shown } = bar(true);
    clock.now = 2000;
    progress.update('a.pcap', 250e6, 1000e6);
    assert.equal(shown(), `${CLEAR}[######..................] 25 % of 1000 MB, 125 MB/s  a.pcap`);
    progress.clear();
    assert.equal(shown(), CLEAR);
    progress.clear();
    assert.equal(shown(), '');
  });

  it('shows what it knows of an input without an end', () => {
    const { progress, clock, shown } = bar(true);
    clock.now = 2000;
    progress.update('standard input', 5e6, undefined);
    assert.equal(shown(), `${CLEAR}5.0 MB, 2.5 MB/s  standard input`);
  });

  it('shows nothing on a terminal that cannot draw over a line', () => {
    const { progress, clock, shown } = bar(true, 'dumb');
    clock.now = 2000;
    progress.update('a.pcap', 250e6, 1000e6);
    progress.clear();
    assert.equal(shown(), '');
  });

  it('redraws at most ten times a second', () => {
    const { progress, clock, shown } = bar(true);
    clock.now = 2000;
    progress.update('a.pcap', 1, 2);
    shown();
    clock.now = 2099;
    progress.update('a.pcap', 2, 2);
    assert.equal(shown(), '');
  });

  it('stays in one line, whatever the name', () => {
    const { progress, clock, shown } = bar(true);
    clock.now = 2000;
    progress.update(`\u001b[31m${'x'.repeat(200)}`, 1, 2);
    const text = shown().slice(CLEAR.length);
    assert.equal(text.length, 79);
    assert.ok(!text.includes('\u001b'));
  });

  it('writes nothing where standard error is no terminal', () => {
    const { progress, clock, shown } = bar(false);
    clock.now = 5000;
    progress.update('a.pcap', 1, 2);
    progress.clear();
    assert.equal(shown(), '');
  });
});
