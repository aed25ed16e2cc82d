import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import schema from '../../schemas/doctor.schema.json' with { type: 'json' };
import { imds } from './run.ts';

const check = new Ajv2020().compile(schema);
const CODES = new Set([0, 3, 5]);
/** Of a status, on the screen. */
const WORDS: Readonly<Record<string, string>> = { ok: 'ok', warn: 'warn', fail: 'fail', unknown: '?' };
/** Checks of what changes from one look to the next. */
const MEASURED: ReadonlySet<string> = new Set(['account', 'logs', 'state', 'captures']);

const withoutNumbers = (text: string) => text.replaceAll(/\d[\d,.]*/g, 'N');

/** The part of the report that the tests look at (schemas/doctor.schema.json). */
interface Report {
  checks: { id: string; title: string; status: string; text: string }[];
  live: { status: string; text: string };
  exit_code: number;
}

function reportIn(stdout: string): Report {
  const report: Report = JSON.parse(stdout);
  assert.equal(check(report), true, JSON.stringify(check.errors));
  return report;
}

describe('imds doctor', function () {
  this.timeout(60_000);
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'imds-doctor-cli-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const folders = () => ['--log-dir', join(folder, 'logs'), '--state-dir', join(folder, 'state')];

  /** What the report of a bundle says, which is of the same look as what was printed with it. */
  const bundled = (file: string): Report => {
    const { stdout } = spawnSync('tar', ['-xzOf', file, 'doctor.json'], { encoding: 'utf8' });
    return reportIn(stdout);
  };

  it('says the same on the screen and in JSON, whoever runs it', async () => {
    const { stdout, stderr, code } = await imds(['doctor', '--json', ...folders()]);
    const report = reportIn(stdout);
    assert.equal(stderr, '');
    assert.equal(code, report.exit_code);
    assert.ok(CODES.has(report.exit_code));
    assert.equal(report.checks.find(({ id }) => id === 'endpoint')?.status, 'unknown');

    const file = join(folder, 'same.tar.gz');
    const screen = await imds(['doctor', '--bundle', file, ...folders()], { env: { COLUMNS: '1000' } });
    const same = bundled(file);
    assert.equal(screen.code, same.exit_code);
    const lines = screen.stdout.trimEnd().split('\n');
    assert.equal(lines.at(-1), `imds live: ${report.live.text}`);
    for (const { status, title } of same.checks) {
      const label = `${WORDS[status]?.padEnd(6)}${title}  `;
      assert.ok(
        lines.some((line) => line.startsWith(label)),
        label,
      );
    }
    for (const { id, text } of report.checks) {
      // Who else watches, and the clock, are as they were at each of the two looks.
      if (id === 'hooks' || id === 'clock') continue;
      // So is the space that is free, and which uid is: that of a session that runs is not.
      const isSame = MEASURED.has(id)
        ? withoutNumbers(screen.stdout).includes(withoutNumbers(text))
        : screen.stdout.includes(text);
      assert.ok(isSame, text);
    }
  });

  it('leaves no folder behind that it was asked about', async () => {
    await imds(['doctor', ...folders()]);
    assert.throws(() => statSync(join(folder, 'logs')), /ENOENT/);
  });

  it('writes a bundle that says what is in it, and never writes over one', async () => {
    const file = join(folder, 'bundle.tar.gz');
    const { stderr } = await imds(['doctor', '--bundle', file, '--lines', '5', ...folders()]);
    assert.match(
      stderr,
      /^imds doctor: wrote .*bundle\.tar\.gz: doctor\.json \([\d,]+ bytes\), .*; without .*imds-trace\.log \(ENOENT\)/,
    );
    assert.match(stderr, /look before you send it: tar -xzOf /);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.ok(bundled(file).checks.length > 0);
    const before = readFileSync(file);
    const again = await imds(['doctor', '--bundle', file, ...folders()]);
    assert.equal(again.code, 2);
    assert.match(again.stderr, /--bundle .*: exists already\. Give another name\./);
    assert.deepEqual(readFileSync(file), before);
  });

  it('refuses what it cannot act on', async () => {
    const misused = async (...args: string[]) => {
      const { code, stdout, stderr } = await imds(['doctor', ...args]);
      assert.deepEqual([code, stdout], [2, '']);
      return stderr;
    };
    assert.match(await misused('--lines', '5'), /--bundle/);
    assert.match(await misused('--endpoint', 'nowhere'), /is not an IP address/);
  });

  it('refuses logs that live would refuse, in the same words', async () => {
    const log = join(folder, 'logs');
    writeFileSync(log, '');
    const report = reportIn((await imds(['doctor', '--json', ...folders()])).stdout);
    const words = `cannot keep logs in ${log}: it is a symbolic link or no folder`;
    assert.equal(report.checks.find(({ id }) => id === 'logs')?.text, words);
    assert.equal(report.exit_code, 5);
    assert.equal(report.live.status, 'not-ready');
  });
});
