/** `npm run test:service`: sets up what is missing, and runs the service with systemd as the first process (test/service). */
import { spawnSync } from 'node:child_process';
import { setUp, TEST_PACKAGES } from './setup.mjs';

if (process.getuid?.() !== 0) {
  process.stderr.write(
    'npm run test:service makes namespaces and mounts, and that needs root: run it with sudo.\n',
  );
  process.exit(5);
}
await setUp([
  ...TEST_PACKAGES,
  {
    name: 'debootstrap',
    reason: 'makes the root in which systemd runs',
    proof: '/usr/sbin/debootstrap',
  },
]);
const { status } = spawnSync(process.execPath, ['--import', 'tsx', 'test/service/run.ts'], {
  stdio: 'inherit',
});
process.exitCode = status ?? 1;
