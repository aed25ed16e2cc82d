/**
 * Bundles src/ into dist/: bin's entry and one entry for each command, with what they share in
 * chunks. Bundling, because loading @oclif/core from its 200 files costs more than a small analysis;
 * splitting, because `imds --help` must not load the readers. Not minified: that would save 2 % of a
 * start, and make every stack trace unreadable.
 */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { leanOclif } from './lean-oclif.mjs';
import { pageAssets } from './page-assets.mjs';
import { wasmAsset } from './wasm.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
process.chdir(root);

const commands = readdirSync('src/commands', { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => join('src/commands', name));

rmSync('dist', { recursive: true, force: true });
const { metafile } = await build({
  // The workers are processes of their own, which imds live and imds doctor start.
  entryPoints: [
    'src/cli/main.ts',
    'src/live/procfs/worker.ts',
    'src/live/host/worker.ts',
    'src/doctor/worker.ts',
    ...commands,
  ],
  outdir: 'dist',
  outbase: 'src',
  chunkNames: 'chunks/[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  // Native, optional, and loaded by live only.
  external: ['cap'],
  plugins: [leanOclif, pageAssets, wasmAsset],
  // @oclif/core is CommonJS and looks for packages at run time.
  banner: {
    js: "import{createRequire as $createRequire}from'node:module';const require=$createRequire(import.meta.url),__dirname=import.meta.dirname,__filename=import.meta.filename;",
  },
  legalComments: 'none',
  logLevel: 'warning',
  metafile: true,
});
writeFileSync('dist/THIRD-PARTY-LICENSES.txt', licenses(Object.keys(metafile.inputs)));
const bytes = Object.values(metafile.outputs).reduce((sum, output) => sum + output.bytes, 0);
process.stderr.write(
  `dist: ${Object.keys(metafile.outputs).length} files, ${Math.round(bytes / 1024)} KiB\n`,
);

/**
 * The licences of what the bundle contains, which ask to be passed on with it.
 * @param {readonly string[]} inputs paths of the bundled files
 */
function licenses(inputs) {
  const packages = new Set(
    inputs.flatMap((input) => {
      const match = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input.split(sep).join('/'));
      return match?.[1] === undefined ? [] : [match[1]];
    }),
  );
  return [...packages].sort().map(license).join('\n');
}

/** @param {string} folder of a package */
function license(folder) {
  const { name, version, license: id } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file === undefined ? '' : readFileSync(join(folder, file), 'utf8').trim();
  return `${'='.repeat(80)}\n${name} ${version} (${id}), ${relative('node_modules', folder)}\n\n${text}\n`;
}
