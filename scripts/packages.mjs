/** `npm run test:packages -- [NAME…]`: sets up what is missing, and tries what `npm run pack` wrote. */
import { spawnSync } from 'node:child_process';
import { setUp, TEST_PACKAGES } from './setup.mjs';

await setUp([
  ...TEST_PACKAGES,
  {
    name: 'debootstrap',
    reason: 'makes the roots in which packages are installed',
    proof: '/usr/sbin/debootstrap',
  },
  { name: 'rpm', reason: 'installs the .rpm', proof: 'rpmbuild' },
  { name: 'qemu-user-static', reason: "runs arm64's programs", proof: 'qemu-aarch64-static' },
  { name: 'man-db', reason: 'reads the manual pages', proof: 'man' },
  { name: 'zsh', reason: 'tries its completion', proof: 'zsh' },
]);
const { status } = spawnSync(
  process.execPath,
  ['--import', 'tsx', 'test/packages/run.ts', ...process.argv.slice(2)],
  { stdio: 'inherit' },
);
process.exitCode = status ?? 1;
