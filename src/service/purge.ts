import type { FileTree } from './file-tree.ts';
import { KEPT_LOG } from './predecessor.ts';

/** Names of all files that `imds live` writes. */
const OURS = /^imds-/;

/** Removes what imds wrote into a folder, and the folder if nothing else is in it. What others wrote stays. */
export async function purge(folder: string, tree: FileTree): Promise<void> {
  if ((await tree.look(folder)).kind !== 'folder') return;
  const names = await tree.list(folder);
  const isPurged = (name: string) => OURS.test(name) && !name.startsWith(KEPT_LOG);
  let left = names.filter((name) => !isPurged(name)).length;
  for (const name of names.filter(isPurged)) {
    const path = `${folder}/${name}`;
    if ((await tree.look(path)).kind === 'folder') left++;
    else await tree.remove(path);
  }
  if (left === 0) await tree.removeEmptyFolder(folder);
}
