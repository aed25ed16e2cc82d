import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../cli/run.ts';

/** Documents for readers, by their path from the root. */
export const DOCUMENTS: readonly string[] = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'fixtures/README.md',
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

export function read(document: string): string {
  return readFileSync(join(root, document), 'utf8');
}

/** Without blocks of code and code spans, in which nothing is a link or a heading. */
export function prose(text: string): string {
  return text.replaceAll(/^ *```[\s\S]*?^ *```$/gm, '').replaceAll(/`[^`\n]*`(?!\])/g, '');
}

/** What links and pictures lead to, as written. */
export function targets(text: string): string[] {
  const markdown = [...prose(text).matchAll(/\]\(([^()\s]+(?:\([^()\s]*\))?[^()\s]*)\)/g)];
  const html = [...prose(text).matchAll(/<img src="([^"]+)"/g)];
  return [...markdown, ...html].map(([, target = '']) => target);
}

/** Anchors of a document: those that it names itself, and those that GitHub makes of its headings. */
export function anchors(text: string): Set<string> {
  const found = new Set([...text.matchAll(/<a id="([^"]+)"/g)].map(([, id = '']) => id));
  for (const [, heading = ''] of text
    .replaceAll(/^ *```[\s\S]*?^ *```$/gm, '')
    .matchAll(/^#{1,6} +(.+)$/gm)) {
    const slug = heading
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(' ', '-');
    let name = slug;
    for (let i = 1; found.has(name); i++) name = `${slug}-${i}`;
    found.add(name);
  }
  return found;
}

/** Blocks of code with a prompt, which show what somebody saw, and no comment that says where it comes from. */
export function unfoundedTranscripts(text: string): string[] {
  const blocks = [...text.matchAll(/(^.*\n)?^ *```\w*\n([\s\S]*?)^ *```$/gm)];
  return blocks
    .filter(
      ([, before = '', body = '']) => /^[$#] \S/m.test(body) && !/^<!-- (?:live )?transcript/.test(before),
    )
    .map(([, , body = '']) => body);
}
