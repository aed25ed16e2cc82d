/** Child of trouble.test.ts: writes a long journal slowly, and says how many packets it has handed over. */
import { openCaptureWriter } from '../../../../src/live/save/open.ts';
import { conversations, SESSION, saved } from './scenario.ts';

const [path = ''] = process.argv.slice(2);
const writer = await openCaptureWriter({ path, session: SESSION, onTrouble: () => undefined });
const entries = conversations(400);
let next = 0;
let packets = 0;
setInterval(() => {
  for (const entry of entries.slice(next, next + 7)) {
    if ('record' in entry) writer.record(entry.record);
    else {
      writer.packet(saved(entry.packet));
      packets++;
    }
  }
  next += 7;
  process.stdout.write(`${packets}\n`);
}, 5);
