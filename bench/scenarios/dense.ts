import { join } from 'node:path';
import { root } from '../cache.ts';
import type { Bench, Section } from '../scenario.ts';
import { memory, timeRatio, timesFaster } from '../targets.ts';

const CONNECTIONS = 20_000;
const QUICK_CONNECTIONS = 500;

/** The fields of http.request that imds reports too, and the answer's status. */
const SAME_FIELDS = [
  'frame.time_epoch',
  'ip.src',
  'tcp.srcport',
  'ip.dst',
  'tcp.dstport',
  'http.request.method',
  'http.request.uri',
  'http.user_agent',
  'http.request.line',
  'http.response.code',
  'http.time',
];

/** What Node takes at least. */
const SINGLE_PASS = 'Node, a single pass';
const YARDSTICK = join(root, 'bench', 'single-pass.mjs');

/** Nothing but calls: reassembly, HTTP, classification and the report, against tools that do a part of it. */
export function dense(bench: Bench): Section[] {
  const file = bench.cache.dense(bench.quick ? QUICK_CONNECTIONS : CONNECTIONS);
  const fields = SAME_FIELDS.map((field) => `-e ${field}`).join(' ');
  const measurements = bench.measure(
    [
      {
        name: 'tcpdump filter',
        peer: 'tcpdump',
        line: `tcpdump -r '${file}' -w /dev/null 'dst host 169.254.169.254 and tcp dst port 80'`,
      },
      {
        name: 'ngrep',
        peer: 'ngrep',
        line: `ngrep -q -I '${file}' '^(GET|PUT) ' 'tcp dst port 80' >/dev/null`,
      },
      { name: 'httpry', peer: 'httpry', line: `httpry -r '${file}' >/dev/null` },
      { name: 'tcpflow', peer: 'tcpflow', line: `sh -c "rm -rf flows && tcpflow -q -r '${file}' -o flows"` },
      {
        name: 'tshark',
        peer: 'tshark',
        line: `tshark -r '${file}' -Y http.request -T fields -e http.request.method -e http.request.uri >/dev/null`,
      },
      {
        name: 'tshark, same fields',
        peer: 'tshark',
        line: `tshark -r '${file}' -Y http -T fields ${fields} >/dev/null`,
      },
      { name: SINGLE_PASS, line: `'${process.execPath}' '${YARDSTICK}' '${file}' >/dev/null` },
      { name: 'imds analyze', line: `${bench.imds} analyze '${file}' >/dev/null` },
      { name: 'imds analyze --jsonl', line: `${bench.imds} analyze --jsonl '${file}' >/dev/null` },
    ],
    bench.quick ? 1 : 3,
  );
  const ours = ['imds analyze', 'imds analyze --jsonl'];
  return [
    {
      title: `Dense, ${bench.quick ? QUICK_CONNECTIONS * 10 : CONNECTIONS * 10} calls`,
      note: 'Ten calls a connection, eight clients, 64 connections at once. tshark: `-Y http.request -T fields -e http.request.method -e http.request.uri`; same fields: what imds reports of a call, over requests and answers. Node, a single pass: `bench/single-pass.mjs`, which takes each segment for a whole message.',
      figures: { base: 'tshark', measurements },
      verdicts: ours.flatMap((name) => [
        ...timesFaster(measurements, name, 'tshark', 20),
        ...timeRatio(measurements, name, 'httpry', 1),
        ...timesFaster(measurements, name, 'tcpflow', 3),
        ...timeRatio(measurements, name, SINGLE_PASS, 2),
        ...memory(measurements, name, 200),
      ]),
    },
  ];
}
