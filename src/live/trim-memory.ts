import { compiledFile } from './compiled-file.ts';

/**
 * Gives back what only the start of this process needed: half of what is resident of Node's own code and tables.
 * Node has no call for that: a small add-on does it when it is loaded. Where there is none, more stays resident.
 *
 * @param root folder of package.json
 */
export function trimMemory(root: string): void {
  const addOn = compiledFile(root, 'trim-memory.node');
  if (addOn === undefined) return;
  try {
    process.dlopen({ exports: {} }, addOn);
  } catch {
    // Of another C library, say: nothing that a session needs is missing.
  }
}
