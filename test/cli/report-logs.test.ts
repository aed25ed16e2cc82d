import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { imds } from './run.ts';
import { DEMO, EVENTS, Folder, LINES } from './saved-events.ts';

const OURS = readFileSync(join(DEMO, 'expected.log'), 'utf8');
const HEAD = '[2026-01-14 11:03:58,071] [WARNING] imdsv1(!)';
const OLD = `${HEAD} (pid:1016:curl argv:curl -s) called by -> (pid:1015:tag.sh argv:/bin/sh tag.sh) req details: get / http/1.1, \n`;
const REMARK =
  '[2026-01-14 11:00:12,408] [INFO] Cannot attach kprobe to sock_sendmsg_nosec, it depends on your kernels.\n';
const NOTE =
  /^imds report: [^\n]+\/logs\/imds-trace\.log[^\n]*: (\d+ lines?) of aws-imds-packet-analyzer read; those of imds are among the events beside it\.\n$/;

describe('imds report, of imds-trace.log', function () {
  this.timeout(60_000);
  const folder = new Folder();
  const put = (name: string, content: string | Uint8Array) => folder.put(name, content);

  async function report(...options: string[]) {
    const { code, stdout, stderr } = await imds(['report', '--json', join(folder.path, 'logs'), ...options]);
    const { captures, totals, verdict } = JSON.parse(stdout);
    const v1 = verdict.hosts.reduce((sum: number, host: { v1: number }) => sum + host.v1, 0);
    return { code, stderr, captures, calls: totals.calls, v1, hosts: verdict.hosts };
  }

  it('leaves out our own beside the events of the same calls, without a word', async () => {
    put('logs/imds-calls.jsonl', EVENTS);
    put('logs/imds-trace.log', `${OURS}${OURS.slice(0, 90)}\nno line of it\n${OURS.slice(0, 200)}`);
    put('logs/imds-trace.log.1', OURS);
    put('logs/imds-trace.log.2', REMARK);
    const { code, stderr, captures, calls } = await report();
    assert.deepEqual([code, captures.length, calls], [0, 1, LINES.length]);
    assert.match(stderr, /^imds report: [^\n]+: no events, skipped: imds-trace\.log\.2\.\n$/);
  });

  it("counts the predecessor's lines beside events, for the host of these, and says so", async () => {
    put('logs/imds-calls.jsonl', EVENTS);
    const before = await report();
    put('logs/imds-trace.log', REMARK + OLD + OLD + OURS);
    const { code, stderr, captures, calls, v1, hosts } = await report();
    assert.equal(code, 0, stderr);
    assert.equal(NOTE.exec(stderr)?.[1], '2 lines');
    assert.deepEqual([calls, v1], [before.calls + 2, before.v1 + 2]);
    assert.deepEqual(
      hosts.map(({ host }: { host: string }) => host),
      ['web-7'],
    );
    assert.equal(captures[0].events, 2);
    assert.equal((await report('--since', '2026-01-15')).v1, before.v1);
    assert.equal((await report('--host', 'web-7')).v1, before.v1 + 2);
  });

  it("takes them for nobody's where the events beside them are of several hosts", async () => {
    const [line = ''] = LINES;
    put('logs/imds-calls.jsonl', EVENTS);
    put(
      'logs/other.jsonl',
      `${line.replace('"host":{"id":"ec', '"host":{"id":"dd').replace('"web-7"', '"web-8"')}\n`,
    );
    put('logs/imds-trace.log.1', OLD);
    const { hosts } = await report();
    const names = hosts.map(({ host }: { host: string }) => host.replace(folder.path, ''));
    assert.ok(names.includes('/logs/imds-trace.log'), names.join());
  });

  it('says where lines of it cannot be read', async () => {
    put('logs/imds-calls.jsonl', EVENTS);
    put('logs/imds-trace.log', `${OURS}${OLD}no line of it\n`);
    const { code, stderr } = await report();
    assert.equal(code, 4);
    assert.match(stderr, /1 is none, the first of them line \d+\./);
  });

  it('counts as many calls in parts as in the whole, as those of one log', async () => {
    const line = (time: string) =>
      `[2026-01-14T${time}] [WARNING] IMDSv1(!) (pid:1016:agent argv:/opt/agent)\n`;
    const lines = [line('10:59:58'), line('10:59:58'), line('10:59:58'), line('11:00:01')];
    put('logs/imds-trace.log.2', lines.slice(0, 2).join(''));
    put('logs/imds-trace.log.1', lines.slice(2).join(''));
    const { code, v1, hosts } = await report();
    assert.deepEqual([code, v1, hosts.length], [0, 4, 1]);
    put('copies/imds-trace.log.1', lines.slice(2).join(''));
    assert.equal((await report(join(folder.path, 'copies'))).v1, 4);
    const [first = '', ...others] = lines.reverse();
    put('other/imds-trace.log', others.toSpliced(1, 0, first).join(''));
    const { stdout } = await imds(['report', '--json', join(folder.path, 'other')]);
    assert.equal(JSON.parse(stdout).totals.calls, 4);
  });
});
