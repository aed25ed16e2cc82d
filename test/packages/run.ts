/**
 * `npm run test:packages -- [NAME…]`: what `npm run pack` wrote, installed and run in root file systems that have
 * neither Node, compiler nor libpcap. Roots are kept in .cache/packages.
 */

import { installTools } from '../../scripts/pack/tools.mjs';
import { tryArm64 } from './arm64.ts';
import { tryContainer } from './container.ts';
import { tryDebian } from './debian.ts';
import { tryRpm } from './redhat.ts';
import { tryReference } from './reference.ts';
import { checkSums } from './release.ts';
import { trySbom } from './sbom.ts';
import { tryService } from './service.ts';
import { tryStartup } from './startup.ts';
import { tryUnit } from './unit.ts';

const TRIALS: Readonly<Record<string, () => Promise<void> | Promise<string> | string | void>> = {
  sums: checkSums,
  sbom: trySbom,
  reference: tryReference,
  startup: tryStartup,
  bullseye: () => tryDebian('bullseye'),
  bookworm: () => tryDebian('bookworm'),
  trixie: () => tryDebian('trixie'),
  rpm: tryRpm,
  arm64: tryArm64,
  container: tryContainer,
  unit: tryUnit,
  'service-bookworm': () => tryService('bookworm'),
  'service-trixie': () => tryService('trixie'),
};

installTools();
const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(TRIALS);
let failed = 0;
for (const name of names) {
  const start = performance.now();
  const seconds = () => ((performance.now() - start) / 1000).toFixed(0);
  try {
    const trial = TRIALS[name];
    if (trial === undefined) throw new Error(`no such trial; there are ${Object.keys(TRIALS).join(', ')}`);
    const figures = await trial();
    console.log(`✓ ${name} (${seconds()} s)${figures ? `: ${figures}` : ''}`);
  } catch (error) {
    failed++;
    console.log(`✗ ${name} (${seconds()} s): ${error instanceof Error ? error.stack : error}`);
  }
}
console.log(`${names.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
