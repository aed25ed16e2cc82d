import type { ContainerRecord, ContainerRuntime, Orchestrator } from '../../bpf/records.ts';
import type { FileTree } from './file-tree.ts';
import { type JsonObject, label, objectOf, parse, parseList, parseObject, pidOf, reference } from './json.ts';

/*
 * What container runtimes keep in files about what they run. Nobody is asked through a socket: that would
 * start what is idle, and needs to be allowed.
 *  - Docker: containers/ID/config.v2.json below its data-root, with the labels of kubelet and the ECS agent.
 *  - containerd (also below kubelet and nerdctl): config.json of the OCI bundle, annotations io.kubernetes.cri.*
 *    and nerdctl/*.
 *  - CRI-O and Podman: config.json of the bundle, and containers.json of containers/storage.
 */

export type ContainerFields = Omit<ContainerRecord, 'type' | 'time' | 'container_id' | 'after_packet'>;

/** 64 digits, or those that the ECS agent gives; nothing else becomes part of a path. */
export const CONTAINER_ID = /^(?:[0-9a-f]{64}|[0-9a-f]{32}-\d{1,20})$/;

const MAX_CONFIG_BYTES = 4 * 1024 * 1024;
const MAX_STORAGE_BYTES = 16 * 1024 * 1024;
const MAX_NAMESPACES = 64;
/** Where containerd keeps its state: by itself, in K3s and RKE2, k0s, MicroK8s, and of Bottlerocket's own containers. */
const STATES = [
  '/run/containerd',
  '/run/k3s/containerd',
  '/run/k0s/containerd',
  '/var/snap/microk8s/common/run/containerd',
  '/run/host-containerd',
];
const BUNDLES = STATES.map((state) => `${state}/io.containerd.runtime.v2.task`);
const DOCKER_ROOT = '/var/lib/docker';
const DOCKER_SNAP_ROOT = '/var/snap/docker/common/var-lib-docker';
const DOCKER_SETTINGS = '/etc/docker/daemon.json';
const MAX_SETTINGS_BYTES = 64 * 1024;
const STORAGES = ['/run/containers/storage', '/var/run/containers/storage'];
const IMAGES = '/var/lib/containers/storage';

export interface ContainerQuestion {
  id: string;
  /** Home of the user whose service manager runs it: Podman without root keeps its files there. */
  home: string | undefined;
  uid: number | undefined;
}

/** Undefined where no file says anything. */
export function findContainer(
  tree: FileTree,
  { id, home, uid }: ContainerQuestion,
): ContainerFields | undefined {
  if (!CONTAINER_ID.test(id)) return undefined;
  return (
    ofDocker(tree, id, home) ??
    ofContainerd(tree, id) ??
    ofStorage(
      tree,
      id,
      [...STORAGES, ...(uid === undefined ? [] : [`/run/user/${uid}/containers`])],
      [IMAGES, ...(home === undefined ? [] : [`${home}/.local/share/containers/storage`])],
    )
  );
}

