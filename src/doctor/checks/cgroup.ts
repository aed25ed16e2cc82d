import type { Examiner } from '../context.ts';
import { probeIfRuns } from './probe-words.ts';

const MOUNTS = '/proc/self/mountinfo';
/** proc(5): root, mount point, options; and what stands behind the separator. */
const CGROUP2 = /^\d+ \d+ \S+ (\S+) (\S+) .* - cgroup2 /;

/** The probe's name for it. */
const OWN_MOUNT = 'own mount';

/** Where the probe attaches: the root of cgroup v2, which all processes are below. */
export const cgroup: Examiner = {
  id: 'cgroup',
  title: 'Cgroup v2',
  limit: 3000,
  async examine(context) {
    const mounts = (await context.files.text(MOUNTS)).split('\n').flatMap((line) => {
      const [, root = '', point = ''] = CGROUP2.exec(line) ?? [];
      return point === '' ? [] : [{ root, point }];
    });
    const whole = mounts.find(({ root }) => root === '/');
    const report = await probeIfRuns(context);
    const words = report?.problems.get('cgroup');
    if (words !== undefined) return { status: 'fail', text: words };
    const own = 'not mounted: the probe makes a mount of its own, that no path leads to';
    if (report?.cgroup === undefined) {
      return whole === undefined ? { status: 'unknown', text: own } : { status: 'ok', text: whole.point };
    }
    const { name, isWholeHost } = report.cgroup;
    if (!isWholeHost) {
      return {
        status: 'warn',
        text: `${name} is that of a container: the socket view sees the processes of this container only`,
        remedy:
          "Run it on the host, in the host's cgroup namespace, or with the host's /sys/fs/cgroup mounted into the container.",
      };
    }
    return { status: 'ok', text: name === OWN_MOUNT ? `${own}; the whole host` : `${name}, the whole host` };
  },
};
