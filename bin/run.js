#!/usr/bin/env node
// Plain JavaScript, and no more than is needed to decide what to load.
import { existsSync, readFileSync } from 'node:fs';

const root = new URL('../', import.meta.url);
const pjson = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'));
const entry = new URL('dist/cli/main.js', root);
const [first] = process.argv.slice(2);

if (first === '--version' || first === 'version') {
  // As oclif prints it, without loading oclif.
  process.stdout.write(
    `${pjson.name}/${pjson.version} ${process.platform}-${process.arch} node-${process.version}\n`,
  );
} else if (existsSync(entry)) {
  const { main } = await import(entry.href);
  await main(root, pjson);
} else {
  process.stderr.write('imds: not built yet. Run `npm start` or `npm run build` in its folder.\n');
  process.exitCode = 5;
}
