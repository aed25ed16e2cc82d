import assert from 'node:assert/strict';
import { SegmentDecoder } from '../../../../src/capture/decode/decoder.ts';
import { EndpointTable } from '../../../../src/capture/endpoints.ts';
import { PacketComments } from '../../../../src/live/save/packet-comments.ts';
import { CLIENT, ENDPOINT, journal } from '../../../support/journal.ts';
import { curl, response, TcpConversation } from '../../../support/packets/index.ts';

const AGENT = { pid: 20, start: '200' };
const OTHER = { pid: 30, start: '300' };

function talk(clientIsn: number): TcpConversation {
  const path = '/latest/meta-data/mac';
  const conversation = new TcpConversation({ client: CLIENT, clientIsn }).handshake();
  return conversation.exchange(curl(path), response(200, 'x')).fin();
}

describe('comments of packets', () => {
  let comments: PacketComments;
  const decoder = new SegmentDecoder(new EndpointTable([ENDPOINT]), {});
  beforeEach(() => {
    comments = new PacketComments();
    comments.learn(journal.process(AGENT, { args: ['agent', '-d'] }));
    comments.learn(journal.process(OTHER, { args: ['other'] }));
  });

  /** Comments of the conversation's packets as a wire has them, from one to before another. */
  function wire(conversation: TcpConversation, from = 0, to?: number): (string | undefined)[] {
    return conversation
      .packets({ link: 'raw' })
      .slice(from, to)
      .map((packet) => {
        const bytes = Buffer.from(packet.bytes);
        const { length } = bytes;
        const view = new DataView(bytes.buffer, bytes.byteOffset, length);
        const [seconds, nanoseconds, number, linkType] = [0, 0, 1, 101];
        const place = { offset: 0, capturedLength: length, originalLength: length, linkType };
        const where = { interfaceName: undefined, netns: undefined, comment: undefined };
        assert.ok(decoder.decode({ bytes, view, ...place, seconds, nanoseconds, number, ...where }));
        return comments.of(CLIENT, ENDPOINT, decoder.segment);
      });
  }

  it('names what a look-up in /proc found, from its answer on, in both directions to the end', () => {
    const conversation = talk(1000);
    assert.deepEqual([...new Set(wire(conversation, 0, 3))], [undefined]);
    comments.learn(journal.procfs(1, { isn: 1000, process: AGENT }));
    assert.deepEqual([...new Set(wire(conversation, 3))], ['pid 20: agent -d']);
  });

  it('names what it found for a connection whose handshake was before the session', () => {
    comments.learn(journal.procfs(1, { process: AGENT }));
    assert.deepEqual([...new Set(wire(talk(1000), 3))], ['pid 20: agent -d']);
  });

  it("names nobody for the port's next connection until its own answer", () => {
    comments.learn(journal.procfs(1, { isn: 1000, process: AGENT }));
    wire(talk(1000));
    const next = talk(500_000);
    assert.deepEqual([...new Set(wire(next, 0, 4))], [undefined]);
    comments.learn(journal.procfs(2, { isn: 500_000, process: OTHER }));
    assert.deepEqual([...new Set(wire(next, 4))], ['pid 30: other']);
    // A copy of the first one's end that comes late.
    assert.deepEqual(wire(talk(1000), -1), ['pid 20: agent -d']);
  });

  it('names nobody where its handshake was lost, and the port was used before', () => {
    comments.learn(journal.procfs(1, { isn: 1000, process: AGENT }));
    wire(talk(1000));
    assert.deepEqual([...new Set(wire(talk(500_000), 3))], [undefined]);
  });

  it('tells two namespaces with the same addresses at once apart by their numbers', () => {
    const [one, other] = [talk(1000), talk(2000)];
    wire(one, 0, 3);
    wire(other, 0, 3);
    comments.learn(journal.procfs(1, { isn: 1000, process: AGENT }));
    comments.learn(journal.procfs(1, { isn: 2000, process: OTHER }));
    assert.deepEqual([...new Set(wire(one, 3))], ['pid 20: agent -d']);
    assert.deepEqual([...new Set(wire(other, 3))], ['pid 30: other']);
  });

  it('keeps what the probe said after its end, and names nobody of it for the next use of the port', () => {
    comments.learn(journal.opened(0, { process: AGENT, isn: 1000 }));
    comments.learn(journal.probeExit(1));
    comments.learn(journal.procfs(2, { process: OTHER }));
    // Its handshake was saved as its socket had it, so not as the wire's.
    assert.deepEqual([...new Set(wire(talk(1000), 3))], ['pid 20: agent -d']);
    const next = talk(500_000);
    assert.deepEqual([...new Set(wire(next, 0, 3))], [undefined]);
    comments.learn(journal.procfs(3, { isn: 500_000, process: OTHER }));
    assert.deepEqual([...new Set(wire(next, 3))], ['pid 30: other']);
  });
});
