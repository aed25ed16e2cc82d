import assert from 'node:assert/strict';
import { parseCgroup } from '../../../../src/live/procfs/cgroup.ts';
import { parseRequest } from '../../../../src/live/procfs/request.ts';
import { parseStat } from '../../../../src/live/procfs/stat.ts';
import { parseStatus } from '../../../../src/live/procfs/status.ts';
import { findInTable, tableKey } from '../../../../src/live/procfs/tcp-table.ts';
import { textOf } from '../../../../src/live/procfs/text.ts';

const HEADER =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';
const rest = (state: string, inode: number) =>
  ` ${state} 00000000:00000000 03:00001721 00000000     0        0 ${inode} 3 00000000d6ffc28f\n`;
const LOCAL = { address: '172.31.5.9', port: 60048 };
const REMOTE = { address: '169.254.169.254', port: 80 };

describe('/proc, parsed', () => {
  describe('net/tcp', () => {
    const key = tableKey(LOCAL, REMOTE);

    it('spells addresses as the kernel does', () => {
      assert.equal(key?.v4, '09051FAC:EA90 FEA9FEA9:0050');
      assert.equal(key?.v6, '0000000000000000FFFF000009051FAC:EA90 0000000000000000FFFF0000FEA9FEA9:0050');
      const v6 = tableKey({ address: '2001:db8::5', port: 1 }, { address: 'fd00:ec2::254', port: 80 });
      assert.equal(v6?.v4, undefined);
      assert.equal(v6?.v6, 'B80D0120000000000000000005000000:0001 C20E00FD000000000000000054020000:0050');
    });

    it('finds the inode of a socket, and says 0 of one that nobody has', () => {
      const line = `   3: ${key?.v4}`;
      assert.deepEqual(findInTable(HEADER + line + rest('01', 4711), key?.v4 ?? ''), { inode: 4711 });
      assert.deepEqual(findInTable(HEADER + line + rest('06', 0), key?.v4 ?? ''), { inode: 0 });
      assert.equal(findInTable(HEADER, key?.v4 ?? ''), undefined);
    });

    it('prefers the new socket of a port to the old one in TIME_WAIT', () => {
      const table = `${HEADER}   3: ${key?.v4}${rest('06', 0)}   4: ${key?.v4}${rest('02', 8)}`;
      assert.deepEqual(findInTable(table, key?.v4 ?? ''), { inode: 8 });
    });

    it('is not misled by a line that is cut', () => {
      assert.equal(findInTable(`   3: ${key?.v4} 01 0`, key?.v4 ?? ''), undefined);
    });
  });

  describe('stat', () => {
    const after = `S 41 ${Array.from({ length: 17 }, (_, i) => i).join(' ')} 1234567 ${Array.from({ length: 30 }, (_, i) => 100 + i).join(' ')}\n`;

    for (const name of ['curl', 'a b', ') R 1 (', '(((', '\n'])
      it(`reads past the name ${JSON.stringify(name)}`, () => {
        const stat = parseStat(`42 (${name}) ${after}`);
        assert.equal(stat?.name, name);
        assert.equal(stat.state, 'S');
        assert.equal(stat.parent, 41);
        assert.equal(stat.start, '12345670000000');
        assert.equal(stat.image, '103 105 125');
      });

    it('is undefined where there is nothing', () => {
      for (const text of ['', '42', '42 (curl', '42 (curl) S 1']) assert.equal(parseStat(text), undefined);
    });
  });

  it('reads effective ids and the innermost pid of status', () => {
    const text = 'Name:\tUid:\\t9\nUid:\t1000\t0\t0\t0\nGid:\t1000\t5\t5\t5\nNSpid:\t4711\t12\t1\n';
    assert.deepEqual(parseStatus(text), { user: 0, group: 5, namespacePid: 1 });
    assert.deepEqual(parseStatus(''), { user: undefined, group: undefined, namespacePid: undefined });
  });

  describe('cgroup', () => {
    const id = 'abcdef01'.repeat(8);

    it('finds container and unit, the innermost of each', () => {
      const path = `/system.slice/containerd.service/kubepods/cri-containerd-${id}.scope`;
      assert.deepEqual(parseCgroup(`0::${path}\n`), {
        path,
        container: id,
        unit: `cri-containerd-${id}.scope`,
      });
      assert.deepEqual(parseCgroup('0::/system.slice/ssh.service\n'), {
        path: '/system.slice/ssh.service',
        container: undefined,
        unit: 'ssh.service',
      });
    });

    it("knows ECS' ids, and containers of cgroup v1", () => {
      const ecs = `${'0123456789abcdef'.repeat(2)}-1234567890`;
      assert.equal(parseCgroup(`0::/ecs/task/${ecs}\n`).container, ecs);
      assert.equal(parseCgroup(`12:cpu:/docker/${id}\n0::/\n`).container, id);
      assert.equal(parseCgroup(`0::/x/${id}0\n`).container, undefined);
    });
  });

  it('writes bytes that are not UTF-8 as \\xNN, and cuts between characters', () => {
    assert.equal(textOf(Buffer.from([0x61, 0xff, 0xc3, 0xa9, 0xc3])), 'a\\xFFé\\xC3');
    assert.equal(textOf(Buffer.from('aéé'), 4), 'aé');
  });

  it('takes as a request only what is one', () => {
    const request = { local: LOCAL, remote: REMOTE, isn: 4294967295 };
    assert.deepEqual(parseRequest(JSON.stringify(request)), request);
    const wrong: unknown[] = [
      null,
      [],
      { local: LOCAL },
      { ...request, isn: -1 },
      { ...request, isn: '1' },
      { ...request, local: { address: '../1', port: 1 } },
      { ...request, remote: { address: '::1', port: 65_536 } },
    ];
    for (const value of wrong) assert.equal(parseRequest(JSON.stringify(value)), undefined);
    assert.equal(parseRequest('{'), undefined);
  });
});
