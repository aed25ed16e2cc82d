/** What the first bytes of an input say it is. */
export type Format =
  | { kind: 'pcap' }
  | { kind: 'pcapng' }
  | { kind: 'gzip' }
  | { kind: 'other'; name: string; remedy: string }
  | { kind: 'unknown' };

/** More than any magic that is known here is long. */
export const MAGIC_BYTES = 16;

const CONVERT = 'Convert it first: editcap -F pcap FILE out.pcap.';
const CAPTURE = 'Give a capture as tcpdump -w, dumpcap or imds live -w write it.';

function unpack(tool: string): string {
  return `Unpack it: ${tool} -dc FILE | imds analyze -`;
}

/** Magic numbers in hex, longest prefixes first where one begins with another. */
const MAGICS: readonly (readonly [hex: string, format: Format])[] = [
  ['d4c3b2a1', { kind: 'pcap' }],
  ['a1b2c3d4', { kind: 'pcap' }],
  ['4d3cb2a1', { kind: 'pcap' }],
  ['a1b23c4d', { kind: 'pcap' }],
  ['34cdb2a1', { kind: 'pcap' }],
  ['a1b2cd34', { kind: 'pcap' }],
  ['0a0d0d0a', { kind: 'pcapng' }],
  ['1f8b', { kind: 'gzip' }],
  // fzstd checks no checksum and lets a frame claim gigabytes; Node's own (22.15) ends silently within a cut frame.
  ['28b52ffd', { kind: 'other', name: 'zstd-compressed data', remedy: unpack('zstd') }],
  ['04224d18', { kind: 'other', name: 'lz4-compressed data', remedy: unpack('lz4') }],
  ['fd377a585a00', { kind: 'other', name: 'xz-compressed data', remedy: unpack('xz') }],
  ['425a68', { kind: 'other', name: 'bzip2-compressed data', remedy: unpack('bzip2') }],
  ['1f9d', { kind: 'other', name: 'compress(1) data', remedy: unpack('gzip') }],
  ['504b0304', { kind: 'other', name: 'a ZIP archive', remedy: 'Unpack it: unzip -p FILE | imds analyze -' }],
  [
    '377abcaf271c',
    { kind: 'other', name: 'a 7z archive', remedy: 'Unpack it: 7z x -so FILE | imds analyze -' },
  ],
  ['736e6f6f7000', { kind: 'other', name: 'a snoop capture', remedy: CONVERT }],
  ['524d5352', { kind: 'other', name: 'a Network Monitor 1.x capture', remedy: CONVERT }],
  ['474d4255', { kind: 'other', name: 'a Network Monitor 2.x capture', remedy: CONVERT }],
  ['585000', { kind: 'other', name: 'a Sniffer Pro capture', remedy: CONVERT }],
  ['5452534e49464620', { kind: 'other', name: 'a DOS Sniffer capture', remedy: CONVERT }],
  ['a1e2cb12', { kind: 'other', name: 'a Nokia or AIX variant of pcap', remedy: CONVERT }],
  ['7f454c46', { kind: 'other', name: 'an ELF program', remedy: CAPTURE }],
];

/** Windows Event Trace Log: a WMI buffer header; its size, in the first word, is a power of two from 4 KiB on. */
function isEtl(head: Buffer): boolean {
  if (head.length < 12) return false;
  const size = head.readUInt32LE(0);
  return size >= 0x1000 && size <= 0x100000 && (size & (size - 1)) === 0 && head.readUInt32LE(4) <= size;
}

/** ERF has no magic: a record header with a plausible type, length and wire length. */
function isErf(head: Buffer): boolean {
  if (head.length < 16) return false;
  const type = (head[8] as number) & 0x7f;
  const length = head.readUInt16BE(10);
  const seconds = head.readUInt32LE(4);
  const wireLength = head.readUInt16BE(14);
  return (
    type >= 1 &&
    type <= 27 &&
    length >= 16 &&
    wireLength <= length + 0x600 &&
    seconds > 0x30000000 &&
    seconds < 0x80000000
  );
}

/** @param head the first bytes, up to {@link MAGIC_BYTES} */
export function recognise(head: Buffer): Format {
  const hex = head.toString('hex');
  for (const [magic, format] of MAGICS) if (hex.startsWith(magic)) return format;
  if (isText(head)) return { kind: 'unknown' };
  if (isEtl(head)) {
    return {
      kind: 'other',
      name: 'a Windows event trace (ETL)',
      remedy: 'Convert it first: etl2pcapng FILE out.pcapng.',
    };
  }
  if (isErf(head)) return { kind: 'other', name: 'an ERF capture', remedy: CONVERT };
  return { kind: 'unknown' };
}

/** What was found in place of a magic number. Of text only its kind: a file of passwords may be given by mistake. */
export function describeHead(head: Buffer): string {
  const start = head.subarray(0, 4);
  if (!isText(start)) return `the bytes ${start.toString('hex')}`;
  if (!isText(head)) return 'data that begins like text';
  const text = head.toString('latin1').trimStart();
  return TEXTS.find(([pattern]) => pattern.test(text))?.[1] ?? 'text';
}

const JSON_TEXT = 'text (JSON)';
const TEXTS: readonly (readonly [pattern: RegExp, kind: string])[] = [
  [/^<!doctype html|^<html/i, 'text (HTML)'],
  [/^<\?xml/i, 'text (XML)'],
  [/^[[{]/, JSON_TEXT],
  [/^#!/, 'text (a script)'],
  [/^-----BEGIN /, 'text (PEM)'],
  [/^(?:HTTP\/\d|(?:GET|PUT|POST|HEAD) \/)/, 'text (HTTP)'],
];

export const REMEDY_NO_CAPTURE = CAPTURE;

/** What to do with what is no capture. @param found as {@link describeHead} says it */
export function remedyOf(found: string): string {
  return found === JSON_TEXT
    ? `${CAPTURE} Events and JSON reports of imds are read by imds report.`
    : CAPTURE;
}

function isText(head: Buffer): boolean {
  return head.every((byte) => (byte >= 0x20 && byte < 0x7f) || byte === 9 || byte === 10 || byte === 13);
}
