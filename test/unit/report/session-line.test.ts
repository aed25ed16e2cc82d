import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { EventLineParser } from '../../../src/events/event-line.ts';
import { Line } from '../../../src/events/line.ts';
import type { SessionProof } from '../../../src/model.ts';
import { sessionLine } from '../../../src/report/session-line.ts';
import { TIME } from './samples.ts';

const SCHEMA = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../schemas/session.schema.json'), 'utf8'),
);

const PROOF: SessionProof = {
  session: '7d0c7f0e5a524a0c9a533f1a5f0b9c11',
  host: { id: 'ec2f1e0b', name: 'web-7', bootId: '0b9f6c1e' },
  from: TIME,
  to: TIME + 300_000_000_001n,
  bootTime: TIME - 5n,
  ended: false,
  calls: { v1: 1, v2: 2, unknown: 3, foreign: 4, attempt: 5 },
  unwritten: 6,
  completeness: {
    losses: { 'tcp.missing_bytes': 7 },
    connections: 9,
    provableConnections: 8,
    capturedBytes: 100,
    kernelBytes: 107,
    views: ['sockets', 'wire'],
    lookups: { made: 2, found: 1 },
  },
};

describe("a session's line among its calls", () => {
  const ajv = new Ajv2020({ validateFormats: false });

  for (const ended of [false, true]) {
    it(`is as its schema says, and is read back the same (${ended ? 'at its end' : 'meanwhile'})`, () => {
      const proof = { ...PROOF, ended };
      const line = sessionLine(proof);
      assert.ok(ajv.validate(SCHEMA, JSON.parse(line)), ajv.errorsText());
      const parser = new EventLineParser();
      assert.equal(parser.parse(Line.of(line), 'x'), undefined);
      assert.deepEqual(parser.parseSession(Line.of(line)), proof);
    });
  }

  it('tells of endpoints where they are not those of EC2, and of none that cannot be read', () => {
    const watched = ['10.0.0.7:8080', '[fd00:ec2::254]:80'];
    const proof = { ...PROOF, completeness: { ...PROOF.completeness, watched } };
    const line = sessionLine(proof);
    assert.ok(ajv.validate(SCHEMA, JSON.parse(line)), ajv.errorsText());
    assert.deepEqual(new EventLineParser().parseSession(Line.of(line)), proof);
    for (const endpoints of [
      '169.254.169.254:80',
      [80, '169.254.169.254:80'],
      ['web-7:80', '169.254.169.254'],
    ]) {
      const json = JSON.parse(line);
      json.imds.endpoints = endpoints;
      const read = new EventLineParser().parseSession(Line.of(JSON.stringify(json)));
      assert.deepEqual(read?.completeness.watched, []);
    }
  });

  it('tells where the sockets of one container alone were watched; what is not said to be the host is less', () => {
    const proof: SessionProof = { ...PROOF, completeness: { ...PROOF.completeness, scope: 'container' } };
    const line = sessionLine(proof);
    assert.ok(ajv.validate(SCHEMA, JSON.parse(line)), ajv.errorsText());
    assert.deepEqual(new EventLineParser().parseSession(Line.of(line)), proof);
    const scopeOf = (scope: unknown) => {
      const json = JSON.parse(line);
      json.imds.scope = scope;
      return new EventLineParser().parseSession(Line.of(JSON.stringify(json)))?.completeness.scope;
    };
    assert.deepEqual(['host', 'pod', null, 1].map(scopeOf), [
      undefined,
      'container',
      'container',
      'container',
    ]);
  });

  it('leaves out what is not known', () => {
    const proof = { ...PROOF, host: undefined, bootTime: undefined };
    assert.deepEqual(new EventLineParser().parseSession(Line.of(sessionLine(proof))), proof);
  });

  it('proves nothing that it does not say: what is not as it should be is left out, or makes it no line', () => {
    const parser = new EventLineParser();
    const change = (edit: (line: Record<string, Record<string, unknown>>) => void) => {
      const json = JSON.parse(sessionLine(PROOF));
      edit(json);
      return parser.parseSession(Line.of(JSON.stringify(json)));
    };
    assert.equal(
      change(({ event }) => event && Object.assign(event, { end: '2001-01-01T00:00:00Z' })),
      undefined,
    );
    assert.equal(
      change(({ imds }) => delete imds?.session),
      undefined,
    );
    assert.deepEqual(
      change(({ imds }) => imds && Object.assign(imds, { views: ['sockets', 'x'] }))?.completeness.views,
      ['sockets'],
    );
  });

  it('is none where a count is missing or none: it would be taken for zero', () => {
    const parser = new EventLineParser();
    const read = (change: Record<string, unknown>) => {
      const json = JSON.parse(sessionLine(PROOF));
      Object.assign(json.imds, change);
      return parser.parseSession(Line.of(JSON.stringify(json)));
    };
    assert.ok(read({}));
    const many = Object.fromEntries(Array.from({ length: 513 }, (_, index) => [`a${index}`, 0]));
    for (const losses of [null, [], { 'a b': 1 }, { x: 'many' }, { x: -1 }, { x: 1.5 }, { x: 1e300 }, many])
      assert.equal(read({ losses }), undefined, JSON.stringify(losses).slice(0, 80));
    const names = [
      'calls_unwritten',
      'connections',
      'provable_connections',
      'captured_bytes',
      'kernel_bytes',
    ];
    for (const name of names)
      for (const value of [undefined, null, '5', -1, 0.5, 1e300])
        assert.equal(read({ [name]: value }), undefined, `${name}: ${value}`);
    for (const calls of [undefined, {}, { ...PROOF.calls, v1: '1' }, { ...PROOF.calls, unknown: null }])
      assert.equal(read({ calls }), undefined, JSON.stringify(calls));
    assert.equal(read({ provable_connections: 10 }), undefined, 'more than there are');
  });
});
