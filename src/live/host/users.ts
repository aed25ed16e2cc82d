import type { FileTree } from './file-tree.ts';

const MAX_BYTES = 4 * 1024 * 1024;
const NAME = /^[^\0-\x20:\x7f]{1,256}$/;

export interface User {
  name: string;
  home: string;
}

/** As /etc/passwd has it (passwd(5)); directories on a network are not asked. */
export function findUser(tree: FileTree, uid: number): User | undefined {
  const text = tree.read('/etc/passwd', MAX_BYTES)?.toString('utf8') ?? '';
  for (const line of text.split('\n')) {
    const [name = '', , id = '', , , home = ''] = line.split(':');
    if (/^\d{1,10}$/.test(id) && Number(id) === uid && NAME.test(name)) return { name, home };
  }
  return undefined;
}
