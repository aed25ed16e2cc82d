import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { RULES } from '../../src/causes/rules/index.ts';
import { counterTopic } from '../../src/cli/explain-counter.ts';
import { PATH_CLASSES } from '../../src/model.ts';
import { imds } from './run.ts';

const COLUMNS = 80;

async function explain(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await imds(['explain', ...args], { env: { COLUMNS: String(COLUMNS) } });
  assert.equal(code, 0, stderr);
  assert.equal(stderr, '');
  for (const line of stdout.split('\n')) assert.ok(line.length <= COLUMNS, line);
  return stdout;
}

describe('imds explain', () => {
  it('lists every rule once', async () => {
    const lines = (await explain()).split('\n');
    for (const { id, severity, kind } of RULES) {
      const pattern = new RegExp(`^${id} +${severity} +${kind} `);
      assert.equal(lines.filter((line) => pattern.test(line)).length, 1, id);
    }
  });

  it('explains one in full', async () => {
    const text = (await explain('fallback-hop-limit')).replace(/\s+/g, ' ');
    const rule = RULES.find(({ id }) => id === 'fallback-hop-limit');
    assert.ok(rule);
    const { title, meaning, recognised, sources } = rule;
    for (const part of [title, meaning, recognised, rule.remedy(), ...sources]) {
      assert.ok(text.includes(part), `${part}\nis not in\n${text}`);
    }
  });

  it('explains verdicts, versions of calls and what is asked for, as reports write them', async () => {
    const { stdout } = await imds(['explain']);
    const words = ['ready', 'not-ready', 'not-enough-evidence', 'v1', 'v2', 'unknown', 'foreign', 'attempt'];
    for (const id of [...words, ...PATH_CLASSES]) {
      assert.match(await explain(id), new RegExp(`^${id}: .+\\n\\n(?:.+\\n)+`, 'm'), id);
      assert.match(stdout, new RegExp(`^${id} +- +word `, 'm'), id);
    }
    assert.equal(await explain('NOT READY'), await explain('not-ready'));
    assert.equal(await explain('NOT', 'READY'), await explain('not-ready'));
    assert.equal(await explain('IMDSv1(!)'), await explain('v1'));
    assert.equal(await explain('IMDSv2'), await explain('v2'));
    assert.equal(await explain('{MISSING PAYLOAD}'), await explain('unknown'));
    // A cause has the same name.
    const unknown = await explain('UNKNOWN');
    assert.match(unknown, /^unknown: a call whose version could not be read$/m);
    assert.match(unknown, /^Recognised /m);
  });

  it('explains every counter that is documented, and whether it takes from the proof', async () => {
    const documented = readFileSync(new URL('../../docs/output.md', import.meta.url), 'utf8');
    const rows = documented.slice(documented.indexOf('| counter | counts |')).split('\n\n', 1)[0] ?? '';
    const harmless = new Map(
      [...rows.matchAll(/`([a-z]+\.[a-z_]+)`( ○)?/g)].map(([, name = '', mark]) => [
        name,
        mark !== undefined,
      ]),
    );
    assert.ok(harmless.size > 35, `${harmless.size} counters`);
    for (const [name, isHarmless] of harmless) {
      const topic = counterTopic(name);
      assert.ok(topic, name);
      assert.equal(topic.meaning.includes('takes nothing from the proof'), isHarmless, name);
    }
    const others = ['blank.waits_ended', 'link.unsupported.LINKTYPE_105'];
    for (const name of ['inventory.calls_turned_away', ...others])
      assert.ok((await explain(name)).startsWith(`${name}: `), name);
  });

  it('explains why a call could not be read, as the report writes it', async () => {
    assert.match(await explain('request', 'ended', 'early'), /^request ended early: the connection, or /);
    assert.match(await explain('payload cut by the snap length'), /tcpdump -s 0/);
  });

  it('explains several', async () => {
    const both = `${await explain('no-token')}\n${await explain('tcp.missing_bytes')}`;
    assert.equal(await explain('no-token', 'tcp.missing_bytes'), both);
    const { code, stderr } = await imds(['explain', 'no-token', 'nosuch']);
    assert.equal(code, 2);
    assert.match(stderr, /^imds explain: "nosuch": /);
  });

  it('says which id was probably meant', async () => {
    for (const [word, meant] of [
      ['fallback-hoplimit', 'fallback-hop-limit'],
      ['notready', 'not-ready'],
      ['tcp.missing_byte', 'tcp.missing_bytes'],
    ] as const) {
      const { code, stderr } = await imds(['explain', word]);
      assert.equal(code, 2);
      assert.ok(stderr.includes(`Did you mean ${meant}?`), stderr);
    }
  });

  it('says what to do about an id that there is not, with exit code 2', async () => {
    const { code, stdout, stderr } = await imds(['explain', `no-such\u001b[31m${'x'.repeat(500)}`]);
    assert.equal(code, 2);
    assert.equal(stdout, '');
    assert.match(stderr, /there is no such cause, finding or counter/);
    assert.match(stderr, /imds explain lists them/);
    assert.ok(!stderr.includes('\u001b'), 'escapes are shown escaped');
    assert.ok(stderr.length < 500);
  });
});
