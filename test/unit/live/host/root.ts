import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { FileTree } from '../../../../src/live/host/file-tree.ts';

/** A made-up root of a file system. */
export class MadeUpRoot {
  readonly folder = mkdtempSync(join(tmpdir(), 'imds-root-'));

  /** Calls with one, which is gone afterwards. */
  static with<T>(use: (root: MadeUpRoot, tree: FileTree) => T): T {
    const root = new MadeUpRoot();
    const tree = FileTree.open(root.folder);
    if (tree === undefined) throw new Error(`${root.folder} cannot be opened`);
    try {
      return use(root, tree);
    } finally {
      tree.close();
      root.remove();
    }
  }

  file(path: string, content: string | Uint8Array | object): this {
    const isObject = typeof content === 'object' && !(content instanceof Uint8Array);
    writeFileSync(this.#made(path), isObject ? JSON.stringify(content) : content);
    return this;
  }

  link(path: string, target: string): this {
    symlinkSync(target, this.#made(path));
    return this;
  }

  fifo(path: string): this {
    const { status, stderr } = spawnSync('mkfifo', [this.#made(path)]);
    if (status !== 0) throw new Error(String(stderr));
    return this;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }

  #made(path: string): string {
    const full = join(this.folder, path);
    mkdirSync(dirname(full), { recursive: true });
    return full;
  }
}

/** Of /var/lib/dpkg: packages with their files. */
export interface MadeUpPackage {
  files: readonly string[];
  version?: string;
  architecture?: string;
  /** In the list's name, as packages have it that may stand in several architectures. */
  isMultiarch?: boolean;
  status?: string;
}

export function installed(root: MadeUpRoot, packages: Readonly<Record<string, MadeUpPackage>>): void {
  const paragraphs: string[] = [];
  for (const [
    name,
    { files, version = '1.0', architecture = 'amd64', isMultiarch, status },
  ] of Object.entries(packages)) {
    const suffix = isMultiarch === true ? `:${architecture}` : '';
    const list = ['/.', '/usr', ...files].map((line) => `${line}\n`).join('');
    root.file(`var/lib/dpkg/info/${name}${suffix}.list`, list);
    paragraphs.push(
      `Package: ${name}\nStatus: ${status ?? 'install ok installed'}\nArchitecture: ${architecture}\nVersion: ${version}\nDescription: x\n of ${name}\n`,
    );
  }
  root.file('var/lib/dpkg/status', paragraphs.join('\n'));
}
