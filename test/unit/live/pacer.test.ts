import assert from 'node:assert/strict';
import { Pacer } from '../../../src/live/pacer.ts';
import type { JournalHandler, Packet } from '../../../src/ports.ts';

const WHERE = { offset: 0, packetsBefore: 0 };

function packetAt(seconds: number, length = 1): Packet {
  const bytes = Buffer.alloc(length, seconds);
  return {
    bytes,
    view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length),
    offset: 0,
    capturedLength: length,
    originalLength: length,
    linkType: 1,
    seconds,
    nanoseconds: 0,
    number: 0,
    interfaceName: undefined,
    netns: undefined,
    comment: undefined,
  };
}

const second = (count: number) => BigInt(count * 10) * 100_000_000n;
/** What says that of packets until a tick after then nobody knows yet whose they are. */
const late = (seconds: number, count: number) =>
  `{"type":"losses","time":"${second(seconds) + 200_000_000n}","counters":{"probe.late":"${count}"}}`;
const tick = (seconds: number) => Buffer.from(`{"type":"tick","time":"${second(seconds)}"}`);

describe('views in step', () => {
  let told: string[] = [];
  let elapsed = 0;
  let pacer: Pacer;
  beforeEach(() => {
    told = [];
    elapsed = 0;
    const journal: JournalHandler = {
      packet: ({ seconds, bytes }) => told.push(`packet ${seconds} ${bytes[0]}`),
      record: (json) => told.push(Buffer.from(json).toString()),
      nextStop: Number.POSITIVE_INFINITY,
      beforePacket: () => {},
    };
    pacer = new Pacer(journal, () => elapsed);
  });

  it('hold what the wire had until the sockets have come as far, in bytes of its own', () => {
    const { leader, follower } = pacer;
    const early = packetAt(10);
    follower.packet(early);
    early.bytes.fill(99);
    follower.packet(packetAt(12));
    assert.deepEqual(told, []);
    leader.packet(packetAt(9));
    leader.record(tick(11), WHERE);
    assert.deepEqual(told, ['packet 9 9', 'packet 10 10', tick(11).toString()]);
    leader.record(tick(12), WHERE);
    assert.deepEqual(told.slice(3), ['packet 12 12', tick(12).toString()]);
  });

  it('let others tell the time while the sockets are not far behind', () => {
    pacer.leader.record(tick(100), WHERE);
    assert.equal(pacer.mayTick(second(101)), true);
    assert.equal(pacer.mayTick(second(103)), false);
    pacer.leader.record(tick(103), WHERE);
    assert.equal(pacer.mayTick(second(103)), true);
  });

  it('do not wait for one that is silent, nor for one that has ended', () => {
    pacer.follower.packet(packetAt(10));
    elapsed = 10_001;
    assert.equal(pacer.mayTick(second(10)), true);
    assert.deepEqual(told, [late(10, 1), 'packet 10 10']);
    told.shift();
    elapsed = 10_002;
    pacer.leader.record(tick(11), WHERE);
    pacer.follower.packet(packetAt(20));
    pacer.end();
    pacer.follower.packet(packetAt(21));
    assert.deepEqual(told.slice(2), ['packet 20 20', 'packet 21 21']);
    assert.equal(pacer.mayTick(second(30)), true);
  });

  it('hold so much and no more', () => {
    for (let number = 1; number <= 400; number++) pacer.follower.packet(packetAt(number, 65_000));
    assert.ok(told.length > 200 && told.length < 400, `${told.length} were handed on`);
    assert.deepEqual(told.slice(0, 4), [late(1, 1), 'packet 1 1', late(2, 2), 'packet 2 2']);
  });

  it('tell no time between what is old of one that goes on after a silence', () => {
    pacer.leader.record(tick(1), WHERE);
    elapsed = 14_000;
    assert.equal(pacer.mayTick(second(15)), true);
    pacer.leader.packet(packetAt(2));
    elapsed = 14_200;
    assert.equal(pacer.mayTick(second(15.2)), false);
    pacer.leader.record(Buffer.from('{"type":"socket_closed"}'), WHERE);
    elapsed = 24_000;
    assert.equal(pacer.mayTick(second(25)), false);
    pacer.leader.record(tick(24), WHERE);
    assert.equal(pacer.mayTick(second(25)), true);
  });

  it('say once a tick, and no oftener, that the sockets are late', () => {
    elapsed = 10_001;
    for (const tenth of [0n, 1n, 2n, 3n, 4n]) pacer.mayTick(second(10) + tenth * 100_000_000n);
    assert.deepEqual(told, [late(10, 1), late(10.3, 2)]);
  });

  it('take no other record for a tick', () => {
    pacer.follower.packet(packetAt(10));
    for (const text of ['{"type":"tock","time":"99000000000"}', '{"type":"tick","time":"x"}', '{}', '']) {
      pacer.leader.record(Buffer.from(text), WHERE);
    }
    assert.equal(told.includes('packet 10 10'), false);
  });
});
