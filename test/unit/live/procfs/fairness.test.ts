import assert from 'node:assert/strict';
import { clientOf } from '../../../../src/live/procfs/client-of.ts';
import { FairQueue } from '../../../../src/live/procfs/fair-queue.ts';
import { FairShare } from '../../../../src/live/procfs/fair-share.ts';

describe('look-ups, shared out by client', () => {
  it('takes of each client in turn, of one the latest first', () => {
    const queue = new FairQueue<string>();
    for (let i = 1; i <= 100; i++) queue.push('flood', `f${i}`);
    queue.push('other', 'o1');
    queue.push('third', 't1');
    queue.push('other', 'o2');
    assert.deepEqual(queue.take(6), ['f100', 'o2', 't1', 'f99', 'o1', 'f98']);
    assert.equal(queue.size, 97);
    queue.push('other', 'o3');
    assert.ok(queue.take(2).includes('o3'));
    assert.equal(queue.take(1000).length, 96);
    assert.deepEqual([queue.size, queue.take(1)], [0, []]);
  });

  it('begins where the last turn ended', () => {
    const queue = new FairQueue<string>();
    for (const client of ['a', 'b', 'c']) for (const n of [1, 2]) queue.push(client, `${client}${n}`);
    assert.deepEqual(
      [queue.take(2), queue.take(2)],
      [
        ['a2', 'b2'],
        ['c2', 'a1'],
      ],
    );
  });

  it('gives one client half of the places, and always leaves one for another', () => {
    const share = new FairShare(1024);
    const most = (client: string) => {
      let taken = 0;
      while (share.take(client)) taken++;
      return taken;
    };
    assert.equal(most('a'), 512);
    const clients = Array.from({ length: 9 }, (_, i) => `b${i}`);
    for (const client of clients) assert.ok(most(client) > 0, client);
    assert.equal(share.take('a'), false);
  });

  it('takes places back, and no more than were given', () => {
    const share = new FairShare(2);
    assert.equal(share.take('a'), true);
    assert.equal(share.take('a'), false);
    share.giveBack('a');
    share.giveBack('a');
    share.giveBack('b');
    assert.deepEqual([share.take('a'), share.take('b'), share.take('c')], [true, true, false]);
  });

  it('counts an IPv4 address as one client, however it is written, and an IPv6 /64', () => {
    assert.notEqual(clientOf('10.0.0.1'), clientOf('10.0.0.2'));
    assert.equal(clientOf('2001:db8:0:1::5'), clientOf('2001:db8:0:1:ffff::6'));
    assert.notEqual(clientOf('2001:db8:0:1::5'), clientOf('2001:db8:0:2::5'));
  });
});
