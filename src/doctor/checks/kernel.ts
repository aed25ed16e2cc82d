import type { Examiner } from '../context.ts';
import { probeWords } from './probe-words.ts';

const RELEASE = '/proc/sys/kernel/osrelease';

/** What begins with which kernel (docs/probe.md). */
const PROBE_SINCE = { major: 5, minor: 8 };
/** Programs of the root run before those of the cgroups below (BPF_F_PREORDER). */
const PREORDER_SINCE = { major: 6, minor: 15 };

export const kernel: Examiner = {
  id: 'kernel',
  title: 'Kernel',
  limit: 3000,
  async examine(context) {
    const release = (await context.files.text(RELEASE)).trim();
    const words = await probeWords(context, 'kernel');
    if (words !== undefined || isBefore(release, PROBE_SINCE)) {
      const own = `kernel ${release} is too old for the probe: the socket view needs Linux 5.8 or later; the wire view works`;
      return { status: 'fail', text: words ?? own, remedy: words === undefined ? OLD : undefined };
    }
    const order = isBefore(release, PREORDER_SINCE)
      ? 'before 6.15, a connect that a program of a container rewrites is seen after that'
      : 'connects are seen before any other program rewrites them';
    return { status: 'ok', text: `${release}: has what the socket view needs (5.8); ${order}` };
  },
};

const OLD = 'Boot a newer kernel, or use imds live --capture wire.';

function isBefore(release: string, since: { major: number; minor: number }): boolean {
  const [, major = '', minor = ''] = /^(\d{1,4})\.(\d{1,4})/.exec(release) ?? [];
  const [a, b] = [Number(major), Number(minor)];
  return a < since.major || (a === since.major && b < since.minor);
}
