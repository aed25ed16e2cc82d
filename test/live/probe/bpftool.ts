import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Ubuntu's own in /usr/sbin is a script that works only where the tools of the very kernel are installed. */
const TOOLS = '/usr/lib/linux-tools';

/** What shows what the kernel has loaded. */
export const BPFTOOL =
  (existsSync(TOOLS) ? readdirSync(TOOLS) : [])
    .map((version) => join(TOOLS, version, 'bpftool'))
    .find((path) => existsSync(path)) ?? '/usr/sbin/bpftool';

/** Not every system has it: what needs it is skipped there, which under CI is a failure. */
export const hasBpftool = existsSync(BPFTOOL);
