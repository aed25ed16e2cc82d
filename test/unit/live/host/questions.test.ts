import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ProcessRecord } from '../../../../src/bpf/records.ts';
import { keyOf, parseQuestion, type Question } from '../../../../src/live/host/question.ts';
import { questionsOf } from '../../../../src/live/host/questions-of.ts';
import { journal } from '../../../support/journal.ts';

const ID = '0123abcd'.repeat(8);
const P = { pid: 7, start: '5' };

function asked(over: Partial<ProcessRecord>): string[] {
  return [...questionsOf(journal.process(P, { mntns: 9, ...over }))].map(keyOf);
}

describe('questions to the host', () => {
  it('are those of a process that connects, and not of its ancestors', () => {
    assert.deepEqual(asked({ executable: '/usr/bin/curl', user_id: 0, login_user_id: 1000 }), [
      'program 9 /usr/bin/curl',
      'user 0',
      'user 1000',
    ]);
    assert.deepEqual(asked({ mntns: undefined, executable: '/usr/bin/curl', user_id: 0 }), []);
    assert.deepEqual(asked({ login_user_id: 0xffffffff, user_id: 3 }), ['user 3']);
  });

  it('are about the script in place of its interpreter, where it is a file of a known place', () => {
    const python = { executable: '/usr/bin/python3.11' };
    const programs = (...args: string[]) => asked({ ...python, args: ['python3', ...args] });
    assert.deepEqual(programs('/usr/bin/cloud-init'), ['program 9 /usr/bin/cloud-init']);
    assert.deepEqual(programs('tool.py'), []);
    assert.deepEqual(programs('-m', 'app'), ['program 9 /usr/bin/python3.11']);
    assert.deepEqual(asked({ ...python, chroot: true }), []);
    assert.deepEqual(asked({ executable: '/x/\\xFF' }), []);
  });

  it('are about unit and timer on the host alone, by whose manager it is', () => {
    assert.deepEqual(asked({ unit: 'a.service', cgroup_path: '/system.slice/a.service' }), [
      'unit false a.service',
    ]);
    assert.deepEqual(asked({ unit: 'session-1.scope' }), []);
    const user = '/user.slice/user-1000.slice/user@1000.service/app.slice/b.service';
    assert.deepEqual(asked({ unit: 'b.service', cgroup_path: user }), ['unit true b.service', 'user 1000']);
    const nspawn = '/machine.slice/systemd-nspawn@m.service/payload/system.slice/a.service';
    assert.deepEqual(asked({ unit: 'a.service', cgroup_path: nspawn, user_id: 0 }), []);
    assert.deepEqual(asked({ container_id: ID, unit: 'a.service', user_id: 0 }), [`container ${ID}`]);
    assert.deepEqual(asked({ container_id: 'x' }), []);
  });

  it('are read as they are written', () => {
    const questions: Question[] = [
      { kind: 'program', path: '/usr/bin/ü\n', mntns: 1, pids: [1, 2] },
      { kind: 'container', id: ID, pid: 3 },
      { kind: 'container', id: ID, manager: 1000, pid: 3 },
      { kind: 'unit', unit: 'a.service', ofUserManager: true },
      { kind: 'user', uid: 0 },
    ];
    for (const question of questions) assert.deepEqual(parseQuestion(JSON.stringify(question)), question);
  });

  it('are none where a field is wrong', () => {
    const wrong = [
      '',
      'null',
      '[]',
      '{}',
      '{"kind":"socket"}',
      '{"kind":"user","uid":-1}',
      '{"kind":"user","uid":"0"}',
      '{"kind":"unit","unit":"","ofUserManager":false}',
      '{"kind":"unit","unit":"a.service"}',
      '{"kind":"program","path":"x","mntns":1,"pids":[]}',
      '{"kind":"program","path":"/x\\u0000","mntns":1,"pids":[]}',
      '{"kind":"program","path":"/x","mntns":1,"pids":[1,"2"]}',
      `{"kind":"program","path":"/x","mntns":1,"pids":[${Array(9).fill(1)}]}`,
      `{"kind":"program","path":"/${'x'.repeat(4096)}","mntns":1,"pids":[]}`,
      `{"kind":"container","id":"../${ID}","pid":1}`,
      `{"kind":"container","id":"${ID}","pid":1.5}`,
      `{"kind":"container","id":"${ID}","manager":"x","pid":1}`,
    ];
    for (const line of wrong) assert.equal(parseQuestion(line), undefined, line);
    fc.assert(
      fc.property(fc.json(), (line) => {
        parseQuestion(line);
      }),
      { numRuns: 200 },
    );
  });
});