function ofDocker(tree: FileTree, id: string, home: string | undefined): ContainerFields | undefined {
  const read = (root: string) =>
    parseObject(tree.read(`${root}/containers/${id}/config.v2.json`, MAX_CONFIG_BYTES));
  // Without root, in the home of its user; else in one place, which an operator may have moved to a larger disk.
  const file =
    (home && read(`${home}/.local/share/docker`)) ||
    (read(DOCKER_ROOT) ?? read(DOCKER_SNAP_ROOT) ?? movedRoot(tree, read));
  if (file === undefined) return undefined;
  const config = objectOf(file.Config);
  const labels = objectOf(config?.Labels) ?? {};
  return {
    ...ofKubernetes(labels, 'io.kubernetes.pod.name', 'io.kubernetes.pod.namespace', 'io.kubernetes.pod.uid'),
    ...ofEcs(labels),
    name:
      label(labels['io.kubernetes.container.name']) ??
      nameInTask(labels) ??
      label(file.Name)?.replace(/^\//, ''),
    image: reference(config?.Image),
    runtime: 'docker',
    init_pid: pidOf(objectOf(file.State)?.Pid),
  };
}

function movedRoot<T>(tree: FileTree, read: (root: string) => T | undefined): T | undefined {
  const settings = parseObject(tree.read(DOCKER_SETTINGS, MAX_SETTINGS_BYTES));
  const root = settings?.['data-root'] ?? settings?.graph;
  return typeof root === 'string' && root.startsWith('/') ? read(root.replace(/\/+$/, '')) : undefined;
}

function ofContainerd(tree: FileTree, id: string): ContainerFields | undefined {
  const folders = BUNDLES.flatMap((bundles) =>
    tree.list(bundles, MAX_NAMESPACES).map((namespace) => `${bundles}/${namespace}/${id}`),
  );
  for (const folder of folders) {
    const file = parseObject(tree.read(`${folder}/config.json`, MAX_CONFIG_BYTES));
    if (file === undefined) continue;
    const marks = objectOf(file.annotations) ?? {};
    return {
      ...ofKubernetes(
        marks,
        'io.kubernetes.cri.sandbox-name',
        'io.kubernetes.cri.sandbox-namespace',
        'io.kubernetes.cri.sandbox-uid',
      ),
      name: label(marks['io.kubernetes.cri.container-name']) ?? label(marks['nerdctl/name']),
      image: reference(marks['io.kubernetes.cri.image-name']) ?? reference(marks['nerdctl/image-ref']),
      runtime: 'containerd',
      init_pid: pidIn(tree, `${folder}/init.pid`),
    };
  }
  return undefined;
}

function ofStorage(
  tree: FileTree,
  id: string,
  runs: readonly string[],
  images: readonly string[],
): ContainerFields | undefined {
  const bundle = [...runs, ...images]
    .map((folder) => `${folder}/overlay-containers/${id}/userdata`)
    .map((folder) => ({ folder, file: parseObject(tree.read(`${folder}/config.json`, MAX_CONFIG_BYTES)) }))
    .find(({ file }) => file !== undefined);
  const stored = images.map((folder) => inStorage(tree, folder, id)).find((found) => found !== undefined);
  if (bundle?.file === undefined) return stored;
  const marks = objectOf(bundle.file.annotations) ?? {};
  const image = reference(marks['io.kubernetes.cri-o.ImageName']);
  return {
    ...stored,
    ...ofKubernetes(marks, 'io.kubernetes.pod.name', 'io.kubernetes.pod.namespace', 'io.kubernetes.pod.uid'),
    name: label(marks['io.kubernetes.container.name']) ?? stored?.name,
    image: image ?? stored?.image,
    runtime: runtimeOf(marks),
    init_pid: pidIn(tree, `${bundle.folder}/pidfile`),
  };
}

/** `metadata` is JSON within a text. */
function inStorage(tree: FileTree, folder: string, id: string): ContainerFields | undefined {
  const file = tree.read(`${folder}/overlay-containers/containers.json`, MAX_STORAGE_BYTES);
  const entry = parseList(file)
    .map(objectOf)
    .find((one) => one?.id === id);
  if (entry === undefined) return undefined;
  const metadata = objectOf(parse(typeof entry.metadata === 'string' ? entry.metadata : undefined));
  const names: unknown[] = Array.isArray(entry.names) ? entry.names : [];
  return {
    name: label(metadata?.name) ?? label(names[0]),
    image: reference(metadata?.['image-name']),
    runtime: 'podman',
  };
}

function runtimeOf(marks: JsonObject): ContainerRuntime {
  const isCrio = Object.keys(marks).some((name) => name.startsWith('io.kubernetes.cri-o.'));
  return isCrio ? 'cri-o' : 'podman';
}

function ofKubernetes(marks: JsonObject, name: string, namespace: string, id: string): ContainerFields {
  const pod = label(marks[name]);
  if (pod === undefined) return {};
  const orchestrator: Orchestrator = 'kubernetes';
  return { orchestrator, pod, namespace: label(marks[namespace]), pod_id: label(marks[id]) };
}

/** `FAMILY/NAME`: the family of its task tells it from others in each task that is made of it. */
function nameInTask(labels: JsonObject): string | undefined {
  const name = label(labels['com.amazonaws.ecs.container-name']);
  const family = label(labels['com.amazonaws.ecs.task-definition-family']);
  return name === undefined || family === undefined ? name : label(`${family}/${name}`);
}

function ofEcs(labels: JsonObject): ContainerFields {
  const task = reference(labels['com.amazonaws.ecs.task-arn']);
  return task === undefined ? {} : { orchestrator: 'ecs', task };
}

function pidIn(tree: FileTree, path: string): number | undefined {
  return pidOf(Number(tree.read(path, 64)?.toString('latin1').trim() || Number.NaN));
}
