import assert from 'node:assert/strict';
import { readlinkSync } from 'node:fs';
import { Answers } from '../../../../src/live/host/answers.ts';
import { orchestratorOf } from '../../../../src/live/host/environment.ts';
import { findUser } from '../../../../src/live/host/users.ts';
import { installed, MadeUpRoot } from './root.ts';

const ID = '0123abcd'.repeat(8);
const OWN = Number(/\d+/.exec(readlinkSync('/proc/self/ns/mnt'))?.[0]);
const TIME = '1795465567000000000';

describe('answers of the host', () => {
  /** What is answered, without types that are the same for all. */
  const ask = async (root: MadeUpRoot, ...questions: Parameters<Answers['answer']>[0]) => {
    const rpm = { program: `${root.folder}/usr/bin/rpm` };
    const answers = new Answers({
      root: root.folder,
      proc: `${root.folder}/proc`,
      now: () => BigInt(TIME),
      rpm,
    });
    return JSON.parse(JSON.stringify(await answers.answer(questions)));
  };
  const withRoot = async (use: (root: MadeUpRoot) => Promise<void>) => {
    const root = new MadeUpRoot();
    try {
      root.link('proc/self/ns/mnt', `mnt:[${OWN}]`);
      await use(root);
    } finally {
      root.remove();
    }
  };

  it('are records, one for each question that has an answer', () =>
    withRoot(async (root) => {
      installed(root, { curl: { files: ['/usr/bin/curl'] } });
      root.file(
        'etc/passwd',
        'root:x:0:0:root:/root:/bin/bash\nbroken\n::\ndeploy:x:1000:1000::/home/deploy:/bin/sh\n',
      );
      root.file(`var/lib/docker/containers/${ID}/config.v2.json`, { Name: '/web' });
      root.file('run/systemd/transient/a.timer', '[Timer]\n');
      root.link('usr/bin/alias', 'curl').file('usr/bin/curl', '');
      const records = await ask(
        root,
        { kind: 'program', path: '/usr/bin/curl', mntns: OWN, pids: [1] },
        { kind: 'program', path: '/usr/bin/alias', mntns: OWN, pids: [1] },
        { kind: 'program', path: '/opt/none', mntns: OWN, pids: [1] },
        { kind: 'program', path: '/usr/bin/curl', mntns: OWN + 1, pids: [1, 2] },
        { kind: 'user', uid: 1000 },
        { kind: 'user', uid: 7 },
        { kind: 'container', id: ID, pid: 1 },
        { kind: 'container', id: 'f'.repeat(64), pid: 1 },
        { kind: 'unit', unit: 'a.service', ofUserManager: false },
        { kind: 'unit', unit: 'b.service', ofUserManager: false },
      );
      const program = {
        type: 'program',
        time: TIME,
        mntns: OWN,
        package: 'curl',
        version: '1.0',
        manager: 'dpkg',
      };
      assert.deepEqual(records, [
        { ...program, path: '/usr/bin/curl' },
        { ...program, path: '/usr/bin/alias' },
        { type: 'user', time: TIME, user_id: 1000, name: 'deploy' },
        { type: 'container', time: TIME, container_id: ID, name: 'web', runtime: 'docker' },
        { type: 'unit', time: TIME, unit: 'a.service', timer: 'a.timer' },
      ]);
    }));

  it('tell of a container what its process was told, and nothing of what else it was told', () =>
    withRoot(async (root) => {
      root.file('proc/7/environ', 'AWS_SECRET_ACCESS_KEY=x\0KUBERNETES_SERVICE_HOST=10.0.0.1\0');
      root.file('proc/8/environ', 'NOT_ECS_CONTAINER_METADATA_URI=x\0X=KUBERNETES_PORT=1\0');
      root.file('proc/9/environ', 'AWS_EXECUTION_ENV=AWS_ECS_FARGATE\0');
      const [kubernetes, none, ecs] = [7, 8, 9].map((pid) => orchestratorOf(`${root.folder}/proc`, pid));
      assert.deepEqual([kubernetes, none, ecs], ['kubernetes', undefined, 'ecs']);
      const records = await ask(root, { kind: 'container', id: ID, pid: 7 });
      assert.deepEqual(records, [
        { type: 'container', time: TIME, container_id: ID, orchestrator: 'kubernetes' },
      ]);
    }));

  it('name users of /etc/passwd, whatever else is in it', () =>
    MadeUpRoot.with((root, tree) => {
      assert.equal(findUser(tree, 0), undefined);
      root.file(
        'etc/passwd',
        Buffer.from('a b:x:1:1::/:/\nroot:x:0:0::/root:/bin/sh\n\xff\xfe:x:2:2::/:\nx:x:00:1\n', 'latin1'),
      );
      assert.deepEqual(findUser(tree, 0), { name: 'root', home: '/root' });
      assert.equal(findUser(tree, 1), undefined);
      assert.equal(findUser(tree, 3), undefined);
    }));

  it('are none where the host has no files', () =>
    withRoot(async (root) => assert.deepEqual(await ask(root, { kind: 'user', uid: 0 }), [])));
});
