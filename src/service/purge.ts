import type { FileTree } from './file-tree.ts';

/** Names of all files that `imds live` writes. */
const OURS = /^imds-/;

/**
 * Removes what imds wrote into a folder, and the folder if nothing else is in it. What others wrote stays, such as the
 * predecessor's logs, which have a folder of their own.
 */
export async function purge(folder: string, tree: FileTree): Promise<void> {
  if ((await tree.look(folder)).kind !== 'folder') return;
  let left = 0;
  for (const name of await tree.list(folder)) {
    const path = `${folder}/${name}`;
    if (OURS.test(name) && (await tree.look(path)).kind !== 'folder') await tree.remove(path);
    else left++;
  }
  if (left === 0) await tree.removeEmptyFolder(folder);
}
