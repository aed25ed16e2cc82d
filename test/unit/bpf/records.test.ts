import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { isIPv4, isIPv6 } from 'node:net';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { checkRecord, parseRecord } from '../../../src/bpf/parse.ts';
import { type JournalRecord, MAX_RECORD_BYTES } from '../../../src/bpf/records.ts';
import { at, journal } from '../../support/journal.ts';

const schemaFile = join(import.meta.dirname, '../../../schemas/record.schema.json');
const ajv = new Ajv2020({ strict: true, strictRequired: false, strictTypes: false });
ajv.addFormat('ipv4', isIPv4);
ajv.addFormat('ipv6', (text: string) => isIPv6(text) && !text.includes('%'));
const matchesSchema = ajv.compile(JSON.parse(readFileSync(schemaFile, 'utf8')));

const REFERENCE = { pid: 7, start: '5' };

const VALID: JournalRecord[] = [
  journal.session({ boot_id: 'b', kernel: 'k', interfaces: ['eth0'], versions: { imds: '0.1.0' } }),
  journal.process(REFERENCE, {
    exec: 3,
    time: at(1),
    executable: '/usr/bin/curl',
    args: ['curl', ''],
    args_truncated: true,
    user_id: 0,
    user_name: 'root',
    group_id: 0,
    login_user_id: 0xffffffff,
    cgroup_id: '18446744073709551615',
    cgroup_path: '/',
    container_id: 'c',
    unit: 'a.service',
    netns: 4026531992,
    mntns: 4026531841,
    chroot: true,
    namespace_pid: 1,
    ancestors: [{ pid: 1, start: '0', name: 'init' }, REFERENCE],
  }),
  journal.opened(1, { process: REFERENCE, tid: 8, netns: 4026531992 }),
  { ...journal.opened(1), type: 'socket_established', server_isn: 0xffffffff },
  { ...journal.opened(1), type: 'socket_inherited' },
  journal.closed(1, { sent: '18446744073709551615', failed: true, errno: 111 }),
  journal.stream(1),
  journal.procfs(1, { isn: 1, netns: 1, process: REFERENCE }),
  journal.procfs(1, { failed: 'gone' }),
  {
    type: 'program',
    time: at(1),
    path: '/usr/bin/curl',
    mntns: 4026531841,
    package: 'curl',
    version: '7.88.1-10+deb12u14',
    manager: 'dpkg',
  },
  {
    type: 'container',
    time: at(1),
    container_id: 'c',
    name: 'web',
    image: 'docker.io/library/nginx:1.25',
    runtime: 'containerd',
    orchestrator: 'kubernetes',
    pod: 'web-5d8f',
    namespace: 'default',
    pod_id: '3f2a9c81-d0aa-52c3-8b1e-0a9c81d0aa52',
    task: 't',
    init_pid: 1,
  },
  { type: 'unit', time: at(1), unit: 'apt-daily.service', user_manager: true, timer: 'apt-daily.timer' },
  { type: 'user', time: at(1), user_id: 0, name: 'root' },
  journal.losses(1, { 'events.ring_full': '3', 'link.unsupported.LINKTYPE_147': '0' }),
  { type: 'probe_exit', time: at(1), code: 1, signal: 'SIGKILL', message: 'killed' },
  journal.tick(1),
  { type: 'end', time: at(1), reason: 'SIGTERM' },
];

/** Values that no field, or nearly none, may have. */
const HOSTILE: unknown[] = [
  null,
  undefined,
  true,
  -1,
  0,
  1.5,
  4294967296,
  4194305,
  65536,
  2 ** 53,
  1e308,
  '',
  '-1',
  '01',
  '1e3',
  ' 1',
  '1\n',
  '18446744073709551615',
  '18446744073709551616',
  '99999999999999999999',
  '999999999999999999999',
  '::1',
  'fe80::1%eth0',
  'x'.repeat(65),
  'x'.repeat(257),
  'x'.repeat(1025),
  'x'.repeat(4097),
  'x'.repeat(131_073),
  [],
  ['x'],
  [null],
  Array(65).fill({ address: '1.2.3.4', port: 1 }),
  Array(257).fill('a'),
  Array(8193).fill('a'),
  {},
  { pid: 1 },
  { pid: 1, start: '1' },
  { address: '1.2.3.4', port: 80 },
  { address: '1.2.3.4', port: 65536 },
  { address: '1.2.3', port: 80 },
  { address: 'fe80::1%lo', port: 80 },
  { address: '::ffff:1.2.3.4', port: 80 },
  { 'a.b': '1' },
  { ab: '1' },
  { 'a.b': 1 },
  { constructor: '1' },
  { id: '' },
];

function isAccepted(value: unknown): boolean {
  return 'record' in checkRecord(value);
}

/** A copy with one field, at whatever depth, replaced or left out. */
function* variantsOf(value: object): Generator<object> {
  for (const [name, field] of Object.entries(value)) {
    for (const hostile of HOSTILE) yield JSON.parse(JSON.stringify({ ...value, [name]: hostile }));
    if (typeof field === 'object' && field !== null) {
      const empty = Array.isArray(field) ? [...field] : { ...field };
      for (const variant of variantsOf(empty)) {
        yield { ...value, [name]: Array.isArray(field) ? Object.values(variant) : variant };
      }
    }
  }
}

