/** The add-on against sockets of the Unix kind that Python opens: Node cannot. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createNotifier } from '../../../src/cli/live-service.ts';
import { compiledFile } from '../../../src/live/compiled-file.ts';
import { notifySocket } from '../../../src/service/notify-socket.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
/** Prints each datagram, and who the kernel says has sent it (SCM_CREDENTIALS, unix(7)), as a line of JSON. */
const LISTENER = `
import json, socket, struct, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
name = sys.argv[1]
s.bind(name.replace('@', '\\0', 1) if name[0] == '@' else name)
print(json.dumps('listening'), flush=True)
while True:
    data, ancillary, _, _ = s.recvmsg(8192, 128)
    pid, _, _ = struct.unpack('3i', ancillary[0][2])
    print(json.dumps([data.decode(), pid]), flush=True)
`;
const [ENOENT, EINVAL, EMSGSIZE, ECONNREFUSED] = [2, 22, 90, 111];

describe('the add-on sd-notify', () => {
  let folder: string;
  let addOn: string;
  before(function () {
    const found = compiledFile(ROOT, 'sd-notify.node');
    if (found === undefined) this.skip();
    addOn = found;
    folder = mkdtempSync(join(tmpdir(), 'imds-notify-'));
  });
  after(() => {
    if (folder !== undefined) rmSync(folder, { recursive: true });
  });

  for (const kind of ['a file', 'an abstract name']) {
    it(`sends to ${kind}, as this process`, async () => {
      const address = kind === 'a file' ? join(folder, 'socket') : `@imds-test-${process.pid}`;
      await listening(address, async (next) => {
        const states = ['READY=1\nSTATUS=v1 3 · v2 6', 'x'.repeat(4095)];
        for (const state of states) {
          assert.equal(notifySocket(addOn, address)(state), 0);
          assert.deepEqual(await next(), [state, process.pid]);
        }
      });
    });
  }

  it('says why it could not, and never waits', async () => {
    assert.equal(notifySocket(addOn, join(folder, 'missing'))('x'), ENOENT);
    assert.equal(notifySocket(addOn, `@imds-none-${process.pid}`)('x'), ECONNREFUSED);
    for (const address of [
      '',
      '@',
      'relative',
      'vsock:2:1234',
      `/${'a'.repeat(107)}`,
      `@${'a'.repeat(500)}`,
    ]) {
      assert.equal(notifySocket(addOn, address)('x'), EINVAL, address);
    }
    assert.equal(notifySocket(addOn, join(folder, 'missing'))('x'.repeat(4096)), EMSGSIZE);
  });

  it('is no add-on where it is another file', () => {
    const file = join(folder, 'text.node');
    writeFileSync(file, 'no ELF');
    assert.throws(() => notifySocket(file, '/run/x'));
    const troubles: string[] = [];
    assert.equal(
      createNotifier(ROOT, {}, (text) => troubles.push(text)),
      undefined,
    );
    assert.equal(troubles.length, 0, 'without NOTIFY_SOCKET nobody is missed');
    assert.equal(
      createNotifier(folder, { NOTIFY_SOCKET: '/run/x' }, (text) => troubles.push(text)),
      undefined,
    );
    assert.match(troubles.join('\n'), /sd-notify\.node cannot be used \(there is none for .* Type=exec/);
  });
});

/** Calls with what gives the next datagram of a socket there. */
async function listening(
  address: string,
  use: (next: () => Promise<unknown>) => Promise<void>,
): Promise<void> {
  const child: ChildProcess = spawn('python3', ['-c', LISTENER, address], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  assert.ok(child.stdout !== null);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => JSON.parse((await lines.next()).value);
  try {
    assert.equal(await next(), 'listening');
    await use(next);
  } finally {
    const closed = once(child, 'close');
    child.kill();
    await closed;
    assert.ok(address.startsWith('@') || existsSync(address));
  }
}
