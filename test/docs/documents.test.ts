import assert from 'node:assert/strict';
import { existsSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { root } from '../cli/run.ts';
import { ALLOWED } from '../support/imports.ts';
import { anchors, DOCUMENTS, read, targets, unfoundedTranscripts } from './markdown.ts';

/** Why a target leads nowhere; undefined where it leads somewhere, or out of the repository. */
function problem(document: string, target: string): string | undefined {
  if (/^[a-z]+:/.test(target)) return undefined;
  const [path = '', anchor] = target.split('#');
  const file = path === '' ? document : normalize(join(dirname(document), path));
  if (!existsSync(join(root, file))) return `${target}: there is no ${file}`;
  if (anchor === undefined || anchors(read(file)).has(anchor)) return undefined;
  return `${target}: ${file} has no such heading`;
}

describe('documents', () => {
  for (const document of DOCUMENTS) {
    it(`lead somewhere with each link: ${document}`, () => {
      assert.deepEqual(
        targets(read(document)).flatMap((target) => problem(document, target) ?? []),
        [],
      );
    });
  }

  it('have no transcript that somebody typed', () => {
    for (const document of DOCUMENTS) assert.deepEqual(unfoundedTranscripts(read(document)), [], document);
  });

  it('are all in the index', () => {
    const listed = new Set(targets(read('docs/README.md')).map((target) => `docs/${target}`));
    const guides = DOCUMENTS.filter((name) => name.startsWith('docs/') && name !== 'docs/README.md');
    assert.deepEqual(
      guides.filter((name) => !listed.has(name)),
      [],
    );
  });

  it('tell the job of each part of the program', () => {
    const text = read('docs/architecture.md');
    const rows = [...text.matchAll(/^\| `(\w+)` +\| \S/gm)].map(([, part = '']) => part);
    assert.deepEqual(rows.sort(), Object.keys(ALLOWED).sort());
  });

  it('show in the picture of the architecture only folders and files that there are', () => {
    const paths = [...read('docs/images/architecture.svg').matchAll(/>(src\/[\w/.-]+)/g)];
    assert.ok(paths.length > 8);
    const missing = paths.map(([, path = '']) => path).filter((path) => !isThere(path));
    assert.deepEqual(missing, []);
  });

  it('have pictures that are light', () => {
    for (const name of ['terminal.svg', 'report.png', 'architecture.svg']) {
      const { size } = statSync(join(root, 'docs/images', name));
      assert.ok(size < 200_000, `${name}: ${size} bytes`);
    }
  });

  it('have a front page of five minutes', () => {
    assert.ok(read('README.md').length < 20_000);
  });
});

/** `src/live/log-*` and `src/bpf/*.c` stop before the star. */
function isThere(path: string): boolean {
  const folder = path.endsWith('-') ? dirname(path) : path;
  return existsSync(join(root, folder)) || existsSync(join(root, `${folder}.ts`));
}

describe('transcripts of a document', () => {
  it('are told from blocks of commands, and from those that are run', () => {
    const block = (body: string) => `\`\`\`\n${body}\n\`\`\`\n`;
    const text = `${block('$ a\nb')}\n${block('a')}\n<!-- transcript -->\n${block('$ c')}<!-- live transcript: d -->\n${block('$ d')}`;
    assert.deepEqual(unfoundedTranscripts(text), ['$ a\nb\n']);
  });
});

describe('anchors of a document', () => {
  it('are those that GitHub makes', () => {
    const text = '# A `b`, c!\n\n## Of 1.5 · x\n## [Link](to)\n## Link\n```\n# none\n```\n## --strict\n';
    assert.deepEqual([...anchors(text)], ['a-b-c', 'of-15--x', 'link', 'link-1', '--strict']);
  });

  it('are not looked for in code, nor links', () => {
    const text =
      'See [a](b.md#c), `[no](no.md)` and [`d`](e.md).\n```\n[no](no.md)\n```\n<img src="i.svg">\n';
    assert.deepEqual(targets(text), ['b.md#c', 'e.md', 'i.svg']);
  });
});
