/** What oclif.manifest.json says of the commands, for those who write it down in another form. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../step.mjs';

/**
 * @typedef {object} Flag
 * @property {string} name
 * @property {string} [char] short name
 * @property {string} summary
 * @property {'option' | 'boolean'} type
 * @property {string} [helpValue]
 * @property {string} [helpGroup]
 * @property {readonly string[]} [options] values it takes
 * @property {string | number} [default]
 * @property {boolean} [multiple]
 * @property {boolean} [hidden] of help, because another command explains it
 */

/**
 * @typedef {object} Command
 * @property {string} id as it is typed: `live`, `service install`
 * @property {string} summary
 * @property {string} [description]
 * @property {string | readonly string[]} [usage]
 * @property {readonly { description: string, command: string }[]} [examples]
 * @property {Readonly<Record<string, { name: string, description: string }>>} args
 * @property {Readonly<Record<string, Flag>>} flags
 */

/** @returns {Command[]} in the order of the manifest, with the placeholders in their texts filled in */
export function commandsOfManifest() {
  const { commands } = JSON.parse(readFileSync(join(root, 'oclif.manifest.json'), 'utf8'));
  return Object.values(commands).map((command) => {
    // oclif's own separator of a topic and its commands.
    const id = command.id.replaceAll(':', ' ');
    // What is hidden is taken only to be refused.
    const args = Object.fromEntries(Object.entries(command.args).filter(([, { hidden }]) => hidden !== true));
    return JSON.parse(
      JSON.stringify({ ...command, id, args })
        .replaceAll('<%= config.bin %>', 'imds')
        .replaceAll('<%= command.id %>', id),
    );
  });
}

/** @returns {{ version: string, description: string, license: string }} of package.json */
export function packageJson() {
  return JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
}
