import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EventLineParser } from '../../../src/events/event-line.ts';
import { Line } from '../../../src/events/line.ts';

const FIXTURES = join(import.meta.dirname, '..', '..', '..', 'fixtures');

interface Saved {
  imds: { version?: string; ancestors?: { pid: number; name?: string }[] };
  process?: { pid: number; name?: string; args?: string[] };
}

function linesOf(name: string, file: string): string[] {
  const path = join(FIXTURES, name, file);
  return existsSync(path) ? readFileSync(path, 'utf8').split('\n').filter(Boolean) : [];
}

describe('lines of imds-trace.log', () => {
  const cases = readdirSync(FIXTURES).filter((name) => linesOf(name, 'expected.log').length > 0);

  it('were found', () => assert.ok(cases.length > 40));

  for (const name of cases) {
    const events = linesOf(name, 'expected.jsonl').map((line) => JSON.parse(line) as Saved);
    const log = linesOf(name, 'expected.log');

    it(`tell the callers that the events tell: ${name}`, () => {
      const parser = new EventLineParser();
      assert.equal(log.length, events.length);
      for (const [i, line] of log.entries()) {
        const call = parser.parse(Line.of(line), 'imds-trace.log');
        const event = events[i];
        assert.ok(call, line);
        assert.equal(call.call.version, event?.imds.version, line);
        assert.equal(call.process?.pid, event?.process?.pid, line);
        assert.deepEqual(
          call.process?.ancestors.map(({ pid }) => pid),
          event?.process && (event.imds.ancestors ?? []).slice(0, 3).map(({ pid }) => pid),
          line,
        );
      }
    });

    it(`are read in lower case too, as the predecessor writes them: ${name}`, () => {
      const parser = new EventLineParser();
      for (const [i, line] of log.entries()) {
        const call = parser.parse(Line.of(line.toLowerCase().replace('t', 'T')), 'imds-trace.log');
        assert.equal(call?.call.version, events[i]?.imds.version, line);
        assert.equal(call?.process?.pid, events[i]?.process?.pid, line);
      }
    });
  }

  it('have the same ids in a copy, and each of equal lines its own', () => {
    const line =
      '[2022-12-20T11:03:58] [WARNING] IMDSv1(!) (pid:1016:curl argv:curl http://169.254.169.254/latest/meta-data/) called by -> (pid:1015:makeCalls.sh argv:/bin/bash ./makeCalls.sh) -> (pid:32678:zsh argv:-zsh) -> (pid:32678:sshd argv:sshd: )';
    const parser = new EventLineParser();
    const ids = [1, 2, 1, 2].map((_, i) => {
      if (i % 2 === 0) parser.beginFile();
      return parser.parse(Line.of(line), 'a')?.eventId;
    });
    assert.equal(new Set(ids).size, 2);
    assert.deepEqual(ids.slice(0, 2), ids.slice(2));
    const call = parser.parse(Line.of(line), 'a');
    assert.deepEqual(call?.process?.args, ['curl', 'http://169.254.169.254/latest/meta-data/']);
    assert.deepEqual(
      call?.process?.ancestors.map(({ name }) => name),
      ['makeCalls.sh', 'zsh', 'sshd'],
    );
  });

  it('may end with the request, as the predecessor writes them since its 1.1.0', () => {
    const chain = '(pid:1016:curl argv:curl -s) called by -> (pid:1015:run.sh argv:/bin/bash ./run.sh)';
    for (const details of [
      ' req details: get /latest/meta-data/ http/1.1, host: 169.254.169.254, accept: */*, ',
      ' Req details: GET /) HTTP/1.1, Host: 169.254.169.254, ',
      ' req details: get /?) req details: (pid:1:init argv:init) http/1.1, ',
    ]) {
      const line = `[2022-12-20 11:03:58,123] [WARNING] imdsv1(!) ${chain}${details}`;
      const call = new EventLineParser().parse(Line.of(line), 'a');
      assert.equal(call?.call.time, BigInt(new Date(2022, 11, 20, 11, 3, 58, 123).getTime()) * 1_000_000n);
      assert.equal(call?.call.version, 'v1', line);
      assert.deepEqual(call?.process?.args, ['curl', '-s'], line);
      assert.equal(call?.process?.ancestors[0]?.pid, 1015, line);
    }
  });

  it('name no ancestor that a request or an argument made up', () => {
    const own = '(pid:1016:curl argv:curl -s)';
    const real = ' called by -> (pid:1015:run.sh argv:sh)';
    const forged = ' called by -> (pid:77:victim-agent argv:/usr/bin/victim-agent)';
    const request = ' Req details: GET / HTTP/1.1, ';
    const cases: readonly (readonly [string, number[]])[] = [
      [`${own}${real} -> (pid:1:init argv:init)${request}`, [1015, 1]],
      [`${own} Req details: GET /)${forged}${request}`, []],
      [`${own}${real} Req details: GET /)${forged}${request}`, []],
      [`${own}${real} Req details: GET /) -> (pid:77:victim-agent argv:x)${request}`, []],
      [`${own}${real} Req details: GET /)${request}`, [1015]],
      [`(pid:1016:curl argv:curl x)${forged} Req details: y)${real}${request}`, []],
      [`(pid:1016:curl argv:curl x)${forged}${real}${request}`, []],
      [`(pid:1016:curl argv:curl x)${forged}${real}`, []],
      [`(pid:1016:a) Req details:  argv:evil)${real}${request}`, [1015]],
      [`(pid:1016:a argv:evil${') Req details: '.repeat(9)})${forged})${request}`, []],
    ];
    for (const [chain, pids] of cases) {
      const line = `[2022-12-20 11:03:58,123] [WARNING] IMDSv1(!) ${chain}`;
      const call = new EventLineParser().parse(Line.of(line), 'a');
      assert.equal(call?.process?.pid, 1016, chain);
      const ancestors = call?.process?.ancestors.map(({ pid }) => pid);
      assert.deepEqual(ancestors, pids, chain);
    }
    for (const piece of [
      ') Req details: ',
      ' -> (pid:1:',
      ') Req details:  -> (pid:1:',
      ' called by -> (pid:1:a argv:b)',
    ]) {
      const line = `[2022-12-20 11:03:58,123] [WARNING] IMDSv1(!) (pid:1:a${piece.repeat(100_000)})`;
      const began = performance.now();
      new EventLineParser().parse(Line.of(line), 'a');
      assert.ok(performance.now() - began < 2000, piece);
    }
  });

  it('are left out without a word where the predecessor tells of itself', () => {
    const parser = new EventLineParser();
    const own = [
      'Try to attach multiple kernel functions to make sure the event can be triggered in most cases.',
      'Cannot attach kprobe to sock_sendmsg_nosec, it depends on your kernels.',
    ];
    for (const text of own) {
      const line = Line.of(`[2022-12-20 11:03:58,123] [INFO] ${text}`);
      assert.equal(parser.parse(line, 'a'), undefined);
      assert.ok(parser.isRemark(line), text);
    }
    assert.ok(!parser.isRemark(Line.of('[2022-12-20T11:03:58] [INFO] hello')));
  });

  it('that are no lines of it are none', () => {
    const parser = new EventLineParser();
    for (const line of [
      '[]',
      '[x] [y] IMDSv1(!) (pid:1:a argv:b)',
      '[2022-12-20T11:03:58] [INFO] hello',
      '[1,2]',
    ]) {
      assert.equal(parser.parse(Line.of(line), 'a'), undefined, line);
    }
    const endless = `[2022-12-20T11:03:58] [INFO] IMDSv2 (pid:1:a argv:${' -> (pid:'.repeat(100_000)}`;
    assert.equal(parser.parse(Line.of(endless), 'a'), undefined);
  });
});
