import type { AttributedCall, CaptureSummary, Completeness, ImdsCall, Process } from '../../../src/model.ts';
import { createReportSink } from '../../../src/report/index.ts';
import type { Findings, Output, ReportOptions } from '../../../src/report/types.ts';
import { DEFAULT_VERDICT } from '../../../src/report/verdict-options.ts';

/** 2026-11-23T20:26:07.819604001Z */
export const TIME = 1_795_465_567_819_604_001n;

export const TOKEN = 'AQAEAL-lBwoPV1s4laoPZ7UoEZGLyTFH5NMNavj1jqbEUCEIbX_b0A==';

export function call(over: Partial<ImdsCall> = {}): ImdsCall {
  const time = over.time ?? TIME;
  return {
    endpoint: { address: '169.254.169.254', port: 80, family: 4 },
    client: { address: '10.0.0.5', port: 40312 },
    clientIsn: 1000,
    requestOffset: 0,
    connectionTime: time,
    time,
    requestEnd: time,
    responseTime: time + 5_535_000n,
    packetNumber: 4,
    version: 'v1',
    operation: 'read',
    method: 'GET',
    target: '/latest/meta-data/iam/security-credentials/app',
    httpVersion: '1.1',
    pathClass: 'credentials',
    userAgent: 'curl/7.88.1',
    status: 200,
    ...over,
  };
}

export const CURL: Process = {
  pid: 1016,
  start: '5000000000',
  name: 'curl',
  executable: '/usr/bin/curl',
  args: ['curl', 'http://169.254.169.254/latest/meta-data/'],
  userId: '0',
  ancestors: [
    {
      pid: 1015,
      start: '4',
      name: 'makeCalls.sh',
      executable: '/usr/bin/bash',
      args: ['/bin/bash', './makeCalls.sh'],
    },
    { pid: 900, start: '3', name: 'zsh', args: ['-zsh'] },
    { pid: 800, start: '2', name: 'sshd', args: ['sshd: '] },
    { pid: 1, start: '1' },
  ],
};

export const PYTHON: Process = {
  pid: 4912,
  start: '777',
  name: 'python3',
  executable: '/usr/bin/python3.11',
  args: ['python3', '/opt/app/main.py', '--port', '80'],
  containerId: '3f2a9c81d0aa52c3',
  ancestors: [{ pid: 1, start: '1', name: 'systemd', args: ['/sbin/init'] }],
};

export function attributed(
  over: Partial<ImdsCall> = {},
  process?: Process,
  rest: Partial<AttributedCall> = {},
): AttributedCall {
  return {
    call: call(over),
    ...(process === undefined ? {} : { process }),
    attribution:
      process === undefined
        ? { source: 'none', match: 'none', reason: 'no records' }
        : { source: 'ebpf', match: 'cookie' },
    session: 'a.pcap',
    capture: 'a.pcap',
    ...rest,
  };
}

export function capture(
  over: Partial<CaptureSummary> = {},
  completeness: Partial<Completeness> = {},
): CaptureSummary {
  return {
    name: 'a.pcap',
    files: ['a.pcap'],
    packets: 1204,
    bytes: 99_000,
    firstTime: TIME - 7_800_000_000_000n,
    lastTime: TIME,
    problems: [],
    ...over,
    completeness: {
      losses: {},
      connections: 2,
      provableConnections: 0,
      capturedBytes: 0,
      kernelBytes: 0,
      lookups: { made: 0, found: 0 },
      ...completeness,
    },
  };
}

export class MemoryOutput implements Output {
  text = '';
  write(text: string): boolean {
    this.text += text;
    return true;
  }
  async drain(): Promise<void> {}
}

/** What a format prints of the calls, and its findings. */
export async function render(
  calls: readonly AttributedCall[],
  options: Partial<ReportOptions> = {},
  captures: readonly CaptureSummary[] = [capture()],
): Promise<{ text: string; findings: Findings }> {
  const output = new MemoryOutput();
  const sink = await createReportSink(
    {
      format: 'text',
      calls: false,
      columns: 80,
      colour: false,
      ancestors: 3,
      verdict: DEFAULT_VERDICT,
      ...options,
    },
    output,
  );
  for (const one of calls) sink.call(one);
  await sink.ready();
  await sink.end(captures);
  return { text: output.text, findings: sink.findings() };
}
