import { constants } from 'node:fs';
import { countText } from '../../words.ts';
import type { Examiner } from '../context.ts';
import { ifThere } from '../host-files.ts';
import { probeWords } from './probe-words.ts';

const FILE = '/sys/kernel/btf/vmlinux';

/** The kernel's description of its own structures, without which the probe cannot be fitted to it. */
export const btf: Examiner = {
  id: 'btf',
  title: 'BTF',
  limit: 3000,
  async examine(context) {
    const { files } = context;
    const stats = await ifThere(files.stat(FILE));
    const words = await probeWords(context, 'btf');
    if (stats === undefined || words !== undefined) {
      const own = `there is no ${FILE}: a kernel with CONFIG_DEBUG_INFO_BTF is needed for the socket view`;
      const remedy = 'Boot such a kernel, or use imds live --capture wire.';
      return { status: 'fail', text: words ?? own, remedy: words === undefined ? remedy : undefined };
    }
    if (!(await files.may(FILE, constants.R_OK))) {
      return { status: 'unknown', text: `${FILE} may not be read`, remedy: 'Run it as root.' };
    }
    return { status: 'ok', text: `${FILE} (${countText(stats.size)} bytes)` };
  },
};
