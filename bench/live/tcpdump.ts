import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Namespace, shown } from '../../test/support/netns.ts';
import { type Usage, usageOf } from './usage.ts';

/** tcpdump reads its buffer after a second at the latest. */
const BUFFERED_MS = 2000;

export interface DumpResult {
  captured: number;
  dropped: number;
  usage: Usage;
}

/** Calls while tcpdump writes what passes any interface of the namespace, as the README has it. */
export async function withTcpdump(where: Namespace, use: () => Promise<unknown>): Promise<DumpResult> {
  const folder = mkdtempSync(join(tmpdir(), 'imds-bench-'));
  try {
    const args = ['-i', 'any', '-s', '0', '-Z', 'root', '-w', join(folder, 'out.pcap')];
    const child = where.spawn('tcpdump', [...args, 'host 169.254.169.254 or host fd00:ec2::254'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let words = '';
    child.stderr?.setEncoding('utf8').on('data', (text) => {
      words += text;
    });
    await shown(child, child.stderr, /listening on/);
    await use();
    // What its buffer still holds when it is ended is not written.
    await new Promise((resolve) => setTimeout(resolve, BUFFERED_MS));
    const usage = usageOf(child.pid ?? 0);
    const closed = once(child, 'close');
    child.kill('SIGINT');
    await closed;
    const count = (what: RegExp) => Number(what.exec(words)?.[1]);
    return { captured: count(/(\d+) packets? captured/), dropped: count(/(\d+) packets? dropped/), usage };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
