import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chownSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { bundleContents } from '../../../src/doctor/bundle/contents.ts';
import { Masker } from '../../../src/doctor/bundle/masker.ts';
import { parts } from '../../../src/doctor/bundle/parts.ts';
import { plainSettings } from '../../../src/doctor/bundle/settings.ts';
import { tar } from '../../../src/doctor/bundle/tar.ts';
import { writeBundle } from '../../../src/doctor/bundle/write.ts';
import { doctorReport } from '../../../src/doctor/report.ts';
import type { Part } from '../../../src/doctor/types.ts';
import { UsageError } from '../../../src/errors.ts';
import { contextOf, OPTIONS, removeHosts, rootOf } from './fake-host.ts';

const TIME = new Date(1_795_465_567_000);
const TOKEN = 'AQAEAJ3nQ6xYzabcdefghijklmnopqrstuvwxyz0123456789ABCDEFGH==';
const LOG = `[2026-11-23T10:00:00] [WARNING] IMDSv1(!) (pid:1:curl argv:curl -u admin:hunter2secret http://169.254.169.254/latest/meta-data/iam/security-credentials/PaymentsProd) called by -> (pid:2:bash argv:/home/alice/run.sh --password opensesame99) -> (pid:3:sshd argv:sshd: )
[2026-11-23T10:00:01] [INFO] IMDSv2 (pid:4:py argv:python3 fetch.py --role PaymentsProd --account 123456789012 i-0abc1234def567890 10.1.2.3 2001:db8::17 ip-10-9-8-7.ec2.internal X-aws-ec2-metadata-token:${TOKEN})
`;
/** What must be nowhere in a bundle. */
const SECRETS = [
  'hunter2secret',
  'opensesame99',
  'PaymentsProd',
  '123456789012',
  '0abc1234def567890',
  '10.1.2.3',
  '2001:db8::17',
  'ip-10-9-8-7',
  TOKEN.slice(0, 20),
  'alice',
  'billing-host-7',
  'sup3rS3cret',
  'AKIAIOSFODNN7EXAMPLE',
];
const TOML = `# made by alice
[log]
dir = "/var/log/imds"
level = 'info' # sup3rS3cret
size = 1_000_000
[[filters]]
reason = "sup3rS3cret and more words"
api_token = "sup3rS3cret"
note = "AKIAIOSFODNN7EXAMPLE"
names = ["a", "b-c", 3]
text = """
sup3rS3cret
"""
quoted = "esc\\"aped sup3rS3cret"
enabled = true
`;

