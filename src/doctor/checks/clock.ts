import type { Examiner } from '../context.ts';
import { probeIfRuns } from './probe-words.ts';

/** systemd-timesyncd makes it when it has set the clock. */
const TIMESYNC = '/run/systemd/timesync/synchronized';

/** Times in logs and captures are this clock's, and are compared with those of CloudWatch and of other hosts. */
export const clock: Examiner = {
  id: 'clock',
  title: 'Clock',
  limit: 3000,
  async examine(context) {
    const told = (await probeIfRuns(context))?.clock;
    if (told?.isSynchronised === true) {
      return { status: 'ok', text: `synchronised, within ${(told.errorMicroseconds / 1000).toFixed(1)} ms` };
    }
    if (await context.files.exists(TIMESYNC))
      return { status: 'ok', text: 'synchronised by systemd-timesyncd' };
    if (told === undefined)
      return { status: 'unknown', text: 'the kernel could not be asked whether it is synchronised' };
    return {
      status: 'warn',
      text: 'not synchronised: times cannot be compared with those of other hosts, or of CloudWatch',
      remedy: 'Set up chrony or systemd-timesyncd (EC2 has NTP at 169.254.169.123).',
    };
  },
};
