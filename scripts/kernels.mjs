/** `npm run test:kernels -- [SERIES…]`: sets up what is missing, and runs test/kernels. */
import { spawnSync } from 'node:child_process';
import { setUp, TEST_PACKAGES } from './setup.mjs';

await setUp([
  ...TEST_PACKAGES,
  { name: 'qemu-system-x86', reason: 'emulates a machine', proof: 'qemu-system-x86_64' },
  { name: 'qemu-system-arm', reason: 'emulates a machine of arm64', proof: 'qemu-system-aarch64' },
  { name: 'cpio', reason: "packs the guest's files", proof: 'cpio' },
  { name: 'kmod', reason: "finds the guest's modules", proof: '/sbin/modprobe' },
  { name: 'xz-utils', reason: 'unpacks modules', proof: 'xz' },
]);
const { status } = spawnSync(
  process.execPath,
  ['--import', 'tsx', 'test/kernels/run.ts', ...process.argv.slice(2)],
  { stdio: 'inherit' },
);
process.exitCode = status ?? 1;
