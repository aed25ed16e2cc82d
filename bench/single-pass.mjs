/**
 * A yardstick for `dense`: what Node takes for one pass over a capture, with blocks that are read into one buffer
 * and no object for a packet. It takes each segment for a whole message, so that it is right about a capture
 * without loss, reordering, retransmission, segmentation or a second interface alone: what `imds analyze` takes
 * beyond it is what being right about all others costs.
 *
 * `node single-pass.mjs FILE`: a microsecond pcap in little-endian order, of Ethernet.
 */
import { openSync, readSync } from 'node:fs';

const BLOCK_BYTES = 1024 * 1024;
const MAX_PACKET_BYTES = 256 * 1024;
const FILE_HEADER = 24;
const RECORD_HEADER = 16;
const ETHERNET_HEADER = 14;
const ETHERTYPE_IPV4 = 0x0800;
const PROTOCOL_TCP = 6;
const ENDPOINT = 0xa9fea9fe;
const PORT = 80;
const TOKEN = 'x-aws-ec2-metadata-token';
const USER_AGENT = 'user-agent';
const CONTENT_LENGTH = 'content-length';
const [LF, SPACE, COLON, P, H] = [10, 32, 58, 80, 72];

const bytes = Buffer.allocUnsafeSlow(BLOCK_BYTES + MAX_PACKET_BYTES);
const view = new DataView(bytes.buffer);
/** @typedef {{ calls: number, answered: number, contentBytes: number }} Row */
/** By user agent, version and target. @type {Map<string, Row>} */
const rows = new Map();
/** By client, the row that its last request went to. @type {Map<number, Row>} */
const asked = new Map();

const file = openSync(process.argv[2] ?? '', 'r');
readSync(file, bytes, 0, FILE_HEADER, null);
let kept = 0;
for (;;) {
  const read = readSync(file, bytes, kept, BLOCK_BYTES, null);
  if (read === 0) break;
  const end = kept + read;
  const at = packets(end);
  bytes.copyWithin(0, at, end);
  kept = end - at;
}
for (const [name, { calls, answered, contentBytes }] of rows) {
  process.stdout.write(`${calls}\t${answered}\t${contentBytes}\t${name}\n`);
}

/** @param {number} end of what was read @returns {number} begin of the record that is not whole */
function packets(end) {
  let at = 0;
  while (at + RECORD_HEADER <= end) {
    const next = at + RECORD_HEADER + view.getUint32(at + 8, true);
    if (next > end) break;
    packet(at + RECORD_HEADER);
    at = next;
  }
  return at;
}

/** @param {number} start of a frame */
function packet(start) {
  const ip = start + ETHERNET_HEADER;
  if (view.getUint16(ip - 2) !== ETHERTYPE_IPV4 || bytes[ip + 9] !== PROTOCOL_TCP) return;
  const tcp = ip + (view.getUint8(ip) & 15) * 4;
  const from = tcp + (view.getUint8(tcp + 12) >> 4) * 4;
  const to = ip + view.getUint16(ip + 2);
  if (to <= from) return;
  const [source, sourcePort] = [view.getUint32(ip + 12), view.getUint16(tcp)];
  const [destination, destinationPort] = [view.getUint32(ip + 16), view.getUint16(tcp + 2)];
  if (destination === ENDPOINT && destinationPort === PORT) request(from, to, source * 65_536 + sourcePort);
  else if (source === ENDPOINT && sourcePort === PORT && bytes[from] === H) {
    response(from, to, destination * 65_536 + destinationPort);
  }
}

/** @param {number} from @param {number} to @param {number} client */
function request(from, to, client) {
  const target = bytes.indexOf(SPACE, from) + 1;
  let version = bytes[from] === P ? 'v2' : 'v1';
  let agent = '';
  for (let at = lineEnd(from, to) + 1; at < to; ) {
    const end = lineEnd(at, to);
    if (isField(at, TOKEN)) version = 'v2';
    else if (isField(at, USER_AGENT)) agent = bytes.toString('latin1', at + USER_AGENT.length + 2, end - 1);
    at = end + 1;
  }
  const name = `${agent}\t${version}\t${bytes.toString('latin1', target, bytes.indexOf(SPACE, target))}`;
  let row = rows.get(name);
  if (row === undefined) {
    row = { calls: 0, answered: 0, contentBytes: 0 };
    rows.set(name, row);
  }
  row.calls++;
  asked.set(client, row);
}

/** @param {number} from @param {number} to @param {number} client */
function response(from, to, client) {
  const row = asked.get(client);
  if (row === undefined) return;
  row.answered++;
  for (let at = lineEnd(from, to) + 1; at < to; ) {
    const end = lineEnd(at, to);
    if (end - at <= 1) return;
    if (isField(at, CONTENT_LENGTH)) {
      row.contentBytes += Number(bytes.toString('latin1', at + CONTENT_LENGTH.length + 1, end - 1));
    }
    at = end + 1;
  }
}

/** @param {number} from @param {number} to @returns {number} */
function lineEnd(from, to) {
  let at = from;
  while (at < to && bytes[at] !== LF) at++;
  return at;
}

/** @param {number} at @param {string} name in lower case @returns {boolean} */
function isField(at, name) {
  if (bytes[at + name.length] !== COLON) return false;
  for (let i = 0; i < name.length; i++) {
    if (((bytes[at + i] ?? 0) | 32) !== (name.charCodeAt(i) | 32)) return false;
  }
  return true;
}
