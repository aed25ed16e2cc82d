/** Child of trouble.test.ts: writes a packet and a record every few milliseconds until it is killed. */
import { openCaptureWriter } from '../../../../src/live/save/capture-writer.ts';
import { at, journal } from '../../../support/journal.ts';
import { curl, TcpConversation } from '../../../support/packets/index.ts';
import { SESSION, saved } from './scenario.ts';

const [path = ''] = process.argv.slice(2);
const writer = await openCaptureWriter({ path, session: SESSION, onTrouble: () => undefined });
const [packet] = new TcpConversation().send(curl('/latest/meta-data/')).packets({ link: 'raw' });
if (packet === undefined) process.exit(1);

let written = 0;
setInterval(() => {
  writer.record(journal.tick(written));
  writer.packet(saved({ ...packet, timeNs: BigInt(at(written)) }));
  written++;
  process.stdout.write(`${written}\n`);
}, 5);
