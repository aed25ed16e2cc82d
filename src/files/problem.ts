import { InputError } from '../errors.ts';
import type { Problem } from '../model.ts';

const SYSTEM_ERRORS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'may not be read',
  EPERM: 'may not be read',
  ELOOP: 'is a link to itself',
};

/** What `imds live` keeps is for root and its own account alone. */
const DENIED = 'Run it as root (sudo), or as a user who may read it.';
const REMEDIES: Readonly<Record<string, string>> = { EACCES: DENIED, EPERM: DENIED };

/** Why an input could not be used, in words. An error that is none of the input or of the system is thrown again. */
export function problemOf(path: string, error: unknown): Problem {
  if (error instanceof InputError) {
    return { code: error.code, message: error.message, remedy: error.remedy, damage: true };
  }
  const { code } = error as NodeJS.ErrnoException;
  if (typeof code !== 'string') throw error;
  return {
    code: 'input.unreadable',
    message: `${path}: ${SYSTEM_ERRORS[code] ?? `cannot be read (${code})`}`,
    remedy: REMEDIES[code] ?? 'Check the path and its permissions.',
    damage: true,
  };
}

const MAX_NAMED = 3;

/** Of a folder's files, those that are not what was looked for. @param what `no captures` */
export function skipped(folder: string, names: readonly string[], what: string): Problem {
  const more = names.length > MAX_NAMED ? ` and ${names.length - MAX_NAMED} more` : '';
  return {
    code: 'input.skipped',
    message: `${folder}: ${what}, skipped: ${names.slice(0, MAX_NAMED).join(', ')}${more}`,
    damage: false,
  };
}
