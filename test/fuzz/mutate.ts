import type { Random } from './random.ts';

/** Inputs do not grow beyond this: what is slow in proportion to its length finds nothing more. */
export const MAX_INPUT_BYTES = 32 * 1024;

/** Lengths and counts at which arithmetic goes wrong. */
const NUMBERS = [
  0, 1, 2, 3, 4, 7, 8, 12, 15, 16, 19, 20, 27, 28, 31, 32, 63, 64, 127, 128, 255, 256, 1023, 1024, 1500, 4095,
  32767, 32768, 65535, 65536, 262_144, 262_145, 0x7fff_ffff, 0x8000_0000, 0xffff_fffe, 0xffff_ffff,
];
const TEXTS = [
  '\r\n',
  '\n',
  '\r',
  '\r\n\r\n',
  '\0',
  ':',
  ' ',
  '\t',
  'HTTP/1.1 ',
  'GET ',
  'PUT /latest/api/token HTTP/1.1\r\n',
  'Content-Length: ',
  'Transfer-Encoding: chunked\r\n',
  'X-aws-ec2-metadata-token: ',
  '0\r\n\r\n',
  'ffffffffffffffff\r\n',
  '99999999999999999999',
  '-1',
  'Expect: 100-continue\r\n',
  'HTTP/1.1 100 Continue\r\n\r\n',
];

type Mutation = (bytes: Buffer, random: Random, other: Uint8Array) => Buffer;

const MUTATIONS: readonly Mutation[] = [
  flipBits,
  flipBits,
  setByte,
  setByte,
  setNumber,
  setNumber,
  setNumber,
  cutEnd,
  cutMiddle,
  repeat,
  splice,
  splice,
  insertText,
  swap,
];

/** A few random changes; `other` is an input to splice from. */
export function mutate(input: Uint8Array, random: Random, other: Uint8Array): Buffer {
  let bytes: Buffer = Buffer.from(input);
  const times = 1 + random.below(random.oneIn(4) ? 12 : 4);
  for (let i = 0; i < times; i++) bytes = random.pick(MUTATIONS)(bytes, random, other);
  return bytes.subarray(0, MAX_INPUT_BYTES);
}

function flipBits(bytes: Buffer, random: Random): Buffer {
  for (let i = random.below(4); i >= 0; i--) {
    const at = random.below(bytes.length);
    bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
  }
  return bytes;
}

function setByte(bytes: Buffer, random: Random): Buffer {
  if (bytes.length > 0)
    bytes[random.below(bytes.length)] = random.pick([0, 1, 0x7f, 0x80, 0xff, random.below(256)]);
  return bytes;
}

/** A 16- or 32-bit number of either byte order: lengths, offsets, types. */
function setNumber(bytes: Buffer, random: Random): Buffer {
  const width = random.pick([2, 4, 4]);
  if (bytes.length < width) return bytes;
  // Fields mostly begin at multiples of four.
  const aligned = random.oneIn(3) ? 1 : 4;
  const at = Math.floor(random.below(bytes.length - width + 1) / aligned) * aligned;
  const near = random.oneIn(3) ? bytes.length - at + random.below(9) - 4 : random.pick(NUMBERS);
  const value = (near >>> 0) % 2 ** (8 * width);
  if (random.oneIn(2)) bytes.writeUIntLE(value, at, width);
  else bytes.writeUIntBE(value, at, width);
  return bytes;
}

function cutEnd(bytes: Buffer, random: Random): Buffer {
  return bytes.subarray(0, random.below(bytes.length + 1));
}

function cutMiddle(bytes: Buffer, random: Random): Buffer {
  const [from, to] = range(bytes.length, random);
  return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
}

function repeat(bytes: Buffer, random: Random): Buffer {
  const [from, to] = range(bytes.length, random);
  const piece = bytes.subarray(from, to);
  const copies = new Array<Buffer>(1 + random.below(4)).fill(piece);
  return Buffer.concat([bytes.subarray(0, to), ...copies, bytes.subarray(to)]);
}

function splice(bytes: Buffer, random: Random, other: Uint8Array): Buffer {
  const [from, to] = range(other.length, random);
  const at = random.below(bytes.length + 1);
  const rest = random.oneIn(2) ? bytes.subarray(at) : bytes.subarray(Math.min(bytes.length, at + to - from));
  return Buffer.concat([bytes.subarray(0, at), other.subarray(from, to), rest]);
}

function insertText(bytes: Buffer, random: Random): Buffer {
  const at = random.below(bytes.length + 1);
  return Buffer.concat([
    bytes.subarray(0, at),
    Buffer.from(random.pick(TEXTS), 'latin1'),
    bytes.subarray(at),
  ]);
}

function swap(bytes: Buffer, random: Random): Buffer {
  const [a, b] = range(bytes.length, random);
  const [from, to] = range(bytes.length - b, random);
  return Buffer.concat([
    bytes.subarray(0, a),
    bytes.subarray(b + from, b + to),
    bytes.subarray(b, b + from),
    bytes.subarray(a, b),
    bytes.subarray(b + to),
  ]);
}

/** Mostly short. */
function range(length: number, random: Random): [from: number, to: number] {
  const from = random.below(length + 1);
  const most = random.oneIn(4) ? length - from : Math.min(length - from, 64);
  return [from, from + random.below(most + 1)];
}
