import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Kernel } from './kernels.ts';

/** What a guest needs to write its results to a disk. */
const MODULES = ['virtio_pci', 'virtio_mmio', 'virtio_blk'];
const DISK_BYTES = 128 * 1024 * 1024;
const MEMORY_MB = 1024;
const BOOT_TIMEOUT_MS = 300_000;

/**
 * Runs as the guest's first process: all that a machine has, the metadata service's addresses on lo,
 * then the script; its folder `out` goes to the disk as a tar archive.
 */
const INIT = `#!/bin/busybox sh
/bin/busybox --install -s /bin
export PATH=/bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
mkdir -p /sys/fs/cgroup /tmp
mount -t cgroup2 none /sys/fs/cgroup
while read -r module; do insmod "/modules/$module"; done < /modules/order
ip link set lo up
ip addr add 169.254.169.254/32 dev lo
ip -6 addr add fd00:ec2::254/128 dev lo
cd /share
mkdir -p out
sh ./guest.sh > out/log 2>&1
echo $? > out/status
i=0
while [ ! -b /dev/vda ] && [ $i -lt 50 ]; do i=$((i + 1)); sleep 0.1; done
tar c -C out . > /dev/vda
sync
poweroff -f
`;

export interface GuestResult {
  /** Exit status of the script. */
  status: number;
  log: string;
  /** Folder of what it left in `out`. */
  out: string;
}

/**
 * Boots a kernel by emulation, with `files` (path by name) beside the script guest.sh, and runs that.
 * Calls with the result; its files are gone afterwards.
 */
export function runGuest(
  kernel: Kernel,
  busybox: string,
  files: Readonly<Record<string, string>>,
  use: (result: GuestResult) => void,
): void {
  const folder = mkdtempSync(join(tmpdir(), 'imds-guest-'));
  try {
    const root = join(folder, 'root');
    for (const each of ['bin', 'modules', 'proc', 'sys', 'dev', 'share']) {
      mkdirSync(join(root, each), { recursive: true });
    }
    install(busybox, join(root, 'bin/busybox'));
    writeFileSync(join(root, 'init'), INIT, { mode: 0o755 });
    for (const [name, path] of Object.entries(files)) install(path, join(root, 'share', name));
    addModules(kernel, join(root, 'modules'));
    const image = join(folder, 'initramfs');
    shell('find . | cpio -o -H newc --quiet > "$0"', root, image);
    const disk = join(folder, 'disk');
    writeFileSync(disk, '');
    truncateSync(disk, DISK_BYTES);
    const consoleLog = join(folder, 'console');
    boot(kernel, image, disk, consoleLog);
    const out = join(folder, 'out');
    mkdirSync(out);
    spawnSync('tar', ['-xf', disk, '-C', out]);
    if (!existsSync(join(out, 'status'))) {
      throw new Error(`no result; the console's end:\n${readFileSync(consoleLog, 'utf8').slice(-2000)}`);
    }
    const status = Number(readFileSync(join(out, 'status'), 'utf8'));
    use({ status, log: readFileSync(join(out, 'log'), 'utf8'), out });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function install(from: string, to: string): void {
  copyFileSync(from, to);
  chmodSync(to, 0o755);
}

/** The modules that are not in the kernel itself, in the order in which they need each other. */
function addModules(kernel: Kernel, target: string): void {
  const base = existsSync(join(kernel.folder, 'lib/modules')) ? kernel.folder : join(kernel.folder, 'usr');
  const [version = ''] = readdirSync(join(base, 'lib/modules'));
  if (!existsSync(join(base, 'lib/modules', version, 'modules.dep'))) {
    spawnSync('depmod', ['-b', base, version]);
  }
  const order: string[] = [];
  for (const name of MODULES) {
    const { stdout } = spawnSync('modprobe', ['-d', base, '-S', version, '--show-depends', name], {
      encoding: 'utf8',
    });
    for (const [, path = ''] of stdout.matchAll(/^insmod (\S+)/gm)) {
      const module = basename(path).replace(/\.(xz|zst)$/, '');
      if (order.includes(module)) continue;
      order.push(module);
      const unpack = path.endsWith('.xz') ? 'xz -dc' : path.endsWith('.zst') ? 'zstd -qdc' : 'cat';
      shell(`${unpack} < "$0" > "$1"`, target, path, module);
    }
  }
  writeFileSync(join(target, 'order'), order.map((module) => `${module}\n`).join(''));
}

function shell(script: string, cwd: string, ...args: readonly string[]): void {
  const { status, stderr } = spawnSync('sh', ['-c', script, ...args], { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${script}: ${stderr}`);
}

function boot(kernel: Kernel, initramfs: string, disk: string, consoleLog: string): void {
  const machine =
    kernel.architecture === 'arm64'
      ? ['qemu-system-aarch64', '-M', 'virt', '-cpu', 'cortex-a72']
      : ['qemu-system-x86_64', '-M', 'pc', '-cpu', 'qemu64', '-accel', 'tcg,thread=multi'];
  const [command = '', ...args] = machine;
  const terminal = kernel.architecture === 'arm64' ? 'ttyAMA0' : 'ttyS0';
  const { error } = spawnSync(
    command,
    [
      ...args,
      ...['-smp', '2', '-m', String(MEMORY_MB), '-nodefaults', '-no-reboot', '-nic', 'none'],
      ...['-display', 'none', '-monitor', 'none', '-serial', `file:${consoleLog}`],
      ...['-drive', `file=${disk},format=raw,if=virtio`],
      ...['-kernel', imageOf(kernel), '-initrd', initramfs],
      // On a busy machine, an emulated timer may fail the kernel's own test of it.
      ...['-append', `console=${terminal} no_timer_check panic=-1 quiet mitigations=off rdinit=/init`],
    ],
    { timeout: BOOT_TIMEOUT_MS, killSignal: 'SIGKILL', stdio: ['ignore', 'ignore', 'inherit'] },
  );
  if (error !== undefined) throw error;
}

function imageOf(kernel: Kernel): string {
  const folder = join(kernel.folder, 'boot');
  const [name] = existsSync(folder) ? readdirSync(folder).filter((each) => each.startsWith('vmlinuz-')) : [];
  if (name !== undefined) return join(folder, name);
  const modules = join(kernel.folder, 'usr/lib/modules');
  return join(modules, readdirSync(modules)[0] ?? '', 'vmlinuz');
}
