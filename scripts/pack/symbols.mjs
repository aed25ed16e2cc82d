/** Which versions of the system's libraries a compiled file asks for (ELF's .gnu.version_r, as readelf tells it). */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ARCHITECTURES, LIMITS } from './pins.mjs';
import { PackError, run } from './run.mjs';

const ELF_MAGIC = 0x7f454c46;

/**
 * Fails if a file of the tree needs a newer library than the hosts have, or is of another architecture.
 * @param {string} folder
 * @param {import('./pins.mjs').Architecture} architecture
 * @returns {Map<string, Set<string>>} versions (`GLIBC_2.28`) by library (`libc.so.6`), of all files
 */
export function checkSymbols(folder, architecture) {
  /** @type {Map<string, Set<string>>} */
  const needs = new Map();
  for (const file of elfFiles(folder)) {
    const machine = readFileSync(file).readUInt16LE(18);
    if (machine !== ARCHITECTURES[architecture].machine) {
      throw new PackError(`${file} is not for ${architecture}: e_machine is ${machine}.`);
    }
    for (const [library, versions] of neededVersions(file)) {
      for (const version of versions) {
        if (isTooNew(version)) {
          throw new PackError(
            `${file} needs ${version} of ${library}, and hosts may have less: see pins.mjs.`,
          );
        }
      }
      needs.set(library, new Set([...(needs.get(library) ?? []), ...versions]));
    }
  }
  return needs;
}

/**
 * @param {string} folder
 * @returns {string[]}
 */
export function elfFiles(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => {
      const bytes = readFileSync(file);
      return bytes.length > 64 && bytes.readUInt32BE(0) === ELF_MAGIC;
    })
    .sort();
}

/**
 * @param {string} file
 * @returns {Map<string, string[]>} of each library, the versions it names
 */
export function neededVersions(file) {
  const needs = new Map();
  let library = '';
  for (const line of run('readelf', ['--wide', '--version-info', file]).split('\n')) {
    if (line.startsWith('Version ')) library = '';
    library = /\bFile: (\S+)/.exec(line)?.[1] ?? library;
    const version = /\bName: (\S+)/.exec(line)?.[1];
    if (version === undefined || library === '') continue;
    needs.set(library, [...(needs.get(library) ?? []), version]);
  }
  return needs;
}

/** @param {string} version `GLIBC_2.28`; one of a library that has no limit is too new, for nobody has looked */
export function isTooNew(version) {
  const [, name = '', number = ''] = /^([A-Z]+)_([0-9.]+)$/.exec(version) ?? [];
  const limit = Object.entries(LIMITS).find(([library]) => library === name)?.[1];
  return limit === undefined || compareVersions(number, limit) > 0;
}

/**
 * @param {string} left
 * @param {string} right
 */
export function compareVersions(left, right) {
  return new Intl.Collator('en', { numeric: true }).compare(left, right);
}
