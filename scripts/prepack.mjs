/**
 * Puts what was compiled into prebuilt/, for the package: an installation by npm needs no compiler. Fails where
 * one of the architectures is missing, since such a package would lack the socket view there.
 */
import { copyFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { COMPILED } from './compiled.mjs';
import { probeNotice } from './probe-notice.mjs';
import { root, say } from './step.mjs';

const ARCHITECTURES = ['amd64', 'arm64'];

if (process.env.npm_lifecycle_event === 'prepack') {
  // npm runs it before `npm run pack` as well, which builds for itself.
  if (process.env.npm_command?.startsWith('run')) process.exit(0);
  await import('./build.mjs');
}
const target = join(root, 'prebuilt');
rmSync(target, { recursive: true, force: true });
const missing = [];
for (const architecture of ARCHITECTURES) {
  const folder = join(target, `linux-${architecture}`);
  mkdirSync(folder, { recursive: true });
  for (const file of COMPILED) {
    const built = join(root, '.cache/probe', architecture, file);
    if (existsSync(built)) copyFileSync(built, join(folder, file));
    else missing.push(`${file} for ${architecture}`);
  }
}
if (missing.length > 0) {
  say(
    `Not packed: there is no ${missing.join(', no ')} here. \`npm test\` installs what builds them, and does.`,
  );
  process.exit(1);
}
writeFileSync(join(target, 'NOTICE.txt'), probeNotice());
