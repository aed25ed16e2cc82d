import { release } from 'node:os';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { ImdsError } from '../../errors.ts';
import type { Context } from '../context.ts';
import type { HostFiles } from '../host-files.ts';
import { within } from '../time-limit.ts';
import type { Part } from '../types.ts';

const LIMIT_MS = 3000;
const LOG_BYTES = 512 * 1024;
const CONFIG_BYTES = 1024 * 1024;
const SETTINGS_BYTES = 64 * 1024;
/** What of a kernel's configuration decides what the probe can do there. */
const KERNEL_SETTING =
  /^(?:# )?CONFIG_(?:BPF\w*|\w+_BPF\w*|CGROUPS|DEBUG_INFO_BTF\w*|FTRACE\w*|KPROBES|SECURITY_LOCKDOWN\w*|LOCK_DOWN\w*|LSM|TRACEPOINTS|PACKET|NET_NS|CGROUP_V1)\b/;

/** What the process that looks reads for a bundle. A part that cannot be had says why. */
export async function parts(context: Context, take: (part: Part) => void): Promise<void> {
  const { files, options } = context;
  const readers: Readonly<Record<string, () => Promise<string>>> = {
    'imds-probe.json': async () => `${(await context.probe()).text}\n`,
    'kernel-config.txt': () => kernelConfig(files),
    'os-release.txt': () => files.text('/etc/os-release', SETTINGS_BYTES),
    'imds-trace.log': () => lastLines(files, options.logFolder, options.logLines),
    'imds.toml': () => files.text('/etc/imds/imds.toml', SETTINGS_BYTES),
  };
  await Promise.all(
    Object.entries(readers).map(async ([name, read]) => {
      try {
        take({ name, text: await within(LIMIT_MS, read()) });
      } catch (error) {
        take({ name, missing: error instanceof Error ? reasonOf(error) : String(error) });
      }
    }),
  );
}

/** Messages of the system hold paths; its codes say enough. */
function reasonOf(error: Error): string {
  if (error instanceof ImdsError || !('code' in error)) return error.message;
  return String(error.code);
}

async function kernelConfig(files: HostFiles): Promise<string> {
  const text = await gunzipped(files).catch(() => files.text(`/boot/config-${release()}`, CONFIG_BYTES));
  const lines = text.split('\n').filter((line) => KERNEL_SETTING.test(line));
  return `${lines.join('\n')}\n`;
}

async function gunzipped(files: HostFiles): Promise<string> {
  const bytes = await files.read('/proc/config.gz', CONFIG_BYTES);
  return (await promisify(gunzip)(bytes, { maxOutputLength: CONFIG_BYTES })).toString();
}

async function lastLines(files: HostFiles, folder: string, count: number): Promise<string> {
  const text = (await files.endOf(folder, 'imds-trace.log', LOG_BYTES)).toString();
  const lines = text.split('\n');
  // What stands before the first line break may be the rest of a line, of which the mask would not know the beginning.
  const whole = Buffer.byteLength(text) < LOG_BYTES ? lines : lines.slice(1);
  return `${whole
    .filter((line) => line !== '')
    .slice(-count)
    .join('\n')}\n`;
}
