import assert from 'node:assert/strict';
import { findContainer } from '../../../../src/live/host/containers.ts';
import type { FileTree } from '../../../../src/live/host/file-tree.ts';
import { MadeUpRoot } from './root.ts';

const ID = '4f1c9a7e'.repeat(8);
const TASKS = 'run/containerd/io.containerd.runtime.v2.task';

const ask = (tree: FileTree, id = ID) => findContainer(tree, { id, home: undefined, uid: undefined });
/** Without what is not known. */
const known = (fields: object | undefined) => JSON.parse(JSON.stringify(fields ?? {}));

describe('containers, by the files of their runtimes', () => {
  it('of Docker', () =>
    MadeUpRoot.with((root, tree) => {
      root.file(`var/lib/docker/containers/${ID}/config.v2.json`, {
        Name: '/web',
        State: { Pid: 4711 },
        Config: { Image: 'nginx:1.25', Env: ['PASSWORD=x'], Labels: {} },
      });
      assert.deepEqual(known(ask(tree)), {
        name: 'web',
        image: 'nginx:1.25',
        runtime: 'docker',
        init_pid: 4711,
      });
    }));

  it('of a task of ECS, with its family', () =>
    MadeUpRoot.with((root, tree) => {
      const Labels = {
        'com.amazonaws.ecs.task-arn': 'arn:aws:ecs:eu-west-1:1:task/main/0a',
        'com.amazonaws.ecs.container-name': 'app',
        'com.amazonaws.ecs.task-definition-family': 'daily-report',
      };
      const file = `var/lib/docker/containers/${ID}/config.v2.json`;
      root.file(file, { Name: '/ecs-daily-report-3-app-0a', Config: { Image: 'r:1', Labels } });
      assert.equal(ask(tree)?.name, 'daily-report/app');
    }));

  it('of Docker, wherever its data is', () => {
    const config = { Name: '/web', Config: { Image: 'nginx:1.25', Labels: {} } };
    const found = (home: string | undefined, files: Record<string, object>) =>
      MadeUpRoot.with((root, tree) => {
        for (const [path, content] of Object.entries(files)) root.file(path, content);
        return findContainer(tree, { id: ID, home, uid: undefined })?.name;
      });
    const file = `containers/${ID}/config.v2.json`;
    const settings = 'etc/docker/daemon.json';
    assert.equal(
      found(undefined, { [settings]: { 'data-root': '/mnt/docker/' }, [`mnt/docker/${file}`]: config }),
      'web',
    );
    assert.equal(found(undefined, { [settings]: { graph: '/mnt/d' }, [`mnt/d/${file}`]: config }), 'web');
    assert.equal(found(undefined, { [settings]: { 'data-root': 7 }, [`mnt/d/${file}`]: config }), undefined);
    assert.equal(found(undefined, { [`var/snap/docker/common/var-lib-docker/${file}`]: config }), 'web');
    assert.equal(found('/home/me', { [`home/me/.local/share/docker/${file}`]: config }), 'web');
    assert.equal(found(undefined, { [`home/me/.local/share/docker/${file}`]: config }), undefined);
  });

  it('of the containerd that a distribution of Kubernetes brings', () => {
    for (const state of [
      'run/k3s/containerd',
      'run/k0s/containerd',
      'var/snap/microk8s/common/run/containerd',
    ])
      MadeUpRoot.with((root, tree) => {
        root.file(`${state}/io.containerd.runtime.v2.task/k8s.io/${ID}/config.json`, {
          annotations: {
            'io.kubernetes.cri.sandbox-name': 'web-5d8f',
            'io.kubernetes.cri.image-name': 'a/b:1',
          },
        });
        assert.deepEqual(known(ask(tree)), {
          orchestrator: 'kubernetes',
          pod: 'web-5d8f',
          image: 'a/b:1',
          runtime: 'containerd',
        });
      });
  });

  it('of Docker below kubelet, and of the ECS agent', () =>
    MadeUpRoot.with((root, tree) => {
      const config = (Labels: object) => ({ Name: '/k8s_web_1', Config: { Image: 'sha256:12', Labels } });
      root.file(
        `var/lib/docker/containers/${ID}/config.v2.json`,
        config({
          'io.kubernetes.pod.name': 'web-5d8f',
          'io.kubernetes.pod.namespace': 'shop',
          'io.kubernetes.pod.uid': 'u-1',
          'io.kubernetes.container.name': 'web',
        }),
      );
      const task = `${'0a'.repeat(16)}-1234`;
      const arn = `arn:aws:ecs:eu-west-1:123456789012:task/main/${'0a'.repeat(16)}`;
      root.file(
        `var/lib/docker/containers/${task}/config.v2.json`,
        config({ 'com.amazonaws.ecs.task-arn': arn, 'com.amazonaws.ecs.container-name': 'app' }),
      );
      const image = 'sha256:12';
      assert.deepEqual(known(ask(tree)), {
        orchestrator: 'kubernetes',
        pod: 'web-5d8f',
        namespace: 'shop',
        pod_id: 'u-1',
        name: 'web',
        image,
        runtime: 'docker',
      });
      assert.deepEqual(known(ask(tree, task)), {
        orchestrator: 'ecs',
        task: arn,
        name: 'app',
        image,
        runtime: 'docker',
      });
    }));

  it('of containerd, in whatever namespace', () =>
    MadeUpRoot.with((root, tree) => {
      root.file(`${TASKS}/default/other/config.json`, {});
      root.file(`${TASKS}/k8s.io/${ID}/init.pid`, '812\n').file(`${TASKS}/k8s.io/${ID}/config.json`, {
        annotations: {
          'io.kubernetes.cri.container-name': 'web',
          'io.kubernetes.cri.image-name': 'docker.io/library/nginx:1.25',
          'io.kubernetes.cri.sandbox-name': 'web-5d8f',
          'io.kubernetes.cri.sandbox-namespace': 'shop',
          'io.kubernetes.cri.sandbox-uid': 'u-1',
        },
      });
      assert.deepEqual(known(ask(tree)), {
        orchestrator: 'kubernetes',
        pod: 'web-5d8f',
        namespace: 'shop',
        pod_id: 'u-1',
        name: 'web',
        image: 'docker.io/library/nginx:1.25',
        runtime: 'containerd',
        init_pid: 812,
      });
    }));

  it('of nerdctl', () =>
    MadeUpRoot.with((root, tree) => {
      root.file(`${TASKS}/default/${ID}/config.json`, { annotations: { 'nerdctl/name': 'db' } });
      assert.deepEqual(known(ask(tree)), { name: 'db', runtime: 'containerd' });
    }));

  it('of CRI-O', () =>
    MadeUpRoot.with((root, tree) => {
      const folder = `run/containers/storage/overlay-containers/${ID}/userdata`;
      root.file(`${folder}/pidfile`, '99').file(`${folder}/config.json`, {
        annotations: {
          'io.kubernetes.cri-o.ImageName': 'quay.io/team/app:2',
          'io.kubernetes.pod.name': 'app-1',
          'io.kubernetes.pod.namespace': 'default',
          'io.kubernetes.container.name': 'app',
        },
      });
      assert.deepEqual(known(ask(tree)), {
        orchestrator: 'kubernetes',
        pod: 'app-1',
        namespace: 'default',
        name: 'app',
        image: 'quay.io/team/app:2',
        runtime: 'cri-o',
        init_pid: 99,
      });
    }));

  it('of Podman, with root and without', () =>
    MadeUpRoot.with((root, tree) => {
      const stored = (name: string) => [
        { id: 'other' },
        {
          id: ID,
          names: [name],
          metadata: JSON.stringify({ 'image-name': 'docker.io/library/alpine:3', name }),
        },
      ];
      const home = 'home/deploy/.local/share/containers/storage/overlay-containers';
      root.file(`${home}/containers.json`, stored('mine'));
      assert.deepEqual(known(ask(tree)), {});
      const own = findContainer(tree, { id: ID, home: '/home/deploy', uid: 1000 });
      const image = 'docker.io/library/alpine:3';
      assert.deepEqual(known(own), { name: 'mine', image, runtime: 'podman' });
      root.file('var/lib/containers/storage/overlay-containers/containers.json', stored('system'));
      root.file(`run/containers/storage/overlay-containers/${ID}/userdata/config.json`, { annotations: {} });
      root.file(`run/containers/storage/overlay-containers/${ID}/userdata/pidfile`, '7');
      assert.deepEqual(known(ask(tree)), { name: 'system', image, runtime: 'podman', init_pid: 7 });
    }));

  it('are asked for by ids alone', () =>
    MadeUpRoot.with((root, tree) => {
      root.file('var/lib/docker/containers/x/config.v2.json', { Name: '/x' });
      for (const id of ['x', '../x', '', `${ID}/..`, ID.toUpperCase()])
        assert.equal(ask(tree, id), undefined, id);
    }));

  const HOSTILE: readonly (readonly [string, (root: MadeUpRoot, path: string) => unknown])[] = [
    ['no JSON', (root, path) => root.file(path, '{"Name":')],
    ['a list', (root, path) => root.file(path, '[1]')],
    ['a JSON bomb', (root, path) => root.file(path, '['.repeat(3_000_000))],
    ['deep objects', (root, path) => root.file(path, `${'{"a":'.repeat(500_000)}1${'}'.repeat(500_000)}`)],
    [
      'other types',
      (root, path) => root.file(path, { Name: 1, State: [], Config: { Image: {}, Labels: 'x' } }),
    ],
    [
      'bytes that are no UTF-8',
      (root, path) => root.file(path, Buffer.from('{"Name":"/\xff","Config":7}', 'latin1')),
    ],
    [
      'names of any length',
      (root, path) => root.file(path, { Name: 'n'.repeat(99_999), State: { Pid: 1e99 } }),
    ],
    ['a file beyond any size', (root, path) => root.file(path, Buffer.alloc(5 * 1024 * 1024, ' '))],
    ['a FIFO', (root, path) => root.fifo(path)],
    ['a link to itself', (root, path) => root.link(path, 'config.v2.json')],
    ['a link out', (root, path) => root.link(path, '/proc/self/environ')],
    ['a folder', (root, path) => root.file(`${path}/x`, '')],
  ];
  for (const [what, make] of HOSTILE) {
    it(`are known by nothing but what fits, where there is ${what}`, () =>
      MadeUpRoot.with((root, tree) => {
        make(root, `var/lib/docker/containers/${ID}/config.v2.json`);
        const began = performance.now();
        const { runtime, name = '', ...rest } = known(ask(tree));
        assert.ok(name.length <= 256);
        assert.deepEqual(rest, {});
        assert.ok(runtime === undefined || runtime === 'docker');
        assert.ok(performance.now() - began < 10_000);
      }));
  }
});
