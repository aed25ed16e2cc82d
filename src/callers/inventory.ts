/** The file in which `imds live` keeps the callers that it has seen, beside its logs, which roll away. */
export const INVENTORY = 'imds-callers.json';

/** The file in that folder, and in that of the logs, by which one session at a time has it. */
export const FOLDER_LOCK = 'imds-live.lock';

/** Of the file's shape (schemas/inventory.schema.json); additions do not raise it. */
export const INVENTORY_VERSION = 1;

/** Days for which counts and callers are kept. */
export const INVENTORY_DAYS = 90;

/** Hosts whose ids are kept: a host may have had other names. */
export const INVENTORY_HOSTS = 16;

/** What is beside it: one that is being written, or one that could not be read. */
const ASIDE = new RegExp(`^${INVENTORY.replace('.', '\\.')}\\.(?:new-|damaged$)`);

export function isAside(name: string): boolean {
  return ASIDE.test(name);
}

/** What `imds live` keeps there that nobody is to read. */
export function isItsOwn(name: string): boolean {
  return name === FOLDER_LOCK || isAside(name);
}
