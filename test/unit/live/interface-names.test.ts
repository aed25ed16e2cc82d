import assert from 'node:assert/strict';
import { interfacesText } from '../../../src/live/interface-names.ts';

const HEADINGS = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
`;
const lineOf = (name: string) =>
  `${name.padStart(6)}:    1234      12    0    0    0     0          0         0\n`;

describe('names of interfaces', () => {
  it('are sorted, after the one of all', () => {
    assert.equal(interfacesText(HEADINGS + lineOf('lo') + lineOf('eth0')), 'any, eth0, lo');
  });

  it('may have a colon, as those of old aliases', () => {
    assert.equal(interfacesText(HEADINGS + lineOf('eth0:1')), 'any, eth0:1');
  });

  it('are not all named on a host of many containers', () => {
    const table = HEADINGS + Array.from({ length: 500 }, (_, i) => lineOf(`veth${1000 + i}`)).join('');
    assert.match(interfacesText(table), /^any, veth1000, .*, veth1009 and 490 more$/);
  });

  it('are none where there is no table', () => {
    assert.equal(interfacesText(''), '');
  });
});
