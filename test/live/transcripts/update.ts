/** `npx tsx test/live/transcripts/update.ts`, as root: writes the live transcripts of README.md and docs/ anew. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../cli/run.ts';
import { DOCUMENTS, withBlocks } from './blocks.ts';
import { play } from './play.ts';

const texts = await play();
for (const document of DOCUMENTS) {
  const path = join(root, document);
  const text = withBlocks(document, texts);
  if (text === readFileSync(path, 'utf8')) continue;
  writeFileSync(path, text);
  process.stderr.write(`${document} updated\n`);
}
