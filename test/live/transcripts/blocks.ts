import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../cli/run.ts';

/** A block of code that shows what a command of the scene printed: `<!-- live transcript: NAME -->` is before it. */
const BLOCK = /^(<!-- live transcript: (\S+) -->\n```\w*\n)([\s\S]*?\n)```$/gm;

export interface Block {
  document: string;
  name: string;
  text: string;
}

/** Paths from the root of the documents that may have such blocks. */
export const DOCUMENTS: readonly string[] = [
  'README.md',
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

export function blocks(): Block[] {
  return DOCUMENTS.flatMap((document) =>
    [...read(document).matchAll(BLOCK)].map(([, , name = '', text = '']) => ({ document, name, text })),
  );
}

/** The document with every block as `texts` has it. */
export function withBlocks(document: string, texts: ReadonlyMap<string, string>): string {
  return read(document).replaceAll(
    BLOCK,
    (_, head: string, name: string, held: string) => `${head}${texts.get(name) ?? held}\`\`\``,
  );
}

function read(document: string): string {
  return readFileSync(join(root, document), 'utf8');
}
