import type { Examiner } from '../context.ts';
import type { Finding } from '../types.ts';

const STATUS = '/proc/self/status';
const SYS_ADMIN = 21n;

interface Need {
  /** Numbers as linux/capability.h has them. */
  capabilities: Readonly<Record<string, bigint>>;
  why: string;
  /** Without it, a whole view is missing. */
  isNeeded?: boolean;
  /** CAP_SYS_ADMIN is as good (capabilities(7)). */
  isOfAdmin?: boolean;
  /** For a process of root, which becomes somebody else. */
  isOfRoot?: boolean;
}

const NEEDS: readonly Need[] = [
  {
    capabilities: { CAP_BPF: 39n, CAP_PERFMON: 38n },
    why: 'load eBPF',
    isNeeded: true,
    isOfAdmin: true,
  },
  {
    capabilities: { CAP_NET_ADMIN: 12n },
    why: 'attach it to cgroups',
    isNeeded: true,
    isOfAdmin: true,
  },
  { capabilities: { CAP_NET_RAW: 13n }, why: 'capture from interfaces', isNeeded: true },
  {
    capabilities: { CAP_SYS_PTRACE: 19n },
    why: "read others' processes that run already",
  },
  { capabilities: { CAP_DAC_READ_SEARCH: 2n }, why: 'find cgroups by id' },
  { capabilities: { CAP_SETUID: 7n, CAP_SETGID: 6n }, why: 'give up root', isNeeded: true, isOfRoot: true },
  { capabilities: { CAP_CHOWN: 0n }, why: 'hand over the logs', isOfRoot: true },
];

/** What this process may do, against what live needs: live that is started as this was has the same. */
export const capabilities: Examiner = {
  id: 'capabilities',
  title: 'Capabilities',
  limit: 3000,
  async examine({ files, uid }) {
    const mask = /^CapEff:\s*([\da-f]{1,16})$/im.exec(await files.text(STATUS))?.[1];
    if (mask === undefined) return { status: 'unknown', text: `${STATUS} does not tell them` };
    return capabilityFinding(BigInt(`0x${mask}`), uid);
  },
};

/** @param effective as CapEff has it, a bit for each */
export function capabilityFinding(effective: bigint, uid: number | undefined): Finding {
  const has = (bit: bigint) => (effective >> bit) % 2n === 1n;
  const needs = NEEDS.filter(({ isOfRoot }) => !isOfRoot || uid === 0);
  const missing = needs.flatMap((need) => {
    if (need.isOfAdmin && has(SYS_ADMIN)) return [];
    const names = Object.entries(need.capabilities).flatMap(([name, bit]) => (has(bit) ? [] : [name]));
    return names.length === 0 ? [] : [{ ...need, names }];
  });
  if (missing.length === 0) {
    const whole = needs.map(({ capabilities: of, why }) => `${Object.keys(of).join(', ')} (to ${why})`);
    return { status: 'ok', text: `uid ${uid}, all that live uses: ${whole.join(', ')}` };
  }
  const parts = missing.map(({ names, why }) => `${names.join(', ')} (to ${why})`);
  const isNeeded = missing.some((need) => need.isNeeded);
  const remedy = uid === 0 ? 'Give it these capabilities.' : 'Run it as root, or give it these capabilities.';
  return {
    status: isNeeded ? 'fail' : 'warn',
    text: `uid ${uid}, missing: ${parts.join(', ')}`,
    remedy,
  };
}