describe('journal records', () => {
  for (const record of VALID) {
    it(`accepts a whole ${record.type}, as it was written`, () => {
      assert.deepEqual(parseRecord(Buffer.from(JSON.stringify(record))), { record });
      assert.ok(matchesSchema(record), JSON.stringify(matchesSchema.errors));
    });

    it(`refuses of ${record.type} what the schema refuses, and nothing else`, () => {
      let refused = 0;
      for (const variant of variantsOf(record)) {
        if (!Object.hasOwn(variant, 'type') || (variant as { type: unknown }).type !== record.type) continue;
        const accepted = isAccepted(variant);
        assert.equal(accepted, matchesSchema(variant), JSON.stringify(variant).slice(0, 500));
        if (!accepted) refused++;
      }
      assert.ok(refused > 20);
    });
  }

  it('leaves out what it does not know, and counts types that it does not know', () => {
    const given = { ...journal.tick(1), colour: 'red', __proto__: { isn: 1 } };
    assert.deepEqual(checkRecord(given), { record: journal.tick(1) });
    assert.deepEqual(checkRecord({ type: 'weather', time: 3 }), { unknownType: true });
    assert.ok(matchesSchema({ type: 'weather', time: 3 }));
  });

  const malformed: [name: string, json: string, why: string][] = [
    ['no JSON', '{"type":', 'not JSON'],
    ['nothing', '', 'not JSON'],
    ['an array', '[1]', 'not a JSON object'],
    ['null', 'null', 'not a JSON object'],
    ['a number', '7', 'not a JSON object'],
    ['no type', '{"time":"1"}', 'no `type`'],
    ['a type that is an object', '{"type":{}}', 'no `type`'],
    ['a missing field', '{"type":"tick"}', '`time` of a tick record'],
    ['a number for a time', '{"type":"tick","time":1}', '`time` of a tick record'],
    [
      'both answers',
      JSON.stringify(journal.procfs(1, { process: REFERENCE, failed: 'gone' })),
      '`process` of a procfs record',
    ],
    ['neither answer', JSON.stringify(journal.procfs(1)), '`process` of a procfs record'],
    ['deep nesting', '['.repeat(100_000), 'not JSON'],
  ];
  for (const [name, json, why] of malformed) {
    it(`says what is wrong with ${name}`, () => {
      assert.deepEqual(parseRecord(Buffer.from(json)), { invalid: why });
    });
  }

  it('refuses a record over 256 KiB before it is parsed', () => {
    const json = Buffer.alloc(MAX_RECORD_BYTES + 1, ' ');
    assert.deepEqual(parseRecord(json), { tooLong: true });
  });

  it('cannot be made to change a prototype', () => {
    const json = '{"type":"losses","time":"1","__proto__":{"polluted":"1"},"counters":{"__proto__":"1"}}';
    assert.deepEqual(parseRecord(Buffer.from(json)), { invalid: '`counters` of a losses record' });
    parseRecord(Buffer.from('{"type":"tick","time":"1","constructor":{"prototype":{"polluted":"1"}}}'));
    assert.equal(({} as { polluted?: string }).polluted, undefined);
  });

  describe('text that is no text', () => {
    const argsOf = (json: Buffer) => {
      const parsed = parseRecord(json);
      assert.ok('record' in parsed && parsed.record.type === 'process', JSON.stringify(parsed));
      return parsed.record.args;
    };
    const withArgument = (bytes: Buffer) =>
      Buffer.concat([
        Buffer.from('{"type":"process","pid":1,"start":"1","ancestors":[],"args":["'),
        bytes,
        Buffer.from('"]}'),
      ]);

    it('shows bytes that are not UTF-8 as \\xNN', () => {
      const bytes = Buffer.from([0x61, 0xff, 0xc3, 0xa4, 0xc3, 0x62, 0xe2, 0x82, 0xf0, 0x9f, 0x98, 0x80]);
      assert.deepEqual(argsOf(withArgument(bytes)), ['a\\xFFä\\xC3b\\xE2\\x82😀']);
    });

    it('shows lone surrogates as the bytes that they would be', () => {
      assert.deepEqual(argsOf(withArgument(Buffer.from('a\\ud83d\\ud83d\\ude00\\udc00'))), [
        'a\\xED\\xA0\\xBD😀\\xED\\xB0\\x80',
      ]);
    });

    it('gives well-formed text of whatever bytes', () => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
          const parsed = parseRecord(withArgument(Buffer.from(bytes)));
          if (!('record' in parsed)) return;
          assert.doesNotMatch(JSON.stringify(parsed.record), /\p{Surrogate}|\\ud[89a-f]/iu);
        }),
      );
    });
  });

  it('gives addresses in one form', () => {
    const local = (address: string) => {
      const parsed = checkRecord(journal.stream(1, { local: { address, port: 1 } }));
      return 'record' in parsed && parsed.record.type === 'stream' ? parsed.record.local.address : undefined;
    };
    assert.equal(local('FD00:EC2:0:0:0:0:0:254'), 'fd00:ec2::254');
    assert.equal(local('::ffff:10.0.0.5'), '10.0.0.5');
    assert.equal(local('::FFFF:0a00:0005'), '10.0.0.5');
    assert.equal(local('10.0.0.05'), undefined);
    assert.equal(local('fe80::1%eth0'), undefined);
  });

  it('never throws, whatever it is given', () => {
    fc.assert(fc.property(fc.json(), (json) => void parseRecord(Buffer.from(json))));
    fc.assert(fc.property(fc.uint8Array(), (bytes) => void parseRecord(bytes)));
  });
});
