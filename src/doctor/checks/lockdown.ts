import type { Examiner } from '../context.ts';
import { ifThere } from '../host-files.ts';
import { probeWords } from './probe-words.ts';

const FILE = '/sys/kernel/security/lockdown';

export const lockdown: Examiner = {
  id: 'lockdown',
  title: 'Lockdown',
  limit: 3000,
  async examine(context) {
    const { files } = context;
    const words = await probeWords(context, 'lockdown');
    const text = await ifThere(files.text(FILE, 256)).catch(() => null);
    if (text === null)
      return { status: 'unknown', text: `${FILE} may not be read`, remedy: 'Run it as root.' };
    if (text === undefined) {
      return { status: 'ok', text: `none that could be seen (${FILE} is not there)` };
    }
    const mode = /\[(\w+)\]/.exec(text)?.[1] ?? 'none';
    if (mode !== 'confidentiality') {
      return { status: 'ok', text: mode === 'none' ? 'none' : `${mode}, which lets eBPF read` };
    }
    const own = 'confidentiality: eBPF cannot read, so there is no socket view';
    const remedy = 'Boot with lockdown=integrity, or use imds live --capture wire.';
    return { status: 'fail', text: words ?? own, remedy: words === undefined ? remedy : undefined };
  },
};
