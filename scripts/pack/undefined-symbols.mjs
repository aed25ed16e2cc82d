/**
 * Symbols that a compiled file asks for by their bare names. The add-ons of src/bpf name no library, so that they ask
 * for no version, and checkSymbols sees nothing of them: a name that only a newer glibc has, such as `__isoc23_strtol`,
 * would be missed when a host loads them.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ARCHITECTURES } from './pins.mjs';
import { PackError, run } from './run.mjs';
import { elfFiles, isTooNew } from './symbols.mjs';

/** Node loads them all, before any add-on. @type {readonly [string, ...string[]]} */
const GLIBC = ['libc.so.6', 'libdl.so.2', 'libm.so.6', 'libpthread.so.0'];

/**
 * @typedef {object} DynamicSymbol
 * @property {string} name
 * @property {string} version `GLIBC_2.28`; empty without
 * @property {boolean} isDefined
 * @property {boolean} isWeak and may be missing
 */

/**
 * Fails if one is neither in another file of the tree (Node, libpcap) nor in the C libraries that hosts have.
 * @param {string} folder
 * @param {import('./pins.mjs').Architecture} architecture
 * @param {string} buildRoot a Debian, whose libraries say since when they have what
 * @returns {number} how many names were held against these
 */
export function checkUndefined(folder, architecture, buildRoot) {
  const libc = librariesOf(buildRoot, architecture)
    .flatMap(symbolsOf)
    .filter(({ isDefined, version }) => isDefined && version.startsWith('GLIBC_') && !isTooNew(version));
  const files = elfFiles(folder).map((file) => ({ file, symbols: symbolsOf(file) }));
  const own = files.flatMap(({ symbols }) => symbols.filter(({ isDefined }) => isDefined));
  const known = new Set([...libc, ...own].map(({ name }) => name));
  const asked = files.flatMap(({ file, symbols }) =>
    symbols
      .filter(({ isDefined, isWeak, version }) => !isDefined && !isWeak && version === '')
      .map(({ name }) => ({ file, name })),
  );
  const missing = asked.filter(({ name }) => !known.has(name));
  if (missing.length === 0) return asked.length;
  throw new PackError(
    missing.map(({ file, name }) => `${file} needs ${name}, which hosts may lack.`).join(' '),
  );
}

/**
 * @param {string} buildRoot
 * @param {import('./pins.mjs').Architecture} architecture
 * @returns {string[]} of its own architecture, or of its cross compiler
 */
function librariesOf(buildRoot, architecture) {
  const { triple } = ARCHITECTURES[architecture];
  const places = [`lib/${triple}`, `usr/${triple}/lib`].map((place) => join(buildRoot, place));
  const folder = places.find((place) => existsSync(join(place, GLIBC[0])));
  if (folder === undefined) throw new PackError(`there is no ${GLIBC[0]} in ${places.join(' and ')}.`);
  return GLIBC.map((name) => join(folder, name));
}

/** @param {string} file */
function symbolsOf(file) {
  return dynamicSymbols(run('readelf', ['--wide', '--dyn-syms', file]));
}

/**
 * @param {string} table as readelf prints it: number, value, size, type, binding, visibility, section, name
 * @returns {DynamicSymbol[]} without local ones
 */
export function dynamicSymbols(table) {
  const row =
    /^ *\d+: [0-9a-f]+ +\S+ \w+ +(GLOBAL|WEAK|UNIQUE) +\w+ +(?:\[.*\] +)?(\w+) ([^\s@]+)(?:@@?(\S+))?/gm;
  return [...table.matchAll(row)].map(([, binding, section, name = '', version = '']) => ({
    name,
    version,
    isDefined: section !== 'UND',
    isWeak: binding === 'WEAK',
  }));
}
