import assert from 'node:assert/strict';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { HostNames, scopeOf } from '../../../src/report/host-names.ts';

describe('what tells hosts apart', () => {
  it('is the id, else the name in whatever case, else the capture', () => {
    assert.equal(scopeOf({ id: 'A', name: 'web-7' }, 'a.pcap'), 'A');
    assert.equal(scopeOf({ id: 'A' }, 'a.pcap'), 'A');
    assert.equal(scopeOf({ name: 'WEB-7' }, 'a.pcap'), scopeOf({ name: 'web-7' }, 'b.pcap'));
    assert.equal(scopeOf({ id: '', name: '' }, 'A.pcap'), 'A.pcap');
    assert.equal(scopeOf(undefined, 'A.pcap'), 'A.pcap');
  });
});

describe('names of hosts', () => {
  const labelsOf = (names: HostNames, ...scopes: string[]) =>
    [...names.shown(scopes).values()].map(({ label }) => label);

  it('are the latest of each, in whatever order they are told', () => {
    const told: [string | undefined, bigint][] = [
      ['localhost', 1n],
      ['web-7', 9n],
      ['ip-10-0-0-5', 5n],
      ['web-6', 9n],
      [undefined, 99n],
    ];
    for (const order of [told, told.toReversed()]) {
      const names = new HostNames();
      for (const [name, time] of order) names.add({ id: 'A', name }, time);
      assert.deepEqual(labelsOf(names, 'A'), ['web-7']);
    }
  });

  it('have as much of the id with them as tells two of one name apart', () => {
    const names = new HostNames();
    for (const id of ['ec2f1e0b4b8c', 'ec2f1e0b0000', '0b9f6c1e7a43'])
      names.add({ id, name: 'localhost' }, 1n);
    names.add({ id: 'f00', name: 'web-7' }, 1n);
    names.add({ name: 'LocalHost' }, 1n);
    assert.deepEqual(
      labelsOf(names, 'ec2f1e0b4b8c', 'ec2f1e0b0000', '0b9f6c1e7a43', 'f00', 'localhost', 'i'),
      [
        'localhost (ec2f1e0b4b8c)',
        'localhost (ec2f1e0b0000)',
        'localhost (0b9f6c1e)',
        'web-7',
        'LocalHost',
        'i',
      ],
    );
    // Where the others are not in the report, the name is enough.
    assert.deepEqual(labelsOf(names, '0b9f6c1e7a43'), ['localhost']);
  });

  it('tell the id of a host where they are those of one', () => {
    const names = new HostNames();
    names.add({ id: 'A', name: 'web-7' }, 1n);
    assert.equal(names.idOf('WEB-7'), 'A');
    assert.equal(names.idOf('web-8'), undefined);
    names.add({ id: 'B', name: 'web-7' }, 1n);
    assert.equal(names.idOf('web-7'), undefined);
  });

  it('of which a host had any number take no memory but for the last', () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const names = new HostNames();
    collect();
    const before = process.memoryUsage().heapUsed;
    for (let time = 0; time < 20_000; time++) {
      names.add({ id: 'a', name: `${time}-${'x'.repeat(1000)}` }, BigInt(time));
    }
    collect();
    assert.ok(process.memoryUsage().heapUsed - before < 2_000_000);
    assert.equal(names.idOf(`19999-${'x'.repeat(1000)}`), 'a');
    assert.equal(names.idOf(`19998-${'x'.repeat(1000)}`), undefined);
  });
});
