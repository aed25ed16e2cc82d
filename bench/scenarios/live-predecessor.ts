import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runGuest } from '../../test/kernels/guest.ts';
import { KernelStore } from '../../test/kernels/kernels.ts';
import { root } from '../cache.ts';
import { CallReader } from '../live/call-reader.ts';
import { withGuestPackage } from '../live/guest-package.ts';
import { buildLoad } from '../live/load.ts';
import type { Bench, Section } from '../scenario.ts';

const SERIES = '6.1';

/**
 * aws-imds-packet-analyzer needs kprobes and compiles with BCC on the host, which not every machine that
 * runs this can do. These are its figures, taken by hand in the same kind of guest.
 */
const PREDECESSOR = {
  single: '194 of 200',
  sixteen: '131 of 200',
  stream: '106 of 1000',
  ready: '119 to 153 s',
  memory: '204 MB',
};

const SCENARIOS = [
  { mark: 'single', what: '200 short-lived clients, one by one', count: 200 },
  { mark: 'sixteen', what: '200 short-lived clients, 16 at once', count: 200 },
  { mark: 'stream', what: '1,000 requests on one connection', count: 1000 },
] as const;

/** The predecessor's own scenarios in an emulated guest, where it was measured too. */
export function livePredecessor(_bench: Bench): Section[] {
  if (process.arch !== 'x64' || spawnSync('qemu-system-x86_64', ['--version']).status !== 0) {
    process.stderr.write('live-predecessor is left out: it needs qemu-system-x86_64 on an x86-64 machine\n');
    return [];
  }
  const store = new KernelStore(process.env.VMDIR ?? join(root, '.cache', 'kernels'));
  const kernel = store.get(SERIES);
  const sections: Section[] = [];
  withGuestPackage((archive) => {
    const files = {
      'guest.sh': join(root, 'bench', 'live', 'guest.sh'),
      load: buildLoad(),
      'imds.tar': archive,
    };
    runGuest(kernel, store.busybox('amd64'), files, ({ status, log, out }) => {
      if (status !== 0) throw new Error(`the guest ended with ${status}:\n${log}`);
      sections.push(section(kernel.name, (name) => readFileSync(join(out, name), 'utf8')));
    });
  });
  return sections;
}

function section(kernel: string, read: (name: string) => string): Section {
  const calls = read('calls.jsonl');
  const results = SCENARIOS.map(({ mark, what, count }) => {
    const reader = new CallReader(mark, false);
    reader.read(calls);
    return { mark, what, count, seconds: Number(read(mark)), seen: reader.seen, correct: reader.correct };
  });
  const readySeconds = Number(read('ready')) - Number(read('begin'));
  const peaks = [...read('memory').matchAll(/(\d+) kB/g)].map(([, size]) => (Number(size) * 1024) / 1e6);
  return {
    title: 'Live: beside the predecessor, in an emulated guest',
    note: `imds: measured by this run, in an emulated x86-64 guest with Debian's kernel ${kernel} (\`imds live --jsonl --capture sockets\`; correct: the process is the one that the path names). aws-imds-packet-analyzer: not run here, for it needs kprobes, BCC and a compiler; its figures were taken by hand at commit 18f15c9, with Debian 12 and a kernel 6.1, emulated alike. Emulation is some 15 times slower than the machine, so times are those of a slow machine; and clients and server were not the same programs.`,
    figures: {
      header: ['', 'aws-imds-packet-analyzer', 'imds: seen', 'imds: correct', 'clients took'],
      rows: [
        ...results.map(({ mark, what, count, seconds, seen, correct }) => [
          what,
          PREDECESSOR[mark],
          `${seen} of ${count}`,
          `${correct} of ${count}`,
          `${seconds.toFixed(1)} s`,
        ]),
        ['start to ready (first event)', PREDECESSOR.ready, `${readySeconds.toFixed(1)} s`, '', ''],
        [
          'peak RSS (imds: Node + probe)',
          PREDECESSOR.memory,
          `${peaks.map((peak) => peak.toFixed(0)).join(' + ')} MB`,
          '',
          '',
        ],
      ],
    },
    verdicts: results.map(({ what, count, seen, correct }) => ({
      subject: `calls with their own process, ${what}`,
      target: `${count} of ${count}`,
      measured: `${correct} of ${count}`,
      reached: seen === count && correct === count,
    })),
  };
}
