import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface CpuProfile {
  nodes: { id: number; callFrame: { functionName: string; url: string } }[];
  samples: number[];
  timeDeltas: number[];
}

const LINES = 15;

/** Where the time of `node SCRIPT ARGS` goes, by function, from V8's sampling profiler: `12.3 %  name (file)`. */
export function profile(script: string, args: readonly string[]): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'imds-profile-'));
  try {
    spawnSync(process.execPath, ['--cpu-prof', `--cpu-prof-dir=${folder}`, script, ...args], {
      stdio: 'ignore',
    });
    const file = readdirSync(folder).find((name) => name.endsWith('.cpuprofile'));
    if (file === undefined) return [];
    return selfTimes(JSON.parse(readFileSync(join(folder, file), 'utf8')) as CpuProfile);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function selfTimes({ nodes, samples, timeDeltas }: CpuProfile): string[] {
  const names = new Map(
    nodes.map(({ id, callFrame }) => {
      const file =
        callFrame.url
          .split('/')
          .at(-1)
          ?.replace(/-[A-Z0-9]{8}(?=\.js)/, '') ?? '';
      return [id, `${callFrame.functionName || '(anonymous)'}${file === '' ? '' : ` (${file})`}`];
    }),
  );
  const times = new Map<string, number>();
  let total = 0;
  samples.forEach((id, i) => {
    const name = names.get(id) ?? '?';
    const delta = timeDeltas[i] ?? 0;
    times.set(name, (times.get(name) ?? 0) + delta);
    total += delta;
  });
  return [...times]
    .sort((a, b) => b[1] - a[1])
    .slice(0, LINES)
    .map(([name, time]) => `${((100 * time) / total).toFixed(1).padStart(5)} %  ${name}`);
}
