/**
 * src/events/scan/scan.wasm, which is compiled from the C beside it. It is committed: to install imds takes no
 * compiler. A section of it names what it was compiled from and by what, so that it cannot fall behind its source.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { root } from './step.mjs';

const folder = join(root, 'src', 'events', 'scan');
export const WASM = 'src/events/scan/scan.wasm';
const SECTION = 'imds';
const FLAGS = [
  ...['--target=wasm32', '-std=gnu11', '-O3', '-msimd128', '-mbulk-memory', '-nostdlib', '-ffreestanding'],
  ...['-Wall', '-Wextra', '-Werror'],
  ...['-Wl,--no-entry', '-Wl,--strip-all', '-Wl,-z,stack-size=8192'],
];

/** In the bundle, its bytes stand in place of the reading. @type {import('esbuild').Plugin} */
export const wasmAsset = {
  name: 'wasm-asset',
  setup(build) {
    build.onLoad({ filter: /[\\/]events[\\/]scan[\\/]scanner\.ts$/ }, ({ path }) => {
      const bytes = readFileSync(join(dirname(path), 'scan.wasm')).toString('base64');
      const source = readFileSync(path, 'utf8').replace(
        "read('scan.wasm')",
        `Buffer.from('${bytes}', 'base64')`,
      );
      return { contents: source, loader: 'ts' };
    });
  },
};

/** Whether bytes are what the source gives: by the same compiler to the byte, by another one as they say. @param {Buffer} held */
export function isCurrent(held) {
  const said = sectionOf(held);
  if (said === undefined || !said.startsWith(sources())) return false;
  return said !== `${sources()} ${compiler()}` || compiled().equals(held);
}

export function compiled() {
  const scratch = mkdtempSync(join(tmpdir(), 'imds-wasm-'));
  try {
    const out = join(scratch, 'scan.wasm');
    execFileSync('clang', [...FLAGS, '-o', out, 'scan.c'], {
      cwd: folder,
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    return Buffer.concat([readFileSync(out), section(`${sources()} ${compiler()}`)]);
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

function sources() {
  const hash = createHash('sha256');
  for (const name of readdirSync(folder).sort()) {
    if (/\.[ch]$/.test(name)) hash.update(`${name}\0`).update(readFileSync(join(folder, name)));
  }
  return hash.update(FLAGS.join(' ')).digest('hex');
}

/** `clang 14.0.6`; of a machine that has none, nothing. */
function compiler() {
  try {
    const [, version] =
      /version (\d+\.\d+\.\d+)/.exec(execFileSync('clang', ['--version'], { encoding: 'utf8' })) ?? [];
    return `clang ${version}`;
  } catch {
    return '';
  }
}

/** A custom section (WebAssembly core specification 2.0, 5.5.3). @param {string} text */
function section(text) {
  const content = Buffer.from(`${String.fromCharCode(SECTION.length)}${SECTION}${text}`, 'latin1');
  if (content.length > 127) throw new RangeError('its length is to be one byte of LEB128');
  return Buffer.concat([Buffer.from([0, content.length]), content]);
}

/** Of the last section. @param {Buffer} bytes */
function sectionOf(bytes) {
  const at = bytes.lastIndexOf(`${String.fromCharCode(SECTION.length)}${SECTION}`);
  return at < 0 ? undefined : bytes.toString('latin1', at + 1 + SECTION.length);
}
