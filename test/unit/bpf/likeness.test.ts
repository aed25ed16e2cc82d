import assert from 'node:assert/strict';
import { Likeness } from '../../../src/bpf/likeness.ts';
import { ProcessTable } from '../../../src/bpf/processes.ts';
import type { ProcessRecord } from '../../../src/bpf/records.ts';

const record = (pid: number, ...args: string[]): ProcessRecord => ({
  type: 'process',
  pid,
  start: '7',
  executable: '/usr/bin/curl',
  args,
  ancestors: [],
});

describe('records of processes that are alike', () => {
  it('have one list of arguments', () => {
    const likeness = new Likeness();
    const [one, other] = [record(1, 'curl', '-s'), record(2, 'curl', '-s')];
    likeness.share(one);
    likeness.share(other);
    assert.equal(other.args, one.args);
    assert.deepEqual(other, record(2, 'curl', '-s'));
  });

  it('keep their own where one says something else, be it by where an argument ends', () => {
    const likeness = new Likeness();
    const lists = [[], [''], ['a', 'b'], ['a b'], ['a\0b'], ['a', 'b', ''], ['a","b']];
    for (const args of lists) {
      const each = record(1, ...args);
      likeness.share(each);
      assert.deepEqual(each.args, args);
    }
  });

  it('are forgotten by and by', () => {
    const likeness = new Likeness();
    const first = record(1, 'curl');
    likeness.share(first);
    for (let i = 0; i < 2000; i++) likeness.share(record(i, String(i)));
    const again = record(1, 'curl');
    likeness.share(again);
    assert.notEqual(again.args, first.args);
    assert.deepEqual(again.args, first.args);
  });
});

describe('processes as they are rendered', () => {
  const table = new ProcessTable({ processes: 4096, processText: 1e9 }, {});
  const process = (pid: number) => table.get({ pid, start: '7' }, 5n);

  it('are the same object while they are recent, and later another that says the same', () => {
    for (let pid = 1; pid <= 3000; pid++) table.add(record(pid, 'curl'));
    const first = process(1);
    assert.equal(process(1), first);
    for (let pid = 2; pid <= 3000; pid++) assert.equal(process(pid), process(pid));
    assert.notEqual(process(1), first);
    assert.deepEqual(process(1), first);
  });
});
