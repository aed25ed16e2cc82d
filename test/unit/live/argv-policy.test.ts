import assert from 'node:assert/strict';
import { argvRewriter } from '../../../src/live/argv-policy.ts';

const record = (args: string[], executable: string) => ({
  type: 'process',
  pid: 7,
  start: '9',
  name: 'x',
  executable,
  args,
  args_truncated: true,
  ancestors: [],
});

function kept(policy: 'program' | 'none', args: string[], executable: string): unknown {
  const json = argvRewriter(policy)?.(Buffer.from(JSON.stringify(record(args, executable))));
  return JSON.parse(Buffer.from(json ?? []).toString());
}

describe('what is recorded of arguments', () => {
  it('is all, where nothing else is asked for', () => assert.equal(argvRewriter('full'), undefined));

  const CASES: readonly [args: string[], executable: string, kept: string[]][] = [
    [['python3', '/opt/a b.py', '--token', 's'], '/usr/bin/python3.11', ['python3', '/opt/a b.py']],
    [['python3', '-um', 'worker', '--key=s'], '/usr/bin/python3.11', ['python3', '-m', 'worker']],
    [['sh', '-c', 'curl -H secret'], '/usr/bin/dash', ['sh', '-c']],
    [['/bin/bash', './a.sh', 's'], '/usr/bin/bash', ['/bin/bash', './a.sh']],
    [['java', '-Dpassword=s', '-jar', 'a.jar', 's'], '/usr/bin/java', ['java', '-jar', 'a.jar']],
    [['node', 's.js', 's'], '/usr/bin/node', ['node', 's.js']],
    [['node /srv/app.js --key s'], '/usr/bin/node', ['node', '/srv/app.js']],
    [['curl', '-H', 'X-Secret: s', 'http://u:p@h/'], '/usr/bin/curl', ['curl']],
    [['worker: job 5 secret'], '/usr/bin/worker', ['worker:']],
    [[], '/usr/bin/a', []],
  ];
  for (const [args, executable, names] of CASES) {
    it(`is the program and its script: ${args.join(' ')}`, () => {
      const { args_truncated: _, ...rest } = record(args, executable);
      assert.deepEqual(kept('program', args, executable), { ...rest, args: names });
    });
  }

  it('is nothing at all', () => {
    const { args, args_truncated: _, ...rest } = record(['curl', 'secret'], '/usr/bin/curl');
    assert.deepEqual(kept('none', args, '/usr/bin/curl'), rest);
  });

  it('leaves every other record as it is', () => {
    for (const text of ['{"type":"tick","time":"5"}', 'no JSON', '{"type":"newer","args":["a"]}']) {
      const bytes = Buffer.from(text);
      assert.equal(argvRewriter('none')?.(bytes), bytes);
    }
  });
});
