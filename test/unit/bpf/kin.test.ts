import assert from 'node:assert/strict';
import { Kin } from '../../../src/bpf/kin.ts';

interface Ancestor {
  pid: number;
  start: string;
  name: string;
}

const list = (...names: string[]): Ancestor[] => names.map((name, i) => ({ pid: 100 - i, start: '7', name }));
const isSame = (a: Ancestor, b: Ancestor) => a.pid === b.pid && a.start === b.start && a.name === b.name;

describe('lists of ancestors', () => {
  it('are one list where they say the same', () => {
    const kin = new Kin<Ancestor>(isSame);
    const first = list('sh', 'cron', 'systemd');
    assert.equal(kin.share(first), first);
    assert.equal(kin.share(list('sh', 'cron', 'systemd')), first);
  });

  it('are their own where one of them is another program by now, or where there are more', () => {
    const kin = new Kin<Ancestor>(isSame);
    kin.share(list('sh', 'cron', 'systemd'));
    for (const other of [list('sh', 'atd', 'systemd'), list('sh', 'cron'), list('bash', 'cron', 'systemd')]) {
      assert.equal(kin.share(other), other);
    }
  });

  it('are forgotten by and by, so that many parents take no more room than some', () => {
    const kin = new Kin<Ancestor>(isSame);
    const first = kin.share(list('sh'));
    for (let pid = 1000; pid < 2000; pid++) kin.share([{ pid, start: '7', name: 'sh' }]);
    const again = list('sh');
    assert.notEqual(kin.share(again), first);
    assert.equal(kin.share(list('sh')), again);
  });

  it('of no parent are left as they are', () => {
    const none: Ancestor[] = [];
    assert.equal(new Kin<Ancestor>(isSame).share(none), none);
  });
});
