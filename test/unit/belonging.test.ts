import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { strangersProblem } from '../../src/belonging.ts';
import type { JournalRecord, SocketEstablishedRecord } from '../../src/bpf/records.ts';
import { openInputs } from '../../src/inputs.ts';
import { runCapture } from '../../src/pipeline.ts';
import { ENDPOINT, journal, START_NS, sidecar } from '../support/journal.ts';
import { curl, response, TcpConversation, writePcap } from '../support/packets/index.ts';
import { analysisOf, runScrub } from '../support/scrub.ts';
import { FakeSink } from './pipeline/fakes.ts';

const REMOTE = { address: ENDPOINT.address, port: ENDPOINT.port };
const established = (isn: number, over: Partial<SocketEstablishedRecord> = {}): SocketEstablishedRecord => ({
  ...journal.opened(1, { cookie: String(isn), isn }),
  type: 'socket_established',
  ...over,
});
const connection = (clientIsn: number, port = 40_000) =>
  new TcpConversation({ client: { address: '10.0.0.5', port }, clientIsn, startNs: START_NS + 1_000_000n })
    .handshake()
    .exchange(curl('/latest/'), response(200, 'x'))
    .fin()
    .packets();

describe('records beside a capture', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'imds-belonging-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  /** A capture in which these connections begin, and records beside it. */
  function written(isns: readonly number[], ...records: readonly [number, JournalRecord][]): string {
    const path = join(folder, 'a.pcap');
    writeFileSync(path, writePcap(isns.flatMap((isn, i) => connection(isn, 40_000 + i))));
    writeFileSync(`${path}.correlations.jsonl`, sidecar(...records));
    return path;
  }

  async function codeOf(path: string, endpoint: { address: string; port: number; family: 4 } = ENDPOINT) {
    const { captures } = await openInputs([path], { ring: false });
    const [part] = captures[0]?.parts ?? [];
    assert.ok(part);
    return (await strangersProblem(part, [endpoint]))?.code;
  }

  const STRANGERS = 'correlations.other_connections';
  const header = journal.session();

  it('are its own where one connection is told of by both, wherever that stands', async () => {
    assert.equal(
      await codeOf(written([1, 2], [0, header], [0, established(9)], [15, established(2)])),
      undefined,
    );
    assert.equal(
      await codeOf(written([1, 2], [0, header], [0, established(1)], [0, established(9)])),
      undefined,
    );
    // Of an attempt alone, as well.
    const attempt = journal.opened(1, { cookie: '7', isn: 2 });
    assert.equal(await codeOf(written([1, 2], [0, header], [0, established(9)], [2, attempt])), undefined);
  });

  it('are of another capture where they have no connection in common', async () => {
    assert.equal(await codeOf(written([1, 2], [0, header], [2, established(3)])), STRANGERS);
    const closed = journal.closed(5, { cookie: '3', remote: REMOTE, isn: 3, sent: '90' });
    assert.equal(await codeOf(written([1], [0, header], [3, closed])), STRANGERS);
  });

  it('may be its own where nothing of theirs would be in it', async () => {
    // A connect that got no answer, perhaps not sent for a firewall; another address; nothing at all.
    assert.equal(await codeOf(written([1], [0, header], [2, journal.opened(1, { isn: 3 })])), undefined);
    const other = established(3, { remote: { address: '10.0.0.7', port: 80 } });
    assert.equal(await codeOf(written([1], [0, header], [2, other])), undefined);
    assert.equal(await codeOf(written([1], [0, header])), undefined);
    // The capture begins in the middle of its connections.
    const path = written([], [0, header], [2, established(3)]);
    writeFileSync(path, writePcap(connection(3).slice(3)));
    assert.equal(await codeOf(path), undefined);
  });

  it('repeat in a later file what was open before it', async () => {
    const later = journal.session({ part: 2 });
    assert.equal(await codeOf(written([1], [0, later], [0, established(3)])), undefined);
    assert.equal(await codeOf(written([1], [0, later], [1, established(3)])), STRANGERS);
  });

  it('are told of at the end of what can be read only once', async () => {
    for (const [isn, expected] of [
      [1, []],
      [3, [STRANGERS]],
    ] as const) {
      const socket = { cookie: String(isn), isn };
      const path = written(
        [1, 2],
        [0, header],
        [0, journal.opened(1, socket)],
        [9, journal.closed(9, { ...socket, sent: '90', received: '80' })],
        [9, journal.end(3000)],
      );
      const { captures } = await openInputs(['-'], {
        ring: false,
        correlations: `${path}.correlations.jsonl`,
        stdin: Readable.from([readFileSync(path)]),
      });
      const [input] = captures;
      assert.ok(input);
      const { problems } = await runCapture(input, { endpoints: [ENDPOINT] }, new FakeSink());
      assert.deepEqual(
        problems.map(({ code }) => code),
        expected,
      );
    }
  });

  it('name no host and no call where they are of another capture, and are not scrubbed with it', async () => {
    const path = written([1, 2], [0, header], [2, established(3)], [9, journal.end(900)]);
    const { events, summaries } = await analysisOf([path]);
    assert.deepEqual(
      events.map((event) => JSON.parse(event)).map(({ attribution, host }) => [attribution.reason, host]),
      [
        ['records of another capture', undefined],
        ['records of another capture', undefined],
      ],
    );
    const [summary] = summaries;
    assert.equal(summary?.host, undefined);
    assert.deepEqual(
      summary?.problems.map(({ code, damage }) => [code, damage]),
      [[STRANGERS, true]],
    );
    const { code, stderr } = await runScrub(path, join(folder, 'out.pcap'));
    assert.equal(code, 4);
    assert.match(stderr, /of none that begins in .*a\.pcap: they are of another capture, and were not used/);
    assert.doesNotMatch(stderr, /records; blanked/);
  });
});