describe('imds doctor --bundle', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'imds-bundle-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
    removeHosts();
  });

  it('masks secrets, names, ids and addresses in all its files', () => {
    const text = `could not reach billing-host-7 (10.1.2.3), role/PaymentsProd, password=sup3rS3cret`;
    const missing = [{ code: 'x', message: text, remedy: 'Ask billing-host-7.' }];
    const report = doctorReport(
      {
        checks: [{ id: 'hooks', title: 'Same hooks', status: 'ok', text, remedy: text }],
        prospect: { status: 'partial', text, views: text, missing },
      },
      { platform: 'linux', arch: 'x64', kernel: '6.1.0', node: '20.19.0', uid: 0 },
      '1.2.3',
      TIME,
    );
    const found: Part[] = [
      { name: 'imds-trace.log', text: LOG },
      { name: 'imds.toml', text: TOML },
      { name: 'absent.txt', missing: 'ENOENT' },
    ];
    const contents = bundleContents(report, found, 'billing-host-7');
    assert.deepEqual(
      contents.map(({ name }) => name),
      ['doctor.json', 'imds-trace.log', 'imds.toml'],
    );
    const all = contents.map(({ bytes }) => bytes.toString()).join('\n');
    for (const secret of SECRETS) assert.ok(!all.includes(secret), `${secret} in ${all}`);
    // What it is sent for is still there.
    assert.match(all, /IMDSv1\(!\) \(pid:1:curl argv:curl -u admin:/);
    assert.match(all, /http:\/\/169\.254\.169\.254\/latest\/meta-data\/iam\/security-credentials\//);
    assert.match(all, /called by -> \(pid:2:bash argv:\/home\/user\/run\.sh --password /);
    assert.match(all, /^dir = "\/var\/log\/imds"$/m);
    assert.equal(JSON.parse(contents[0]?.bytes.toString() ?? '').checks[0].status, 'ok');
  });

  it('gives one name one alias, and one address one, everywhere', () => {
    const masker = new Masker('db');
    masker.learn('…/security-credentials/PaymentsProd');
    const [first, second] = [
      masker.text('role PaymentsProd at 10.0.0.9'),
      masker.text('PaymentsProd, 10.0.0.9, db'),
    ];
    const alias = /^role (\S+) at address-1$/.exec(first)?.[1];
    assert.equal(second, `${alias}, address-1, host`);
    assert.equal(
      masker.text('169.254.169.254 127.0.0.1 ::1 10:00:01 1.2.3'),
      '169.254.169.254 127.0.0.1 ::1 10:00:01 1.2.3',
    );
  });

  it('takes no longer for lines that were made to take long', () => {
    const masker = new Masker('billing-host-7');
    const pieces = [
      'argv:',
      ' -> (',
      ')',
      ' ',
      'role=',
      '://',
      ':',
      'a:',
      '1.',
      'token=',
      '-u ',
      '"',
      '==',
      '::',
    ];
    for (const piece of pieces) {
      for (const length of [30_000, 500_000]) {
        const line = piece.repeat(Math.floor(length / piece.length));
        const began = performance.now();
        masker.learn(line);
        const masked = masker.logLine(line) + masker.text(line) + plainSettings(line);
        assert.ok(performance.now() - began < 1500, `${piece} ${length}: ${performance.now() - began} ms`);
        assert.ok(masked.length > 0);
      }
    }
  }).timeout(30_000);

  it('keeps of settings what is harmless by its form', () => {
    assert.equal(
      plainSettings(TOML),
      `# (a comment)
[log]
dir = "/var/log/imds"
level = 'info'
size = 1_000_000
[[filters]]
reason = "(blanked)"
api_token = "(blanked)"
note = "(blanked)"
names = ["a", "b-c", 3]
text = "(blanked)"
# (a line that may hold a secret)
# (a line that may hold a secret)
quoted = "(blanked)"
enabled = true
`,
    );
  });

  it('takes no line of a text of several lines for a setting', () => {
    const inner = '\nx = "S3CRETpw"\n[S3CRETpw]\n';
    const texts = [
      `"""${inner}"""`,
      `'''${inner}'''`,
      `"""${inner}\\"""${inner}a"""""`,
      `"""${inner}`,
      `'${inner}`,
    ];
    for (const text of texts) {
      const shown = plainSettings(`a = "'''" # """\nb = ${text}\nc = true\n`);
      assert.ok(!shown.includes('S3CRETpw'), shown);
      assert.match(shown, /^a = .*\nb = "\(blanked\)"\n/);
    }
    const among = "a = \"it's\"\nb = '\"'\n# don't\nc = 3\n";
    assert.equal(plainSettings(among), 'a = "(blanked)"\nb = "(blanked)"\n# (a comment)\nc = 3\n');
  });

  it('has nothing that a terminal acts on, and cuts lines that are long', () => {
    const hostile = '\x1b[31mRED\x9b31m \u202eevil \x07\r\x00';
    const long = `(pid:1:curl argv:curl -u admin:S3CRETpw ${'x '.repeat(120_000)}-u admin:S3CRETpw)`;
    const report = doctorReport(
      {
        checks: [{ id: 'hooks', title: 'Same hooks', status: 'ok', text: hostile }],
        prospect: { status: 'partial', text: hostile, missing: [] },
      },
      { platform: 'linux', arch: 'x64', kernel: '6.1.0', node: '20.19.0', uid: 0 },
      '1.2.3',
      TIME,
    );
    const names = ['imds-trace.log', 'imds.toml', 'os-release.txt', 'kernel-config.txt', 'imds-probe.json'];
    const read = names.map((name) => ({ name, text: `${hostile}\n[${hostile}]\nx = "${hostile}"\n` }));
    const logs = { name: 'imds-trace.log', text: `a\n${`${long}\n`.repeat(20)}${'S3CRETpw'.repeat(2000)}\n` };
    const began = process.cpuUsage();
    const entries = bundleContents(report, [...read, logs], 'billing-host-7');
    const { user } = process.cpuUsage(began);
    assert.ok(user < 4_000_000, `${user} µs`);
    for (const { name, bytes } of entries) {
      const text = bytes.toString();
      assert.doesNotMatch(text, /[\p{Cf}\p{Cs}]|(?!\n)\p{Cc}/u);
      assert.doesNotMatch(text, /S3CRETpw/);
      for (const line of text.split('\n')) assert.ok(line.length < 9000, name);
    }
    const log = entries.findLast(({ name }) => name === 'imds-trace.log')?.bytes.toString() ?? '';
    assert.match(
      log,
      /^a\n\(pid:1:curl argv:curl -u admin:\*+ x x .*\) \(cut: a line of 2400\d\d characters\)$/m,
    );
    assert.match(log, /^\) \(cut: a line of 16000 characters\)$/m);
  });

  it('shows no value of a name that sounds secret, whatever it is', () => {
    const name = fc.constantFrom('password', 'api_key', 'Token', 'client-secret', 'authorization');
    fc.assert(
      fc.property(name, fc.stringMatching(/^[\w./:@%+-]{4,60}$/), (key, value) => {
        assert.equal(plainSettings(`${key} = "${value}"`), `${key} = "(blanked)"`);
      }),
    );
  });

  it('reads the end of the log, settings and the kernel, and says what is missing', async () => {
    const lines = Array.from({ length: 50 }, (_, i) => `line ${i}`).join('\n');
    const root = rootOf({ 'var/log/imds/imds-trace.log': `${lines}\n`, 'etc/imds/imds.toml': TOML });
    spawnSync('mkfifo', [join(root, 'etc/os-release')]);
    const read: Part[] = [];
    await parts(contextOf({}, { root, options: { ...OPTIONS, logLines: 2 } }), (part) => read.push(part));
    const byName = new Map(read.map((part) => [part.name, part]));
    assert.equal(byName.get('imds-trace.log')?.text, 'line 48\nline 49\n');
    assert.equal(byName.get('imds.toml')?.text, TOML);
    // A pipe is not waited for.
    assert.equal(byName.get('os-release.txt')?.missing, 'not read: it is no regular file');
    assert.equal(byName.get('kernel-config.txt')?.missing, 'ENOENT');
    assert.equal(byName.get('imds-probe.json')?.missing, 'the probe does not run');
  });

  describe('of a log folder whose owner is not trusted', () => {
    let root: string;
    let log: string;
    beforeEach(() => {
      root = rootOf({ 'var/log/imds/imds-trace.log': 'a line\n', 'root/secret': 'root only\n' });
      log = join(root, 'var/log/imds/imds-trace.log');
    });

    async function logPart(): Promise<Part | undefined> {
      const read: Part[] = [];
      await parts(contextOf({}, { root, options: { ...OPTIONS, logLines: 9 } }), (part) => read.push(part));
      return read.find(({ name }) => name === 'imds-trace.log');
    }

    it('has its log', async () => {
      assert.deepEqual(await logPart(), { name: 'imds-trace.log', text: 'a line\n' });
    });

    const plants: readonly (readonly [string, () => void, RegExp])[] = [
      ['a link', () => symlinkSync(join(root, 'root/secret'), log), /symbolic link/],
      ['a hard link', () => linkSync(join(root, 'root/secret'), log), /second name/],
      ['a pipe', () => spawnSync('mkfifo', [log]), /no regular file/],
      ['a folder', () => mkdirSync(log), /no regular file/],
      ['a device', () => symlinkSync('/dev/zero', log), /symbolic link/],
    ];
    for (const [what, plant, why] of plants) {
      it(`follows and opens nothing, and says so: ${what}`, async () => {
        rmSync(log);
        plant();
        const part = await logPart();
        assert.equal(part?.text, undefined);
        assert.match(part?.missing ?? '', why);
      });
    }

    it('is not followed where the folder is a link', async () => {
      renameSync(join(root, 'var/log/imds'), join(root, 'elsewhere'));
      symlinkSync(join(root, 'elsewhere'), join(root, 'var/log/imds'));
      assert.match((await logPart())?.missing ?? '', /its folder is a symbolic link/);
    });

    it("has no file of another than the folder's owner and root", async function () {
      if (process.getuid?.() !== 0) this.skip();
      chownSync(log, 4242, 4242);
      assert.match((await logPart())?.missing ?? '', /belongs to uid 4242/);
      chownSync(join(log, '..'), 4242, 4242);
      assert.equal((await logPart())?.text, 'a line\n');
    });
  });

  it('is an archive that tar reads, of any contents', () => {
    const entry = fc.record({
      name: fc.stringMatching(/^[a-z][a-z0-9.-]{0,40}$/),
      bytes: fc.uint8Array({ maxLength: 2000 }),
    });
    const unique = fc.uniqueArray(entry, { selector: ({ name }) => name, minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(unique, (entries) => {
        const archive = tar(
          entries.map(({ name, bytes }) => ({ name, bytes: Buffer.from(bytes) })),
          1000,
        );
        for (const { name, bytes } of entries) {
          const { stdout, stderr } = spawnSync('tar', ['-xOf', '-', name], { input: archive });
          assert.equal(String(stderr), '');
          assert.deepEqual(stdout, Buffer.from(bytes));
        }
      }),
      { numRuns: 10 },
    );
  });

  it("is its owner's alone, and is never written over or through anything", async () => {
    const file = join(folder, 'b.tar.gz');
    const entries = [{ name: 'doctor.json', bytes: Buffer.from('{}') }];
    await writeBundle(file, entries, TIME);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.equal(spawnSync('tar', ['-xzOf', file]).stdout.toString(), '{}');
    const before = readFileSync(file);
    await assert.rejects(writeBundle(file, entries, TIME), (error) => {
      assert.ok(error instanceof UsageError);
      assert.match(error.message, /exists already$/);
      return true;
    });
    assert.deepEqual(readFileSync(file), before);
    symlinkSync(join(folder, 'elsewhere'), join(folder, 'link'));
    await assert.rejects(writeBundle(join(folder, 'link'), entries, TIME), /exists already/);
    assert.ok(!existsSync(join(folder, 'elsewhere')));
    writeFileSync(join(folder, 'file'), '');
    await assert.rejects(writeBundle(join(folder, 'file', 'b'), entries, TIME), /cannot be created: ENOTDIR/);
  });
});
