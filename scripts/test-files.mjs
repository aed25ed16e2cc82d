/** Which test files there are, and which of them `npm test` runs side by side. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './step.mjs';

/** V8 goes on counting in what it has compiled under precise coverage: what follows in that process is slower by half. */
const LAST = /^test\/fuzz\//;

/** What needs the machine for itself: it floods, and nothing may be lost, or what it looks for is soon gone. */
const ALONE = {
  name: 'alone',
  fits: /^test\/live\/(?:probe\/flood|attribution|flood|procfs|soak|storm)\./,
};
/**
 * Sessions, which run side by side when the calculating is over: they wait more than they calculate, and what they wait
 * for has its time.
 */
const SESSIONS = [
  // With a port of their own (test/live/scene.ts): sessions see the calls of the whole host.
  {
    name: 'scenes',
    fits: /^test\/live\/(?:full-disk|interfaces|metrics|networks|processes|prometheus|recipes|requests|same-address|scope)\./,
  },
  // All that calls the service at its own port, one after the other.
  { name: 'sessions', fits: /^test\/live\// },
];
/** Side by side, before them. */
const OTHERS = [
  // The same, of others: they wait for clients.
  { name: 'service', fits: /^test\/(?:(?:zoo|support)\/|cli\/live\.)/ },
  // What takes memory, before which there should be little in it.
  { name: 'large', fits: /^test\/(?:(?:fuzz|html|property)\/|cli\/\S*memory|unit\/capture\/bounds)/ },
  { name: 'rest', fits: /^/ },
];
/** Each in a mocha of its own. A file is in the first that it fits. */
const LANES = [ALONE, ...SESSIONS, ...OTHERS];

/** Paths of all test files, in the order in which they are run. */
export function testFiles() {
  const files = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => `test/${name}`)
    .sort();
  return [...files.filter((file) => !LAST.test(file)), ...files.filter((file) => LAST.test(file))];
}

/** What runs side by side, then the sessions, and what runs alone. */
export function lanes() {
  const files = testFiles();
  /** @param {typeof ALONE} lane */
  const filled = (lane) => ({
    name: lane.name,
    files: files.filter((file) => LANES.find(({ fits }) => fits.test(file)) === lane),
  });
  return { others: OTHERS.map(filled), sessions: SESSIONS.map(filled), alone: filled(ALONE) };
}
