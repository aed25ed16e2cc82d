/** `npm start`: sets up what is missing, then runs imds with the arguments, or shows what it does. */
import { join } from 'node:path';
import { PROBE_PACKAGES, START_PACKAGES, setUp } from './setup.mjs';
import { root, say } from './step.mjs';

await setUp([...START_PACKAGES, ...PROBE_PACKAGES]);

let args = process.argv.slice(2);
if (args.length === 0) {
  args = ['analyze', join(root, 'fixtures', 'demo', 'demo.pcap')];
  say('Analyzing the capture in fixtures/demo. Your own: npm start -- analyze FILE');
}
// npm changes to the project's folder; what the user names is relative to where they are.
if (process.env.npm_lifecycle_event === 'start' && process.env.INIT_CWD !== undefined) {
  process.chdir(process.env.INIT_CWD);
}
process.argv.splice(2, Number.POSITIVE_INFINITY, ...args);
await import('../bin/run.js');
