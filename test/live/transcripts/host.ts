import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, rmdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from '../../cli/run.ts';
import { type Namespace, type Network, shown } from '../../support/netns.ts';
import { connectContainer, IMDS_ADDRESSES } from '../../support/topologies.ts';
import { PORT, startServing, WATCHING } from '../scene.ts';

const CGROUP2 = ['/sys/fs/cgroup/unified', '/sys/fs/cgroup'];
const PATIENCE_MS = 20_000;
const HOST_NAME = 'web-7';

/** The scene's port, and the endpoints of EC2, for which documents have it: a host is READY by these alone. */
const ENDPOINTS = [...WATCHING, '--endpoint', IMDS_ADDRESSES.v4, '--endpoint', `[${IMDS_ADDRESSES.v6}]`].join(
  ' ',
);

/** Where imds writes on a host, and where the scene's scripts are: empty folders, for the scene alone. */
const OWN_FOLDERS = ['/var/log', '/srv'];

/** The scene's scripts, as an operator would find them. They ask at a port of the tests. */
const SCRIPTS: Readonly<Record<string, string>> = {
  '/srv/usage/report.py': `#!/usr/bin/python3
import urllib.request
urllib.request.urlopen("http://169.254.169.254:${PORT}/latest/meta-data/instance-id").read()
`,
  '/srv/backup/upload.sh': `#!/bin/bash
url=http://169.254.169.254:${PORT}/latest
token=$(curl -sfX PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' $url/api/token)
curl -sf -H "X-aws-ec2-metadata-token: $token" $url/meta-data/iam/security-credentials/app-role
`,
  '/srv/app/report.py': `import urllib.request
url = "http://169.254.169.254:${PORT}/latest"
headers = {"X-aws-ec2-metadata-token-ttl-seconds": "60"}
try:
    ask = urllib.request.Request(url + "/api/token", method="PUT", headers=headers)
    headers = {"X-aws-ec2-metadata-token": urllib.request.urlopen(ask, timeout=1).read().decode()}
except OSError:
    headers = {}
read = urllib.request.Request(url + "/meta-data/iam/security-credentials/app-role", headers=headers)
urllib.request.urlopen(read).read()
`,
  '/srv/usage/fixed.py': `#!/usr/bin/python3
import urllib.request
url = "http://169.254.169.254:${PORT}/latest"
ttl = {"X-aws-ec2-metadata-token-ttl-seconds": "60"}
ask = urllib.request.Request(url + "/api/token", method="PUT", headers=ttl)
token = {"X-aws-ec2-metadata-token": urllib.request.urlopen(ask).read().decode()}
read = urllib.request.Request(url + "/meta-data/instance-id", headers=token)
urllib.request.urlopen(read).read()
`,
};

/**
 * A host as documents show one: its own network with the stand-in of the service, its own /var/log and /srv, and its
 * services. imds is told of the endpoint's port and where to keep its inventory; documents show neither.
 */
export class Host {
  readonly #holder: ChildProcess;
  readonly #container: Namespace;

  private constructor(holder: ChildProcess, container: Namespace) {
    this.#holder = holder;
    this.#container = container;
  }

  /** @param endpoint options of the stand-in of the service */
  static async start(network: Network, endpoint: readonly string[] = []): Promise<Host> {
    const { client: container, host: own, server } = connectContainer(network);
    await startServing(server, endpoint);
    const mounts = OWN_FOLDERS.map((folder) => `mount -t tmpfs tmpfs ${folder}`).join(' && ');
    // The checkout may be below one of them: it is held by the working directory, which has no path then.
    const keep = `mkdir -p '${root}' && mount --no-canonicalize --bind . '${root}'`;
    const setUp = `${mounts} && ${keep} && hostname ${HOST_NAME} && echo mounted`;
    const words = ['unshare', '--mount', '--uts', 'sh', '-c', `${setUp} && exec sleep 600`];
    const holder = spawn('nsenter', [`--net=/run/netns/${own.name}`, ...words], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await shown(holder, holder.stdout, /^mounted$/);
    const host = new Host(holder, container);
    for (const [path, text] of Object.entries(SCRIPTS)) {
      await host.sh(`mkdir -p $(dirname ${path}) && cat > ${path} && chmod 755 ${path}`, text);
    }
    return host;
  }

  /** Runs a line of sh on it to its end; what it printed, standard error among it. */
  async sh(line: string, input?: string): Promise<string> {
    const child = this.spawn(line, input === undefined ? 'ignore' : 'pipe');
    child.stdin?.end(input);
    let text = '';
    child.stdout?.on('data', (data) => {
      text += data;
    });
    const [code] = await once(child, 'close');
    if (code !== 0) throw new Error(`${line}: ended with ${code}: ${text}`);
    return text;
  }

  /** Starts a line of sh on it, in which `imds` is the built command. */
  spawn(line: string, stdin: 'pipe' | 'ignore' = 'ignore'): ChildProcess {
    const imds = `'${process.execPath}' '${join(root, 'bin/run.js')}'`;
    const command = line
      .replace(/\bimds live\b(?!.* --no-state)/, 'imds live --state-dir /srv/state')
      .replace(/\bimds live\b/, `${imds} live ${ENDPOINTS}`)
      .replace(/\bimds report(?! .*\/)/, `${imds} report --state-dir /srv/state`)
      .replace(/\bimds report\b/, `${imds} report`)
      .replace(/\bimds analyze\b/, `${imds} analyze ${ENDPOINTS}`);
    const where = [`--target=${this.#holder.pid}`, '--mount', '--uts', '--net'];
    return spawn('nsenter', [...where, 'sh', '-c', `exec 2>&1; cd /srv; ${command}`], {
      stdio: [stdin, 'pipe', 'inherit'],
      env: {
        ...process.env,
        IMDS_CONFIG: 'none',
        COLUMNS: '80',
        NO_COLOR: '1',
        TZ: 'UTC',
        LC_ALL: 'C.UTF-8',
      },
    });
  }

  /** Runs a program as a service of its own unit. */
  runService(unit: string, command: string): Promise<void> {
    return this.#runIn(`system.slice/${unit}`, command);
  }

  /** Runs a program as a container of a pod, behind a bridge and masquerade, and in a mount namespace of its own. */
  runInPod(pod: string, container: string, command: string): Promise<void> {
    const slice = `kubepods-burstable-pod${pod.replaceAll('-', '_')}.slice`;
    const words = `nsenter --net=/run/netns/${this.#container.name} unshare --mount`;
    return this.#runIn(`${slice}/cri-containerd-${container}.scope`, `${words} ${command}`);
  }

  /** Nobody's child, as what systemd has started: the shell that starts it is gone by the time the program runs. */
  async #runIn(path: string, command: string): Promise<void> {
    const cgroup2 = CGROUP2.find((folder) => existsSync(join(folder, 'cgroup.controllers')));
    if (cgroup2 === undefined) throw new Error('no cgroup v2 is mounted');
    const cgroup = join(cgroup2, path);
    const parent = dirname(cgroup);
    const ownsParent = !existsSync(parent);
    mkdirSync(cgroup, { recursive: true });
    try {
      await this.sh(`sh -c 'echo $$ > ${cgroup}/cgroup.procs; sleep 0.3; exec ${command}' > /dev/null &`);
    } finally {
      await removed(cgroup);
      if (ownsParent) await removed(parent);
    }
  }

  stop(): void {
    this.#holder.kill('SIGKILL');
  }
}

/** Once its last process has ended and was waited for. */
async function removed(cgroup: string): Promise<void> {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      return rmdirSync(cgroup);
    } catch (error) {
      if (Date.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
