import { readFileSync } from 'node:fs';
import { compiledFile } from './compiled-file.ts';

/**
 * Sees to it that nothing this process executes gains a privilege (no_new_privs, prctl(2)). Node has no call
 * for that: a small add-on does it when it is loaded.
 *
 * @param root folder of package.json
 * @returns why it could not be done; undefined where it holds
 */
export function setNoNewPrivs(root: string): string | undefined {
  const addOn = compiledFile(root, 'no-new-privs.node');
  if (addOn === undefined)
    return `there is no no-new-privs.node for ${process.platform}-${process.arch} here`;
  try {
    process.dlopen({ exports: {} }, addOn);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  const status = ownStatus();
  if (status === undefined) return 'without /proc nothing tells whether it holds';
  return /^NoNewPrivs:\s*1$/m.test(status) ? undefined : 'the kernel refused it';
}

function ownStatus(): string | undefined {
  try {
    return readFileSync('/proc/self/status', 'utf8');
  } catch {
    return undefined;
  }
}
