import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UNPRIVILEGED } from '../support/unprivileged.ts';
import { imds, type Result, result, root } from './run.ts';

const PROGRAM = '/opt/imds/bin/imds';
const UNIT = 'etc/systemd/system/imds.service';
const WANTS = 'etc/systemd/system/multi-user.target.wants/imds.service';

describe('imds service in an image', () => {
  let image: string;
  beforeEach(() => {
    image = mkdtempSync(join(tmpdir(), 'imds-image-'));
    put('usr/lib/systemd/systemd', '');
    chmodSync(put(PROGRAM, ''), 0o755);
  });
  afterEach(() => rmSync(image, { recursive: true }));

  function put(path: string, text: string): string {
    const file = join(image, path);
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, text);
    return file;
  }

  /** Of files and links. */
  function files(): string[] {
    return readdirSync(image, { recursive: true, withFileTypes: true })
      .filter((entry) => !entry.isDirectory())
      .map((entry) => join(entry.parentPath, entry.name).slice(image.length + 1))
      .sort();
  }

  const install = (...args: string[]): Promise<Result> =>
    imds(['service', 'install', '--root', image, '--program', PROGRAM, ...args]);
  const uninstall = (...args: string[]): Promise<Result> =>
    imds(['service', 'uninstall', '--root', image, ...args]);

  async function succeed(ran: Promise<Result>): Promise<string> {
    const { code, stdout, stderr } = await ran;
    assert.equal(code, 0, stderr);
    return stdout;
  }

  it('is installed, is not installed again, and is uninstalled without a trace', async () => {
    const before = files();
    const shown = await succeed(install('--dry-run'));
    assert.deepEqual(files(), before, 'a dry run changes nothing');
    assert.match(
      shown,
      /^would write .*\/imds\.service\n(?: {2}\| .*\n)+would link .* -> \/etc\/systemd\/system\/imds\.service\n$/,
    );

    await succeed(install());
    assert.deepEqual(files(), [...before, UNIT, WANTS].sort());
    const unit = readFileSync(join(image, UNIT), 'utf8');
    assert.match(unit, /^ExecStart=\/opt\/imds\/bin\/imds live /m);
    assert.equal(lstatSync(join(image, UNIT)).mode & 0o777, 0o644);
    assert.equal(readlinkSync(join(image, WANTS)), `/${UNIT}`);
    for (const line of unit.trimEnd().split('\n')) assert.ok(shown.includes(`  | ${line}\n`), line);

    assert.match(await succeed(install()), /^nothing to do: /);
    assert.equal(readFileSync(join(image, UNIT), 'utf8'), unit);
    await succeed(uninstall());
    assert.deepEqual(files(), before);
    assert.match(await succeed(uninstall()), /^nothing to do: /);
  });

  it("enables a package's unit, and writes none", async () => {
    put('usr/lib/systemd/system/imds.service', '[Service]\n');
    const { stderr } = await install();
    assert.match(stderr, /\/usr\/lib\/systemd\/system\/imds\.service is the package's/);
    assert.ok(!files().includes(UNIT));
    assert.equal(readlinkSync(join(image, WANTS)), '/usr/lib/systemd/system/imds.service');
  });

  it('keeps a unit that it did not write, and one that was changed', async () => {
    const file = put(UNIT, '[Service]\nExecStart=/bin/true\n');
    const refused = await install();
    assert.equal(refused.code, 2);
    assert.match(
      refused.stderr,
      /imds service install: imds did not write \/etc\/.*, and is not touched\. --force writes over it\./,
    );
    assert.equal(readFileSync(file, 'utf8'), '[Service]\nExecStart=/bin/true\n');
    await succeed(install('--force'));
    writeFileSync(file, `${readFileSync(file, 'utf8')}# mine\n`);
    await succeed(install());
    assert.match(readFileSync(file, 'utf8'), /# mine\n$/);
    const kept = await uninstall();
    assert.match(kept.stderr, /was changed by hand, and is kept; --force removes it/);
    assert.ok(files().includes(UNIT) && !files().includes(WANTS));
    await succeed(uninstall('--force'));
    assert.ok(!files().includes(UNIT));
  });

  it('removes with --purge what imds wrote, and nothing else', async () => {
    for (const name of [
      'imds-trace.log',
      'imds-trace.log.1',
      'imds-calls.jsonl',
      'mine.txt',
      'imds-tracer-tool/imds-trace.log',
    ])
      put(`var/log/imds/${name}`, '');
    put('var/lib/imds/imds-callers.json', '{}');
    const outside = put('outside', 'kept');
    symlinkSync(outside, join(image, 'var/log/imds/imds-link'));
    await succeed(install());
    await succeed(uninstall('--purge'));
    const left = files().filter((path) => path.startsWith('var/'));
    assert.deepEqual(left, ['var/log/imds/imds-tracer-tool/imds-trace.log', 'var/log/imds/mine.txt']);
    assert.equal(readFileSync(outside, 'utf8'), 'kept');
    assert.ok(!readdirSync(join(image, 'var/lib')).includes('imds'));
  });

  it('replaces the predecessor, and keeps its unit and logs', async () => {
    const name = 'imds_tracer_tool.service';
    put(`etc/systemd/system/${name}`, '[Service]\n');
    mkdirSync(join(image, WANTS, '..'), { recursive: true });
    symlinkSync(`/etc/systemd/system/${name}`, join(image, WANTS, '..', name));
    put('var/log/imds/imds-trace.log', 'old\n');
    assert.match((await install('--dry-run')).stderr, new RegExp(`${name} .* is enabled`));
    await succeed(install('--replace-predecessor'));
    assert.ok(!files().includes(join(WANTS, '..', name)));
    assert.ok(files().includes(`etc/systemd/system/${name}`));
    assert.equal(readFileSync(join(image, 'var/log/imds/imds-tracer-tool/imds-trace.log'), 'utf8'), 'old\n');
    assert.match(await succeed(install('--replace-predecessor')), /^nothing to do: /);
  });

  describe('that is hostile', () => {
    let elsewhere: string;
    beforeEach(() => {
      elsewhere = mkdtempSync(join(tmpdir(), 'imds-elsewhere-'));
      mkdirSync(join(elsewhere, 'system'));
    });
    afterEach(() => {
      assert.deepEqual(
        readdirSync(elsewhere, { recursive: true }),
        ['system'],
        'nothing was written outside',
      );
      rmSync(elsewhere, { recursive: true });
    });

    for (const path of [
      'etc',
      'etc/systemd',
      'etc/systemd/system',
      'etc/systemd/system/multi-user.target.wants',
    ]) {
      it(`is not left through a link at ${path}`, async () => {
        mkdirSync(join(image, path, '..'), { recursive: true });
        symlinkSync(elsewhere, join(image, path));
        const { code, stderr } = await install();
        assert.equal(code, 1);
        assert.match(stderr, /is missing, or reached through a symbolic link\. /);
        const undone = await uninstall();
        assert.equal(undone.code, 1);
        assert.match(undone.stderr, /is missing, or reached through a symbolic link\. /);
        assert.equal(undone.stdout, '');
      });
    }

    it('is not purged through a link, and says so', async () => {
      mkdirSync(join(image, 'var'));
      symlinkSync(elsewhere, join(image, 'var/log'));
      await succeed(uninstall());
      const { code, stderr } = await uninstall('--purge');
      assert.equal(code, 1);
      assert.match(stderr, /var\/log is missing, or reached through a symbolic link\. /);
    });

    const PROGRAMS: readonly (readonly [string, (file: string) => void, number, RegExp])[] = [
      ['a folder', (file) => mkdirSync(file), 2, /bin\/imds is no file, and cannot be started/],
      ['a pipe', (file) => spawnSync('mkfifo', [file, '-m', '755']), 2, /bin\/imds is no file/],
      ['a text', (file) => writeFileSync(file, '', { mode: 0o644 }), 2, /bin\/imds is not executable/],
      ['writable', (file) => openToAll(file), 5, /bin\/imds can be written by others than root/],
      [
        'out of it',
        (file) => symlinkSync(process.execPath, file),
        2,
        /there is no \/opt\/imds\/bin\/imds in /,
      ],
      ['a ring', (file) => symlinkSync('imds', file), 2, /there is no \/opt\/imds\/bin\/imds in /],
    ];
    function openToAll(file: string): void {
      writeFileSync(file, '');
      chmodSync(file, 0o777);
    }
    for (const [what, make, expected, why] of PROGRAMS) {
      it(`has a program that is none: ${what}`, async () => {
        rmSync(join(image, PROGRAM));
        make(join(image, PROGRAM));
        const { code, stderr } = await install();
        assert.equal(code, expected, stderr);
        assert.match(stderr, why);
      });
    }

    it('has a program by a link that leads within it', async () => {
      rmSync(join(image, PROGRAM));
      chmodSync(put('usr/lib/imds/imds', ''), 0o755);
      symlinkSync('/usr/lib/imds', join(image, 'opt/lib'));
      symlinkSync('../../../../../../opt/lib/imds', join(image, PROGRAM));
      await succeed(install());
    });

    it('has something else where it is enabled, and the rest is done', async () => {
      await succeed(install());
      rmSync(join(image, WANTS));
      mkdirSync(join(image, WANTS));
      const refused = await install();
      assert.equal(refused.code, 2);
      assert.match(refused.stderr, /wants\/imds\.service is no link, and is not touched\. Remove it first\./);
      const { code, stderr } = await uninstall();
      assert.equal(code, 0);
      assert.match(stderr, /wants\/imds\.service is no link, and is kept: remove it by hand/);
      assert.ok(!files().includes(UNIT));
    });

    it('has no unit written over where there is a link', async () => {
      mkdirSync(join(image, UNIT, '..'), { recursive: true });
      symlinkSync(join(elsewhere, 'unit'), join(image, UNIT));
      for (const args of [[], ['--force']]) {
        const { code, stderr } = await install(...args);
        assert.equal(code, 2);
        assert.match(stderr, /is a link or no file, and is not touched/);
      }
    });

    it('is not left by the path of a program', async () => {
      const { code, stderr } = await imds([
        'service',
        'install',
        '--root',
        image,
        '--program',
        '/../../bin/sh',
      ]);
      assert.equal(code, 2);
      assert.match(stderr, /there is no \/\.\.\/\.\.\/bin\/sh in /);
    });

    it('has names that are shown escaped', async () => {
      const { code, stderr } = await imds([
        'service',
        'install',
        '--root',
        image,
        '--program',
        '/opt/\u001b[31m',
      ]);
      assert.equal(code, 2);
      assert.match(stderr, /\\x1B\[31m/);
      assert.ok(!stderr.includes('\u001b'));
    });
  });

  it('is told of where it cannot be written, or is none', async () => {
    rmSync(join(image, PROGRAM));
    const missing = await install();
    assert.equal(missing.code, 2);
    assert.match(missing.stderr, /there is no \/opt\/imds\/bin\/imds in .* --program/);
    rmSync(join(image, 'usr'), { recursive: true });
    const without = await install();
    assert.equal(without.code, 5);
    assert.match(without.stderr, /there is no systemd in /);
    const none = await imds(['service', 'install', '--root', join(image, 'nowhere')]);
    assert.equal(none.code, 1);
    assert.match(none.stderr, /cannot open .*nowhere: ENOENT\. Name a folder that is there\./);
  });

  it('is told of where this user may not write', async function () {
    if (process.getuid?.() !== 0) this.skip();
    chmodSync(image, 0o755);
    const words = [
      process.execPath,
      join(root, 'bin/run.js'),
      'service',
      'install',
      '--root',
      image,
      '--program',
      PROGRAM,
    ];
    const { code, stderr } = await result(spawn('setpriv', [...UNPRIVILEGED, ...words]));
    assert.equal(code, 1);
    assert.match(stderr, /cannot make .*\/etc: EACCES\. Run it as root\./);
  });
});

/** With an empty /run, so that it is a host without systemd whatever runs this one; that takes root. */
function withoutSystemd(...words: string[]): Promise<Result> {
  const command = [process.execPath, join(root, 'bin', 'run.js'), 'service', ...words];
  const line = 'mount -t tmpfs tmpfs /run && exec "$@"';
  return result(spawn('unshare', ['--mount', 'sh', '-c', line, 'sh', ...command]));
}

describe('imds service on a host without systemd', () => {
  before(function () {
    if (process.getuid?.() !== 0) this.skip();
  });

  const WITHOUT =
    'systemd does not run this host. Let its own service manager run `imds live --quiet --exit-on-probe-loss` as root: SIGHUP reopens the logs, SIGTERM ends it.\n';

  it('shows what it would do all the same, and says so at the end', async () => {
    const install = await withoutSystemd('install', '--dry-run', '--program', '/bin/true');
    assert.equal(install.code, 5);
    assert.match(
      install.stdout,
      /^would write \/etc\/systemd\/system\/imds\.service\n(?: {2}\| .*\n)+would systemctl daemon-reload\n/,
    );
    assert.match(install.stdout, /\n {2}\| ExecStart=\/bin\/true live /);
    assert.equal(install.stderr, `imds service install: ${WITHOUT}`);
    const uninstall = await withoutSystemd('uninstall', '--dry-run');
    assert.equal(uninstall.code, 5);
    assert.equal(uninstall.stdout, 'would change nothing\n');
    assert.equal(uninstall.stderr, `imds service uninstall: ${WITHOUT}`);
  });

  for (const command of ['install', 'uninstall', 'status']) {
    it(`says so to ${command}, with exit code 5`, async () => {
      const { code, stdout, stderr } = await withoutSystemd(command);
      assert.equal(code, 5);
      assert.equal(stdout, '');
      assert.equal(stderr, `imds service ${command}: ${WITHOUT}`);
    });
  }
});
