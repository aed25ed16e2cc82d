/** What runs when a package comes and goes, put together from packaging/scripts for dpkg and for rpm. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../step.mjs';

/** @typedef {'install' | 'reload' | 'restart' | 'stop' | 'purge'} Part */

/** @param {Part} name */
function part(name) {
  return readFileSync(join(root, 'packaging/scripts', `${name}.sh`), 'utf8').trimEnd();
}

/**
 * By the names that dpkg runs them by (deb-postinst(5) and so on).
 * @returns {Readonly<Record<string, string>>}
 */
export function debianScripts() {
  return {
    postinst: script(inCase('configure', [part('install'), part('reload'), part('restart')])),
    prerm: script(inCase('remove', [part('stop')])),
    postrm: script(inCase('purge', [part('purge')]), part('reload')),
  };
}

/**
 * By rpm's sections; $1 is how many versions will be installed afterwards.
 * @returns {Readonly<Record<string, string>>}
 */
export function rpmScripts() {
  return {
    post: `${part('install')}\n${part('reload')}`,
    preun: `if [ "$1" -eq 0 ]; then\n${part('stop')}\nfi`,
    postun: `${part('reload')}\nif [ "$1" -ge 1 ]; then\n${part('restart')}\nfi`,
  };
}

/** @param {readonly string[]} parts */
function script(...parts) {
  return `${['#!/bin/sh', 'set -e', ...parts].join('\n')}\n`;
}

/**
 * @param {string} action that dpkg names as the first argument
 * @param {readonly string[]} parts
 */
function inCase(action, parts) {
  return `if [ "$1" = ${action} ]; then\n${parts.join('\n')}\nfi`;
}
