/**
 * `npm run golden:update [-- NAME…]`: writes what imds prints now as what is expected, for all cases or
 * those named; `causes` are those of the rules. Read the difference before it is committed: it is the specification.
 */
import { callsOf, readCases, run, writeExpected } from './cases.ts';
import { updateCauses } from './cause-cases.ts';

const names = process.argv.slice(2);
for (const golden of readCases()) {
  if (names.length > 0 && !names.includes(golden.name)) continue;
  const outputs = await run(golden);
  writeExpected(golden, outputs);
  const calls = callsOf(outputs.get('expected.jsonl') ?? '');
  const agrees = JSON.stringify(calls) === JSON.stringify(golden.calls);
  process.stdout.write(`${agrees ? ' ' : '✗ other calls than its author put in:'} ${golden.name}\n`);
  if (!agrees) process.exitCode = 1;
}
if (names.length === 0 || names.includes('causes')) await updateCauses();
