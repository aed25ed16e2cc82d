import { statSync } from 'node:fs';
import type { HaystackFile } from '../cache.ts';
import type { Command } from '../measure.ts';
import type { Bench, Section } from '../scenario.ts';
import { memory, slopeRatio, timeRatio } from '../targets.ts';

const ROUNDS = 5;
/** Larger captures do not stay in the cache folder. */
const KEPT_GIGABYTES = 1;
const MOST_MEGABYTES = 200;

/** Cost of an added GB against tcpdump's, by the mean size of a packet. */
const SLOPE_TARGETS = [
  { meanSize: 300, most: 0.5 },
  { meanSize: 1000, most: 0.8 },
] as const;

/** Finding the few packets of the metadata service in a host's whole traffic. */
export function haystack(bench: Bench): Section[] {
  return SLOPE_TARGETS.flatMap(({ meanSize, most }) => classic(bench, meanSize, most)).concat(
    pcapng(bench),
    gzip(bench),
  );
}

function sizes(bench: Bench): { small: number; large: number; rounds: number } {
  return bench.quick ? { small: 0.02, large: 0.06, rounds: 1 } : { small: 1, large: 3, rounds: ROUNDS };
}

function classic(bench: Bench, meanSize: number, mostSlope: number): Section[] {
  const { small, large, rounds } = sizes(bench);
  const sections = [small, large].map((gigabytes) => {
    const file = bench.cache.haystack({ gigabytes, meanSize, format: 'pcap' });
    const measurements = bench.measure(readers(bench, file), rounds);
    if (gigabytes > KEPT_GIGABYTES) bench.cache.remove(file);
    return { gigabytes, measurements };
  });
  const [first, second] = sections.map((section) => section.measurements);
  const names = { ours: 'imds analyze', peer: 'tcpdump' };
  return sections.map(({ gigabytes, measurements }) => ({
    title: `Haystack, pcap, ${gigabytes} GB, ${meanSize} B a packet`,
    note: `One packet in a thousand is of the metadata service. tcpdump: \`-r F -w /dev/null 'host 169.254.169.254'\`; cat: \`cat F >/dev/null\`, the speed at which the page cache can be read.`,
    figures: { base: 'tcpdump', measurements },
    verdicts:
      gigabytes === small
        ? [
            ...timeRatio(measurements, 'imds analyze', 'tcpdump', 1),
            ...memory(measurements, 'imds analyze', MOST_MEGABYTES),
          ]
        : slopeRatio(first ?? [], second ?? [], names, large - small, mostSlope),
  }));
}

function pcapng(bench: Bench): Section[] {
  const { small, rounds } = sizes(bench);
  return SLOPE_TARGETS.map(({ meanSize }) => {
    const file: HaystackFile = { gigabytes: small, meanSize, format: 'pcapng' };
    const measurements = bench.measure(readers(bench, bench.cache.haystack(file)), rounds);
    return {
      title: `Haystack, pcapng, ${small} GB, ${meanSize} B a packet`,
      note: 'The same traffic in enhanced packet blocks.',
      figures: { base: 'tcpdump', measurements },
      verdicts: [
        ...timeRatio(measurements, 'imds analyze', 'tcpdump', 1.2),
        ...memory(measurements, 'imds analyze', MOST_MEGABYTES),
      ],
    };
  });
}

/** "Bound by zlib alone": no slower than Node's zlib with nothing done to what it yields, by more than its noise. */
const GZIP_MOST = 1.1;

function gzip(bench: Bench): Section[] {
  const { small } = sizes(bench);
  const plain = bench.cache.haystack({ gigabytes: small, meanSize: 300, format: 'pcap' });
  const file = bench.cache.gzip(plain);
  const loop = `const{createReadStream}=require('fs'),{createGunzip}=require('zlib');createReadStream(process.argv[1],{highWaterMark:262144}).pipe(createGunzip({chunkSize:262144})).resume()`;
  const measurements = bench.measure(
    [
      { name: 'zcat', peer: 'zcat', line: `zcat '${file}' >/dev/null` },
      { name: 'node zlib', line: `'${process.execPath}' -e "${loop}" '${file}'` },
      { name: 'imds analyze', line: `${bench.imds} analyze '${file}'` },
    ],
    bench.quick ? 1 : 3,
  );
  const ratio = (statSync(plain).size / statSync(file).size).toFixed(2);
  return [
    {
      title: `Haystack, gzip, ${small} GB unpacked, 300 B a packet`,
      note: `Compressed ${ratio} to 1. node zlib: \`createReadStream(F).pipe(createGunzip()).resume()\` with chunks of 256 KiB, and nothing done to what it yields.`,
      figures: { base: 'node zlib', measurements },
      verdicts: [
        ...timeRatio(measurements, 'imds analyze', 'node zlib', GZIP_MOST),
        ...memory(measurements, 'imds analyze', MOST_MEGABYTES),
      ],
    },
  ];
}

function readers(bench: Bench, file: string): Command[] {
  return [
    { name: 'cat', line: `cat '${file}' >/dev/null` },
    { name: 'tcpdump', peer: 'tcpdump', line: `tcpdump -r '${file}' -w /dev/null 'host 169.254.169.254'` },
    { name: 'imds analyze', line: `${bench.imds} analyze '${file}'` },
  ];
}
