/** The SBOMs: valid CycloneDX by its own library, with everything that is packed and nothing that only builds it. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { toolFile } from '../../scripts/pack/tools.mjs';
import { released } from './release.ts';

const PACKED = [
  'node',
  'libpcap',
  'cap',
  'nan',
  'core',
  'csv-stringify',
  'libbpf-dev',
  'libelf-dev',
  'libc6-dev',
];
const NOT_PACKED = ['mocha', 'esbuild', 'biome', 'tsx', 'ajv'];

export async function trySbom(): Promise<void> {
  // The library is one of the tool's own dependencies.
  const require = createRequire(toolFile('@cyclonedx/cyclonedx-npm', 'package.json'));
  const { Spec, Validation } = require('@cyclonedx/cyclonedx-library');
  const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot6);
  for (const architecture of ['x64', 'arm64']) {
    const text = readFileSync(released(`linux-${architecture}.cdx.json`), 'utf8');
    assert.equal(await validator.validate(text), null);
    const { components }: { components: { name: string; version: string }[] } = JSON.parse(text);
    const names = new Set(components.map(({ name }) => name));
    for (const name of PACKED) assert.ok(names.has(name), name);
    for (const name of NOT_PACKED) assert.ok(!names.has(name), name);
    for (const { name, version } of components) assert.match(version, /^\d/, name);
  }
}
