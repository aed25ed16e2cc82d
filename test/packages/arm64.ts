/** The tarball for arm64, by emulation of its user space. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { unpackPackages } from '../../scripts/debian.mjs';
import { DEMO_VERDICT } from './debian.ts';
import { released } from './release.ts';

const CACHE = join(import.meta.dirname, '..', '..', '.cache', 'packages');
const LIBRARIES = join(CACHE, 'arm64-libraries');
const EMULATOR = 'qemu-aarch64-static';
const TIMEOUT_MS = 300_000;
/** What each offers; the others do their work when they are loaded. */
const ADD_ONS = {
  'no-new-privs.node': '',
  'poll-guard.node': 'guard,stateOf,dropsOf',
  'sd-notify.node': 'send',
  'trim-memory.node': '',
};

export async function tryArm64(): Promise<void> {
  await fetchLibraries();
  const folder = mkdtempSync(join(CACHE, 'arm64-'));
  try {
    assert.equal(
      spawnSync('tar', ['-xzf', released('linux-arm64.tar.gz'), '-C', folder, '--strip-components=1']).status,
      0,
    );
    tryPrograms(folder);
    tryLauncher(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function tryPrograms(folder: string): void {
  const run = join(folder, 'lib/imds/bin/run.js');
  const demo = join(folder, 'share/doc/imds/examples/demo');
  assert.match(emulated(folder, [run, '--version']), /^imds\/\S+ linux-arm64 node-v24\./);
  assert.match(emulated(folder, [run, 'analyze', demo]), DEMO_VERDICT);
  const events = join(folder, 'events.jsonl');
  writeFileSync(events, emulated(folder, [run, 'analyze', '--jsonl', join(demo, 'demo.pcap')]));
  assert.match(emulated(folder, [run, 'report', events]), DEMO_VERDICT);
  // cap, and the libpcap beside it.
  const cap = `require(${JSON.stringify(join(folder, 'lib/imds/node_modules/cap'))})`;
  const version = `console.log(typeof ${cap}.Cap.findDevice, Object.keys(${cap}.decoders).length > 0)`;
  assert.equal(emulated(folder, ['--eval', version]), 'function true\n');
  const prebuilt = join(folder, 'lib/imds/prebuilt/linux-arm64');
  for (const [addOn, gives] of Object.entries(ADD_ONS)) {
    const load = `const module = { exports: {} };
      process.dlopen(module, ${JSON.stringify(join(prebuilt, addOn))}, require('node:os').constants.dlopen.RTLD_NOW);
      console.log(Object.keys(module.exports).join());`;
    assert.equal(emulated(folder, ['--eval', load]), `${gives}\n`);
  }
  const probe = join(prebuilt, 'imds-probe');
  const { stdout, status } = spawnSync(EMULATOR, [probe, '--version'], {
    encoding: 'utf8',
    timeout: TIMEOUT_MS,
  });
  assert.equal(status, 0, stdout);
  // The one that npm run test:kernels runs in an emulated kernel.
  const built = join(import.meta.dirname, '..', '..', '.cache/probe/arm64/imds-probe');
  assert.equal(sha256(probe), sha256(built));
}

/** On a machine that is not one of them, the launcher says so. */
function tryLauncher(folder: string): void {
  if (existsSync('/lib/ld-linux-aarch64.so.1')) return;
  const { status, stderr } = spawnSync(join(folder, 'bin/imds'), ['--version'], { encoding: 'utf8' });
  assert.equal(status, 5);
  assert.match(stderr, /this package is for Linux on aarch64 with glibc/);
}

function emulated(folder: string, args: readonly string[]): string {
  const node = join(folder, 'lib/imds/node');
  const { status, stdout, stderr } = spawnSync(EMULATOR, ['-L', LIBRARIES, node, ...args], {
    encoding: 'utf8',
    timeout: TIMEOUT_MS,
    maxBuffer: 1e8,
  });
  assert.equal(status, 0, `${args.join(' ')}: ${stdout}${stderr}`);
  return stdout;
}

async function fetchLibraries(): Promise<void> {
  if (existsSync(join(LIBRARIES, 'usr/lib/aarch64-linux-gnu/libstdc++.so.6'))) return;
  mkdirSync(LIBRARIES, { recursive: true });
  const names = ['libc6:arm64', 'libgcc-s1:arm64', 'libstdc++6:arm64'];
  const options = ['APT::Architectures=amd64,arm64', 'APT::Get::List-Cleanup=false'];
  const title = 'Fetching the base libraries of arm64';
  assert.ok(await unpackPackages(names, { folder: LIBRARIES, target: LIBRARIES, title, options }));
}

function sha256(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}
