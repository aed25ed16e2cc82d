import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { isCommon } from '../../src/scrub/strict/common-words.ts';
import {
  curlWithToken,
  EPOCH_NS,
  type PcapngBlock,
  request,
  response,
  type TestPacket,
  writePcapng,
} from '../support/packets/index.ts';
import { analysisOf, runScrub } from '../support/scrub.ts';
import { conversationOf, cuts, type Exchange } from './exchanges.ts';

const EXPECTED = { version: undefined, method: undefined, target: undefined, status: undefined };
const REMOTE = { address: '169.254.169.254', port: 80 };
const MAC = '0a1b2c3d4e5f';

const isName = (name: string) => !isCommon(name) && !/\d{12}/.test(name);
/** Without what a mask would take for the name of a secret. */
const role = fc.stringMatching(/^[b-dfghj-n][0-9b-dfghj-n_+,.@-]{6,24}[0-9b-dfghj-n]$/).filter(isName);
const host = fc.stringMatching(/^[b-d][b-dfgh]{4,8}-[0-9]{1,3}$/).filter(isName);
const scenes = fc.record({
  roles: fc.uniqueArray(role, { minLength: 2, maxLength: 2 }),
  host,
  instance: fc.stringMatching(/^i-[0-9a-f]{17}$/),
  account: fc.stringMatching(/^[1-9][0-9]{11}$/),
});
type Scene = typeof scenes extends fc.Arbitrary<infer T> ? T : never;

const PATH = '/latest/meta-data/iam/security-credentials';

function exchangesOf({ roles, host, instance, account }: Scene): Exchange[] {
  const headers = roles.map((name): [string, string] => [
    'User-Agent',
    `Rundeck/4.1 (${instance}; ${account}) role/${name} session=${name}`,
  ]);
  return [
    ...roles.map((name, i) =>
      request(`${PATH}/${name}`, { host: `${host}.corp`, headers: [headers[i] ?? ['A', '']] }),
    ),
    curlWithToken(`/latest/meta-data/tags/${instance}`),
    request(`http://${host}/latest/meta-data/network/interfaces/macs/0a:1b:2c:3d:4e:5f/device-number`),
    curlWithToken(`${PATH}/${roles[0]}`),
  ].map((text) => ({
    request: text,
    answer: response(200, 'x', { connection: 'keep-alive' }),
    expected: EXPECTED,
  }));
}

function recordsOf({ roles, host, instance, account }: Scene): object[] {
  const [first = '', second = ''] = roles;
  return [
    {
      type: 'session',
      format: 1,
      session: '7d0c7f0e-5a52-4a0c-9a53-3f1a5f0b9c11',
      time: String(EPOCH_NS),
      part: 1,
      host: { id: 'ec2f1e0b4b8c4d6ea1c35f7c0d9e8b7a', name: `${host}.corp.internal` },
      endpoints: [REMOTE],
      views: ['wire'],
      attribution: 'ebpf',
    },
    {
      type: 'process',
      pid: 4912,
      start: '777601009000000',
      name: first.slice(0, 15),
      executable: `/opt/${host}/bin/python3`,
      args: [
        'python3',
        'app.py',
        '--role-name',
        second,
        `arn:aws:iam::${account}:role/team/${first}`,
        `curl http://169.254.169.254${PATH}/${first}`,
        `ssh ${host} ${instance}`,
      ],
      unit: `${first}.service`,
      ancestors: [{ pid: 1, start: '1', name: host }],
    },
    {
      type: 'socket_opened',
      time: String(EPOCH_NS),
      cookie: '1',
      local: { address: '172.31.5.9', port: 40_000 },
      remote: REMOTE,
      isn: 0xffff_ff00,
      process: { pid: 4912, start: '777601009000000' },
    },
  ];
}

function captureOf(scene: Scene, packets: readonly TestPacket[]): Buffer {
  return writePcapng([
    { type: 'interface', name: 'eth0', resolution: { base: 10, exponent: 9 } },
    ...recordsOf(scene).map((record): PcapngBlock => ({ type: 'journal', record })),
    ...packets.map((packet): PcapngBlock => ({ type: 'packet', packet })),
  ]);
}

interface Event {
  event: { id: string };
  '@timestamp': string;
  imds: { version: string; path_class: string; ancestors: { name: string }[] };
  url: { path: string };
  process: { pid: number; args: string[] };
  host: { name: string };
  attribution: { source: string; match: string; started_from?: string };
}

const parsed = (events: readonly string[]) => events.map((event) => JSON.parse(event) as Event);
/** What no name is in. */
const rest = ({ event, imds, process, attribution, ...other }: Event) => ({
  event,
  time: other['@timestamp'],
  version: imds.version,
  pathClass: imds.path_class,
  length: other.url.path.length,
  pid: process.pid,
  source: attribution.source,
  match: attribution.match,
  startedFrom: attribution.started_from?.split(' ')[0],
});
const last = (path: string) => path.split('/').at(-1) ?? '';

describe('property: captures scrubbed with --strict', function () {
  this.timeout(240_000);
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'imds-scrub-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  it('hold none of the names, have one in the place of each, and give the same calls', async () => {
    await fc.assert(
      fc.asyncProperty(scenes, cuts, fc.constantFrom('pcap', 'pcapng'), async (scene, cut, ending) => {
        const packets = conversationOf(exchangesOf(scene), cut).packets();
        for (const { bytes } of packets) Buffer.from(bytes.buffer, bytes.byteOffset, 6).write(MAC, 'hex');
        const [input, output] = [join(folder, 'in'), join(folder, `out.${ending}`)];
        writeFileSync(input, captureOf(scene, packets));
        const { code, stderr } = await runScrub(input, output, { force: true, strict: true });
        assert.equal(code, 0, stderr);
        const bytes = Buffer.concat(
          readdirSync(folder)
            .filter((name) => name.startsWith('out'))
            .map((name) => readFileSync(join(folder, name))),
        );
        const { roles, host, instance, account } = scene;
        for (const name of [...roles, host, instance.slice(2), account, '0a:1b:2c', 'ec2f1e0b']) {
          assert.equal(bytes.indexOf(name), -1, name);
        }
        assert.equal(bytes.indexOf(Buffer.from(MAC, 'hex')), -1);
        const before = parsed((await analysisOf([input])).events);
        const after = parsed((await analysisOf([output])).events);
        assert.equal(before.length, 5);
        assert.deepEqual(after.map(rest), before.map(rest));
        const [one, other, , , again] = after.map(({ url }) => last(url.path));
        assert.equal(one, again);
        assert.notEqual(one, other);
        const [call] = after;
        assert.equal(call?.process.args[3], other);
        assert.equal(last(call?.process.args[4] ?? ''), one);
        assert.equal(last(call?.process.args[5] ?? ''), one);
        assert.equal(call?.process.args[6]?.split(' ')[1], call?.host.name.split('.')[0]);
        assert.equal(call?.imds.ancestors[0]?.name, call?.host.name.split('.')[0]);
        for (const name of readdirSync(folder)) rmSync(join(folder, name));
      }),
      { numRuns: 60 },
    );
  });
});
