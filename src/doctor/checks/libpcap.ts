import { PrerequisiteError } from '../../errors.ts';
import { loadCap } from '../../live/wire-view.ts';
import type { Examiner } from '../context.ts';

export const libpcap: Examiner = {
  id: 'libpcap',
  title: 'libpcap',
  limit: 4000,
  async examine() {
    try {
      await loadCap();
      return { status: 'ok', text: 'the package cap loads, and libpcap with it: the wire view can be had' };
    } catch (error) {
      if (!(error instanceof PrerequisiteError)) throw error;
      return { status: 'fail', text: `no wire view: ${error.message}`, remedy: error.remedy };
    }
  },
};
