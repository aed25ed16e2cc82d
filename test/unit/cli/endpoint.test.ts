import assert from 'node:assert/strict';
import { DEFAULT_ENDPOINTS, endpointsOf, parseEndpoint, parseEndpoints } from '../../../src/cli/endpoint.ts';
import { UsageError } from '../../../src/errors.ts';

describe('parseEndpoint', () => {
  const READ: readonly [text: string, address: string, port: number, family: 4 | 6][] = [
    ['10.0.0.7:8080', '10.0.0.7', 8080, 4],
    ['10.0.0.7', '10.0.0.7', 80, 4],
    ['fd00:ec2::254', 'fd00:ec2::254', 80, 6],
    ['[fd00:ec2::254]', 'fd00:ec2::254', 80, 6],
    ['[fd00:ec2::254]:8080', 'fd00:ec2::254', 8080, 6],
    ['[FD00:0EC2:0:0:0:0:0:254]:65535', 'fd00:ec2::254', 65535, 6],
    ['[fd00:ec2::254:80]', 'fd00:ec2::254:80', 80, 6],
    ['fe80::a9fe:a9fe', 'fe80::a9fe:a9fe', 80, 6],
    ['::1', '::1', 80, 6],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1', 80, 6],
    ['[::ffff:10.0.0.7]:81', '10.0.0.7', 81, 4],
  ];
  for (const [text, address, port, family] of READ) {
    it(`reads ${text}`, () => assert.deepEqual(parseEndpoint(text), { address, port, family }));
  }

  const REFUSED: readonly [text: string, why: string][] = [
    ['', '"" is not an IP address'],
    ['imds.local', '"imds.local" is not an IP address'],
    ['10.0.0.256', '"10.0.0.256" is not an IP address'],
    ['10.0.0.7:', '"" is not a port from 1 to 65535'],
    ['10.0.0.7:0', '"0" is not a port from 1 to 65535'],
    ['10.0.0.7:65536', '"65536" is not a port from 1 to 65535'],
    ['10.0.0.7:http', '"http" is not a port from 1 to 65535'],
    ['10.0.0.7:-1', '"-1" is not a port from 1 to 65535'],
    ['[10.0.0.7', '"[10.0.0.7" is not an IP address'],
    ['[fd00:ec2::254]8080', '"[fd00:ec2::254]8080" is not an IP address'],
    ['fe80::1%eth0', '"fe80::1%eth0" is not an IP address'],
    ['http://10.0.0.7/', '"http" is not an IP address'],
    ['fd00:ec2::254:80', 'an IPv6 address, or one with a port behind it'],
    ['::1:8080', 'an IPv6 address, or one with a port behind it'],
  ];
  for (const [text, why] of REFUSED) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      assert.throws(
        () => parseEndpoint(text),
        (error) => error instanceof UsageError && error.message === `--endpoint ${text}: ${why}`,
      );
    });
  }
});

describe('parseEndpoints', () => {
  it('gives the endpoints of EC2 where none is named', () => {
    assert.equal(parseEndpoints(undefined), DEFAULT_ENDPOINTS);
  });

  it('takes 64 and refuses more', () => {
    const texts = Array.from({ length: 65 }, (_, i) => `10.0.0.${i}`);
    assert.equal(parseEndpoints(texts.slice(1)).length, 64);
    assert.throws(
      () => parseEndpoints(texts),
      (error) => error instanceof UsageError && error.message === '--endpoint: expected at most 64, found 65',
    );
  });
});

describe('endpointsOf', () => {
  const watched = (...endpoints: { address: string; port: number }[]) => [{ watched: endpoints }];
  const OTHER = { address: '10.0.0.7', port: 8080 };

  it('gives what is given, whatever a session watched', () => {
    assert.equal(endpointsOf(DEFAULT_ENDPOINTS, watched(OTHER)), DEFAULT_ENDPOINTS);
  });

  it('adds what sessions watched to those of EC2, each once, in canonical text', () => {
    const parts = watched(
      { address: 'FD00:EC2:0::254', port: 80 },
      { address: '::ffff:10.0.0.7', port: 8080 },
    );
    assert.deepEqual(endpointsOf(undefined, [{}, ...parts, ...watched(OTHER)]), [
      ...DEFAULT_ENDPOINTS,
      { ...OTHER, family: 4 },
    ]);
  });

  it('leaves out what is no address, and takes 64 at most', () => {
    const many = Array.from({ length: 64 }, (_, i) => ({ address: `10.0.1.${i}`, port: 80 }));
    assert.deepEqual(endpointsOf(undefined, watched({ address: 'web-7', port: 80 })), DEFAULT_ENDPOINTS);
    assert.equal(endpointsOf(undefined, watched(...many)).length, 64);
  });
});
