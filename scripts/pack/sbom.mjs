/** What is in a package, as CycloneDX: written by its npm tool, less what only builds or tests imds, plus what is no npm package. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LINKED, versionOf } from '../probe-notice.mjs';
import { root } from '../step.mjs';
import { ARCHITECTURES, LIBPCAP, NODE } from './pins.mjs';
import { PackError, run } from './run.mjs';
import { toolFile } from './tools.mjs';

const PATH = 'cdx:npm:package:path';
/** Compiled into a package beside what is bundled. */
const COMPILED = ['node_modules/cap', 'node_modules/nan'];

/**
 * @typedef {object} Component
 * @property {string} type
 * @property {string} name
 * @property {string} version
 * @property {string} bom-ref
 * @property {readonly { name: string, value: string }[]} [properties]
 */

/**
 * @param {import('./pins.mjs').Architecture} architecture
 * @returns {string} JSON
 */
export function sbom(architecture) {
  const options = ['--package-lock-only', '--flatten-components', '--output-reproducible', '--short-PURLs'];
  const cli = toolFile('@cyclonedx/cyclonedx-npm', 'bin/cyclonedx-npm-cli.js');
  const bom = JSON.parse(run(process.execPath, [cli, ...options, '--sv', '1.6', 'package.json']));
  const paths = new Set([...bundledPaths(), ...COMPILED]);
  const pathOf = (/** @type {Component} */ { properties = [] }) =>
    properties.find(({ name }) => name === PATH)?.value;
  /** @type {Component[]} */
  const all = bom.components;
  const shipped = all.filter((component) => paths.has(pathOf(component) ?? ''));
  if (shipped.length !== paths.size) {
    const known = new Set(shipped.map(pathOf));
    throw new PackError(
      `not in package-lock.json: ${[...paths].filter((path) => !known.has(path)).join(', ')}`,
    );
  }
  // Everything shipped is part of one program: what was a dependency of a test only is none here.
  for (const component of shipped) {
    component.properties = component.properties?.filter(({ name }) => name === PATH) ?? [];
  }
  bom.components = [...shipped, ...others(architecture)];
  const refs = new Set(bom.components.map((/** @type {Component} */ each) => each['bom-ref']));
  const main = bom.metadata.component['bom-ref'];
  bom.dependencies = [
    { ref: main, dependsOn: [...refs].sort() },
    ...bom.dependencies
      .filter((/** @type {{ ref: string }} */ { ref }) => refs.has(ref))
      .map((/** @type {{ ref: string, dependsOn?: string[] }} */ { ref, dependsOn = [] }) => ({
        ref,
        dependsOn: dependsOn.filter((each) => refs.has(each)),
      })),
  ];
  return `${JSON.stringify(bom, undefined, 2)}\n`;
}

/**
 * Of what esbuild bundled, by the headings that scripts/build.mjs writes over the licences.
 * @returns {string[]} `node_modules/@oclif/core/node_modules/ansi-regex`
 */
function bundledPaths() {
  const text = readFileSync(join(root, 'dist/THIRD-PARTY-LICENSES.txt'), 'utf8');
  return [...text.matchAll(/^={80}\n\S+ \S+ \(.*\), (\S+)$/gm)].map(([, path]) => `node_modules/${path}`);
}

/** @param {import('./pins.mjs').Architecture} architecture */
function others(architecture) {
  const { debian } = ARCHITECTURES[architecture];
  const linked = LINKED.map(({ name, licence }) => {
    const version = versionOf(name);
    return {
      type: 'library',
      name,
      version,
      'bom-ref': `imds-probe|${name}@${version}`,
      description: 'Linked statically into imds-probe',
      licenses: [{ expression: licence }],
      purl: `pkg:deb/debian/${name}@${encodeURIComponent(version)}?arch=${debian}`,
    };
  });
  return [
    {
      type: 'platform',
      name: 'node',
      version: NODE.version,
      'bom-ref': `node@${NODE.version}`,
      description: 'Runs imds; as published in the npm package named in the purl',
      licenses: [{ license: { id: 'MIT' } }],
      cpe: `cpe:2.3:a:nodejs:node.js:${NODE.version}:*:*:*:*:*:*:*`,
      purl: `pkg:npm/node-linux-${architecture}@${NODE.version}`,
      hashes: [{ alg: 'SHA-512', content: hex(NODE.integrity[architecture]) }],
    },
    {
      type: 'library',
      name: 'libpcap',
      version: LIBPCAP.version,
      'bom-ref': `libpcap@${LIBPCAP.version}`,
      description: 'Compiled from its source, beside cap',
      licenses: [{ license: { id: 'BSD-3-Clause' } }],
      cpe: `cpe:2.3:a:tcpdump:libpcap:${LIBPCAP.version}:*:*:*:*:*:*:*`,
      purl: `pkg:generic/libpcap@${LIBPCAP.version}`,
    },
    ...linked,
  ];
}

/** @param {string} integrity `sha512-BASE64` */
function hex(integrity) {
  return Buffer.from(integrity.replace('sha512-', ''), 'base64').toString('hex');
}
