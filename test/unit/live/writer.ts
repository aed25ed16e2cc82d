/**
 * A process that writes a log: `FOLDER NAME MAX-BYTES KEEP PREFIX COUNT [UID]`. Gives up root for UID after
 * opening; prints a line once it is open, and troubles on stderr. Ends after COUNT lines; 0 is for ever.
 */
import { RollingFile } from '../../../src/live/rolling-file.ts';

const [folder = '', name = '', maxBytes, keep, prefix = '', count, uid] = process.argv.slice(2);
const id = uid === undefined ? undefined : Number(uid);

const log = await RollingFile.open({
  folder,
  name,
  maxBytes: Number(maxBytes),
  keep: Number(keep),
  owner: id === undefined ? undefined : { uid: id, gid: id },
  onTrouble: (message) => process.stderr.write(`${message}\n`),
  onRecovery: (message) => process.stderr.write(`${message}\n`),
});
if (id !== undefined) {
  process.setgroups?.([]);
  process.setgid?.(id);
  process.setuid?.(id);
}
process.stdout.write('open\n');

const total = Number(count) || Number.POSITIVE_INFINITY;
for (let number = 0; number < total; number++) {
  log.write(`${prefix} ${number} ${'.'.repeat(number % 211)} end`);
  if (number % 100 === 0) await log.flush();
}
await log.close();
process.exitCode = log.lost.lines === 0 ? 0 : 1;
