import assert from 'node:assert/strict';
import { chmodSync, chownSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MAX_CONFIG_BYTES } from '../../../src/config/file.ts';
import { type ConfigRequest, contradictions, readConfig, requireConfig } from '../../../src/config/index.ts';
import { KEYS, SETTINGS, variableOf } from '../../../src/config/settings.ts';
import { ImdsError } from '../../../src/errors.ts';

describe('the configuration', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'imds-config-'));
    file = join(folder, 'imds.toml');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const read = (request: Partial<ConfigRequest> = {}) =>
    readConfig({ config: file, env: {}, flags: {}, ...request });
  const write = (text: string | Buffer, mode = 0o644) => {
    writeFileSync(file, text);
    chmodSync(file, mode);
  };

  it('is that of flags over environment over file over defaults, each with where it comes from', async () => {
    write('[log]\nfolder = "/of/file"\n[log.trace]\nbackups = 7\nlevel = "error"\n');
    const { values, sources, problems } = await read({
      env: { IMDS_LOG_FOLDER: '/of/environment', IMDS_LOG_TRACE_LEVEL: 'warning', PATH: '/bin' },
      flags: { 'log.folder': { value: '/of/flag', flag: '--log-dir' } },
    });
    assert.deepEqual(problems, []);
    const of = (key: 'log.folder' | 'log.trace.level' | 'log.trace.backups' | 'log.trace.file') => [
      values[key],
      sources[key].origin,
      sources[key].where,
    ];
    assert.deepEqual(of('log.folder'), ['/of/flag', 'flag', '--log-dir']);
    assert.deepEqual(of('log.trace.level'), ['warning', 'environment', 'IMDS_LOG_TRACE_LEVEL']);
    assert.deepEqual(of('log.trace.backups'), [7, 'file', `${file}:4:11`]);
    assert.deepEqual(of('log.trace.file'), ['imds-trace.log', 'default', undefined]);
  });

  it('has a variable for each setting, which reads what the file reads', async () => {
    const texts = Object.fromEntries(
      KEYS.map((key) => {
        const { default: standard } = SETTINGS[key];
        return [variableOf(key), typeof standard === 'object' ? standard.join(', ') : String(standard)];
      }),
    );
    const { values, sources, problems } = await read({ config: 'none', env: texts });
    assert.deepEqual(problems, []);
    for (const key of KEYS) {
      assert.deepEqual(values[key], SETTINGS[key].default);
      assert.equal(sources[key].origin, 'environment', key);
    }
  });

  it('takes filters of the variable in place of those of the file', async () => {
    write('[[ignore]]\nunit = "a"\nreason = "r"\nexpires = 2030-01-01\n');
    assert.equal((await read()).rules[0]?.where.unit, 'a');
    const { rules, rulesFrom } = await read({ env: { IMDS_IGNORE: '[]' } });
    assert.deepEqual([rules, rulesFrom.where], [[], 'IMDS_IGNORE']);
  });

  it('tells variables that are wrong, and those that look misspelt, and leaves others alone', async () => {
    const env = {
      IMDS_LOG_TRACE_BACKUPS: 'many',
      IMDS_LOG_FOLDR: '/a',
      // As Kubernetes sets them where a service is called imds.
      IMDS_PORT: 'tcp://10.0.0.1:80',
      IMDS_SERVICE_HOST: '10.0.0.1',
    };
    const { problems, misspelt } = await read({ config: 'none', env });
    assert.deepEqual(
      problems.map(({ where, message }) => `${where}: ${message}`),
      ['IMDS_LOG_TRACE_BACKUPS: log.trace.backups: expected a whole number from 0 to 1000; found "many"'],
    );
    assert.deepEqual(misspelt, [{ name: 'IMDS_LOG_FOLDR', meant: 'IMDS_LOG_FOLDER' }]);
  });

  it('is named by a variable where no flag names one', async () => {
    write('[log]\nfolder = "/of/file"\n');
    assert.equal((await read({ config: undefined, env: { IMDS_CONFIG: file } })).file, file);
    assert.equal((await read({ config: 'none', env: { IMDS_CONFIG: file } })).file, undefined);
  });

  it('is none of two settings that contradict each other', async () => {
    const CASES: readonly [text: string, problem: RegExp][] = [
      [
        '[log]\ntrace.file = "imds-a"\nevents.file = "imds-a"',
        /:3:15 log\.events\.file: the same name as log\.trace\.file/,
      ],
      ['log.trace.file = "imds-calls.jsonl"', /:1:18 log\.events\.file: the same name as log\.trace\.file/],
      ...['imds-callers.json', 'imds-callers.json.damaged', 'imds-callers.json.new-a'].map(
        (name): [string, RegExp] => [
          `log.events.file = "${name}"`,
          /:1:19 log\.events\.file: the name of a file of the inventory, which is in inventory\.folder/,
        ],
      ),
      [
        'log.trace.file = "imds-live.lock"',
        /:1:18 log\.trace\.file: the name of the lock that is in log\.folder/,
      ],
      [
        'capture.file = "/var/log/../log/imds/imds-calls.jsonl"',
        /:1:16 capture\.file: the same file as log\.events\.file/,
      ],
      [
        'capture.file = "/a/imds-a"\nlog.folder = "/a/"\nlog.trace.file = "imds-a.correlations.jsonl"',
        /:1:16 capture\.file: the same file as log\.trace\.file/,
      ],
      [
        'capture.file = "/var/lib/imds/imds-callers.json"',
        /:1:16 capture\.file: a file of inventory\.folder/,
      ],
      ['capture.rotate_size = "1MB"', /:1:23 capture\.rotate_size: set without capture\.file/],
      ['capture.rotate_count = 2', /:1:24 capture\.rotate_count: set without capture\.rotate_size/],
      ['[account]\nuser = "a"\nkeep_root = true', /:3:13 account\.keep_root: true beside account\.user/],
    ];
    for (const [text, problem] of CASES) {
      write(text);
      const found = contradictions(await read()).map(({ where, message }) => `${where} ${message}`);
      assert.match(found.join('\n'), problem);
    }
  });

  it('calls no log as a rolled one is called', async () => {
    write('log.trace.file = "imds-calls.jsonl.1"');
    const [problem] = (await read()).problems;
    assert.match(problem?.message ?? '', /^log\.trace\.file: expected a file name .* ends with a letter/);
  });

  it('is required to be right: the first problem ends the run, with what to do', async () => {
    write('[log]\nfoldr = "/a"\nenabled = 3\n');
    await assert.rejects(requireConfig({ config: file, env: {}, flags: {} }), (error) => {
      assert.ok(error instanceof ImdsError);
      assert.equal(error.exitCode, 2);
      assert.equal(error.message, `${file}:2:1: unknown key log.foldr (and 1 more: imds config check)`);
      assert.equal(error.remedy, 'Did you mean log.folder?');
      return true;
    });
  });

  describe('as a file', () => {
    it('has to be there, when somebody named it', async () => {
      await assert.rejects(read(), /there is no such configuration/);
    });

    it('has to be a file of at most 256 KiB', async () => {
      write(Buffer.alloc(MAX_CONFIG_BYTES, '\n'));
      assert.deepEqual((await read()).problems, []);
      write(Buffer.alloc(MAX_CONFIG_BYTES + 1, '\n'));
      await assert.rejects(read(), /imds\.toml: longer than 256 KiB/);
      await assert.rejects(read({ config: folder }), /no regular file/);
      await assert.rejects(read({ config: '/dev/zero' }), /no regular file/);
    });

    it('has to be one that can be read', async () => {
      await assert.rejects(read({ config: '/proc/self/mem' }), (error) => {
        assert.ok(error instanceof ImdsError);
        assert.equal(error.exitCode, 2);
        assert.match(error.message, /^\/proc\/self\/mem: it cannot be read: EIO/);
        return true;
      });
    });

    it('is not followed by root where somebody else could change it', async () => {
      if (process.geteuid?.() !== 0) {
        // Of others than root, whoever can change the file gains nothing by it.
        write('', 0o666);
        assert.deepEqual((await read()).problems, []);
        return;
      }
      write('', 0o664);
      await assert.rejects(
        read(),
        /every member of group 0 can change it \(mode 0664\), and this process is root$/,
      );
      write('', 0o646);
      await assert.rejects(read(), /every user of this host can change it \(mode 0646\)/);
      write('');
      chownSync(file, 1234, 0);
      await assert.rejects(read(), (error) => {
        assert.ok(error instanceof ImdsError);
        assert.match(error.message, /uid 1234, whose it is can change it/);
        assert.match(error.remedy ?? '', /chown root:root .* && chmod 644 .*--config none/);
        return true;
      });
      chownSync(file, 0, 0);
      assert.deepEqual((await read()).problems, []);
    });
  });

  it('has each of its keys, and no other, in the documentation', () => {
    const text = readFileSync('docs/configuration.md', 'utf8');
    for (const key of KEYS) assert.ok(text.includes(`| \`${key}\` |`), key);
    const named = [
      ...text.matchAll(/`((?:capture|process|terminal|log|inventory|account|metrics)\.[a-z_.]+[a-z])`/g),
    ];
    assert.ok(named.length > KEYS.length);
    for (const [, name = ''] of named) assert.ok((KEYS as readonly string[]).includes(name), name);
  });
});
