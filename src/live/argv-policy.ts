import { parseRecord } from '../bpf/parse.ts';
import type { ProcessRecord } from '../bpf/records.ts';
import { programArgs } from '../report/program.ts';

/** How much of the arguments of processes is recorded: as they were, the program and its script, or nothing. */
export type ArgvPolicy = 'full' | 'program' | 'none';

/**
 * What may be recorded of a record. It is asked where the journal begins, so that nothing behind it (calls, logs,
 * inventory, saved capture) can have more. Undefined where that is all.
 */
export function argvRewriter(policy: ArgvPolicy): ((json: Uint8Array) => Uint8Array) | undefined {
  if (policy === 'full') return undefined;
  return (json) => {
    const parsed = parseRecord(json);
    // What is no record of a process has no arguments; what is no record at all, the reader refuses.
    if (!('record' in parsed) || parsed.record.type !== 'process') return json;
    const { args, args_truncated: _, ...record } = parsed.record;
    const kept = policy === 'none' ? undefined : keptOf({ ...record, args });
    return Buffer.from(JSON.stringify(kept === undefined ? record : { ...record, args: kept }));
  };
}

function keptOf({ pid, start, name, executable, args }: ProcessRecord): string[] | undefined {
  return args && programArgs({ pid, start, name, executable, args });
}
