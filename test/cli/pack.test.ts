import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { COMPILED } from '../../scripts/compiled.mjs';

const MIB = 1024 * 1024;
/** e_machine (ELF-64): EM_X86_64, EM_AARCH64. */
const MACHINES = { amd64: 62, arm64: 183 } as const;

describe('the package', function () {
  this.timeout(120_000);
  let folder: string;
  before(function () {
    const isBuilt = (architecture: string) => existsSync(`.cache/probe/${architecture}/no-new-privs.node`);
    if (!Object.keys(MACHINES).every(isBuilt)) this.skip();
    folder = mkdtempSync(join(tmpdir(), 'imds-pack-'));
    execFileSync(process.execPath, ['scripts/prepack.mjs']);
    // Without its scripts: what is built stays as it is, for the other tests.
    execFileSync('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder]);
    const [tarball = ''] = readdirSync(folder);
    execFileSync('tar', ['-xzf', join(folder, tarball), '-C', folder]);
  });
  after(() => {
    if (folder !== undefined) rmSync(folder, { recursive: true });
  });

  for (const [architecture, machine] of Object.entries(MACHINES)) {
    for (const name of COMPILED) {
      it(`has ${name} for ${architecture}, under 3 MB and executable`, () => {
        const file = join(folder, 'package', 'prebuilt', `linux-${architecture}`, name);
        const { size, mode } = statSync(file);
        assert.ok(size > 0 && size < 3 * MIB, String(size));
        assert.equal(mode & 0o111, 0o111);
        assert.equal(readFileSync(file).readUInt16LE(18), machine);
      });
    }
  }

  it('says what is linked into the probe, and on what terms', () => {
    const notice = readFileSync(join(folder, 'package', 'prebuilt', 'NOTICE.txt'), 'utf8');
    for (const name of ['libbpf', 'libelf', 'zlib', 'libc6']) assert.match(notice, new RegExp(`${name}.*: `));
  });

  it('analyzes a capture with nothing else installed', () => {
    const bin = join(folder, 'package', 'bin', 'run.js');
    const capture = join(folder, 'package', 'fixtures', 'demo');
    const env = { PATH: '/nonexistent' };
    const text = execFileSync(process.execPath, [bin, 'analyze', capture], {
      encoding: 'utf8',
      env,
      cwd: '/',
    });
    assert.match(text, /still use IMDSv1/);
  });
});
