import assert from 'node:assert/strict';
import { difference, withTranscripts } from '../../scripts/transcripts.mjs';
import { normal, unwrapped } from '../live/transcripts/normal.ts';

const FENCE = '```';
const block = (...lines: string[]) => `<!-- transcript -->\n${FENCE}\n${lines.join('\n')}\n${FENCE}\n`;

describe('transcripts of documents', () => {
  it('are what their commands print, standard error among it, with the exit code of the one before', () => {
    const text = `# A\n\n${block('$ echo a; echo b >&2', 'old', '$ false', '$ echo "exit code $?"')}\nEnd.\n`;
    const expected = block(
      '$ echo a; echo b >&2',
      'a',
      'b',
      '$ false',
      '$ echo "exit code $?"',
      'exit code 1',
    );
    assert.equal(withTranscripts(text), `# A\n\n${expected}\nEnd.\n`);
  });

  it('share a folder within a document, which has the fixtures', () => {
    const text = block('$ ls fixtures/demo/demo.pcap > a') + block('$ cat a');
    assert.equal(
      withTranscripts(text),
      block('$ ls fixtures/demo/demo.pcap > a') + block('$ cat a', 'fixtures/demo/demo.pcap'),
    );
  });

  it('go on in the next line behind a backslash', () => {
    const text = block('$ echo a \\', '    b', 'old');
    assert.equal(withTranscripts(text), block('$ echo a \\', '    b', 'a b'));
  });

  it('have a clock that begins at the same time', () => {
    const text = block('$ node -p "new Date(Date.now()).toISOString().slice(0, 16)"', 'old');
    assert.match(withTranscripts(text), /^2026-01-15T12:00$/m);
  });

  it('leave other blocks as they are', () => {
    const text = `${FENCE}\n$ rm -r /\n${FENCE}\n`;
    assert.equal(withTranscripts(text), text);
  });

  it('are an error without a command, and where the shell leaves', () => {
    assert.throws(() => withTranscripts(block('ls')), /without a line that begins with "\$ "/);
    assert.throws(() => withTranscripts(block('$ exit 1')), /ended early \(the shell left\), in: exit 1/);
  });

  it('are shown with the lines that differ', () => {
    assert.equal(difference('a\nb\nc\nd\n', 'a\nb\nx\nd\n'), 'line 3\n  a\n  b\n- c\n+ x\n');
  });
});

describe('live transcripts', () => {
  it('have no line that is said only where the end takes its time', () => {
    const said = 'imds live: reading what waits; a second signal ends it at once, without a report\n';
    const saved = 'imds live: saved host.pcapng\n';
    assert.equal(normal(`a\n^C${said}${saved}`, 1, 'x'), `a\n^C${saved}`);
    assert.equal(normal(`a\n${said}${saved}`, 1, 'x'), `a\n${saved}`);
  });

  it('have no pid, time, port or version of the machine', () => {
    const line = (pid: number, parent: number, time: string) =>
      `[2026-11-28T${time}] [INFO] IMDSv2 (pid:${pid}:curl argv:curl http://169.254.169.254:27749/) called by -> (pid:${parent}:a.sh argv:a.sh) -> (pid:1:tini argv:tini -- (x))`;
    assert.equal(
      normal(`${line(300, 200, '17:30:23')}\n${line(301, 200, '17:30:24')}`, 27749, 'tini'),
      [4101, 4103]
        .map(
          (pid) =>
            `[2026-03-02T09:14:07] [INFO] IMDSv2 (pid:${pid}:curl argv:curl http://169.254.169.254/) called by -> (pid:4102:a.sh argv:a.sh) -> (pid:1:systemd argv:/sbin/init)`,
        )
        .join('\n'),
    );
    assert.equal(
      normal('Time      2026-11-28 17:30:23 to 17:31:06 UTC (43.2 s)', 1, 'x'),
      'Time      2026-03-02 09:14:07 to 09:14:08 UTC (1 s)',
    );
    assert.equal(
      normal('Time      2026-11-28 17:30:23 UTC (less than 1 ms)', 1, 'x'),
      'Time      2026-03-02 09:14:07 to 09:14:08 UTC (1 s)',
      'calls of one process may be as near as that',
    );
    assert.equal(normal('user root · since\n      17:30:23\n', 1, 'x'), 'user root\n');
    assert.equal(normal('        ← bash a.sh ← tini', 1, 'tini'), '        ← bash a.sh ← systemd');
  });

  it('keep what imds counts', () => {
    const text = 'Captured 1,582 of the 1,583 bytes that the kernel counted on 3';
    assert.equal(normal(text, 1, 'x'), text);
  });

  it('are compared whatever the lengths of what was replaced made of their lines', () => {
    assert.equal(unwrapped('a ·\n    b\n'), unwrapped('a · b'));
  });
});
