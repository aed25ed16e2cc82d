#!/usr/bin/env -S node --import=tsx
// Runs the commands from src/, without a build: `bin/dev.js analyze my.pcap`.
import { readFileSync } from 'node:fs';
import { main } from '../src/cli/main.ts';

const root = new URL('../', import.meta.url);
const pjson = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'));
await main(root, {
  ...pjson,
  oclif: { ...pjson.oclif, commands: { strategy: 'pattern', target: './src/commands' } },
});
