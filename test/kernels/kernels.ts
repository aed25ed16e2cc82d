import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const TIMEOUT_MS = 600_000;
const RELEASES = ['bullseye', 'bookworm', 'trixie'];
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** A Debian cloud kernel, unpacked. */
export interface Kernel {
  /** As in `linux-image-NAME`: `6.1.0-56-cloud-amd64`. */
  name: string;
  architecture: 'amd64' | 'arm64';
  /** Its `boot` and `lib/modules` (or `usr/lib/modules`) are in here. */
  folder: string;
}

/** Kernels of Debian's releases, from the mirror that this machine uses, with lists of their own. */
export class KernelStore {
  readonly #folder: string;
  readonly #env: NodeJS.ProcessEnv;
  #updated = false;

  /** @param folder is kept: downloads are large. */
  constructor(folder: string) {
    this.#folder = folder;
    this.#env = { ...process.env, APT_CONFIG: join(folder, 'apt.conf') };
    for (const each of ['lists/partial', 'cache/archives/partial', 'packages', 'kernels']) {
      mkdirSync(join(folder, each), { recursive: true });
    }
    const { main, security } = mirrors();
    const suites = RELEASES.flatMap((release) => [
      `deb [signed-by=${KEYRING}] ${main} ${release} main`,
      ...(security === undefined ? [] : [`deb [signed-by=${KEYRING}] ${security} ${release}-security main`]),
    ]);
    const backports = ['bookworm', 'trixie'].map(
      (release) => `deb [signed-by=${KEYRING}] ${main} ${release}-backports main`,
    );
    writeFileSync(join(folder, 'sources'), `${[...suites, ...backports].join('\n')}\n`);
    writeFileSync(join(folder, 'status'), '');
    const settings: Record<string, string> = {
      'Dir::State::Lists': join(folder, 'lists'),
      'Dir::State::status': join(folder, 'status'),
      'Dir::Cache': join(folder, 'cache'),
      'Dir::Etc::sourcelist': join(folder, 'sources'),
      'Dir::Etc::sourceparts': '/dev/null',
      'APT::Sandbox::User': 'root',
      'Acquire::Languages': 'none',
    };
    const lines = Object.entries(settings).map(([name, value]) => `${name} "${value}";`);
    writeFileSync(join(folder, 'apt.conf'), `${lines.join('\n')}\nAPT::Architectures {"amd64";"arm64";};\n`);
  }

  /**
   * The newest kernel of a series (`6.1`, `6.1-arm64`) whose package is still to be had: old security
   * updates leave Debian's pool. One that is here already is taken as it is.
   */
  get(series: string): Kernel {
    const architecture = series.endsWith('-arm64') ? 'arm64' : 'amd64';
    const version = series.replace(/-arm64$/, '');
    const pattern = new RegExp(`^${version.replace('.', '\\.')}\\.\\d.*-cloud-${architecture}$`);
    const kernels = join(this.#folder, 'kernels');
    const [here] = readdirSync(kernels).filter((name) => pattern.test(name));
    if (here !== undefined) return { name: here, architecture, folder: join(kernels, here) };
    for (const name of this.#names(pattern)) {
      const folder = join(kernels, name);
      // From 6.18 on, an image is in several packages.
      const packages = [`linux-image-${name}`, `linux-binary-${name}`, `linux-modules-${name}`];
      const unpacked = packages.filter((each) => this.#unpack(`${each}:${architecture}`, folder));
      if (unpacked.includes(`linux-image-${name}`)) return { name, architecture, folder };
      rmSync(folder, { recursive: true, force: true });
    }
    throw new Error(`no kernel of series ${series} in ${RELEASES.join(', ')}`);
  }

  /** A static busybox for that architecture. */
  busybox(architecture: Kernel['architecture']): string {
    const folder = join(this.#folder, `busybox-${architecture}`);
    if (!existsSync(folder)) this.#unpack(`busybox-static:${architecture}`, folder);
    const found = ['usr/bin/busybox', 'bin/busybox'].map((path) => join(folder, path)).find(existsSync);
    if (found === undefined) throw new Error(`no busybox-static of ${architecture}`);
    return found;
  }

  #names(pattern: RegExp): string[] {
    this.#update();
    const names = this.#apt('apt-cache', ['pkgnames', 'linux-image-'])
      .split('\n')
      .map((line) => line.replace(/^linux-image-/, '').replace(/:.*/, ''));
    const collator = new Intl.Collator('en', { numeric: true });
    return [...new Set(names)]
      .filter((name) => pattern.test(name))
      .sort(collator.compare)
      .reverse();
  }

  #update(): void {
    if (this.#updated) return;
    this.#updated = true;
    const lists = readdirSync(join(this.#folder, 'lists'));
    if (!lists.some((name) => name.endsWith('Packages'))) this.#apt('apt-get', ['-qq', 'update']);
  }

  #unpack(name: string, folder: string): boolean {
    this.#update();
    const packages = join(this.#folder, 'packages');
    const before = new Set(readdirSync(packages));
    const { status } = spawnSync('apt-get', ['-qq', 'download', name], {
      cwd: packages,
      env: this.#env,
      timeout: TIMEOUT_MS,
      stdio: 'ignore',
    });
    const [file] = readdirSync(packages).filter((each) => !before.has(each) && each.endsWith('.deb'));
    if (status !== 0 || file === undefined) return false;
    mkdirSync(folder, { recursive: true });
    const path = join(packages, file);
    const ok = spawnSync('dpkg-deb', ['-x', path, folder]).status === 0;
    rmSync(path);
    return ok;
  }

  #apt(command: string, args: readonly string[]): string {
    const { status, stdout, stderr } = spawnSync(command, args, {
      env: this.#env,
      timeout: TIMEOUT_MS,
      encoding: 'utf8',
      maxBuffer: 1e8,
    });
    if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr}`);
    return stdout;
  }
}

function mirrors(): { main: string; security: string | undefined } {
  const { stdout } = spawnSync('apt-get', ['indextargets', '--format', '$(REPO_URI)'], { encoding: 'utf8' });
  const all = [...new Set(stdout.split('\n').filter(Boolean))];
  const main = all.find((uri) => !uri.includes('security'));
  if (main === undefined) throw new Error('apt knows no mirror: run apt-get update first');
  return { main, security: all.find((uri) => uri.includes('security')) };
}
