/**
 * Transcripts in documents are what commands print. A block of code behind `<!-- transcript -->` is run: its lines that
 * begin with `$ ` are commands, and what stands below each of them becomes the command's output. They run in one shell a
 * document, from top to bottom, in a folder of their own with a link to fixtures/; in UTC, 80 columns, without colour.
 * `<!-- transcript, after NAME -->` runs scripts/transcripts/NAME.sh first and shows nothing of it.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './step.mjs';

const FENCE = '```';
const BLOCK = /^<!-- transcript(?:, after ([\w-]+))? -->\n```(\w*)\n([\s\S]*?\n)```$/gm;
/** Printed between commands by the shell; no output of imds has it, for control characters are escaped there. */
const MARK = '\u0001';
const LONGEST_MS = 120_000;

/**
 * @param {string} text of a document
 * @returns {string} with every transcript as its commands print it now
 */
export function withTranscripts(text) {
  const blocks = [...text.matchAll(BLOCK)].map(([, before = '', , body = '']) => ({
    before,
    commands: commandsOf(body),
  }));
  if (blocks.length === 0) return text;
  for (const { commands } of blocks) {
    if (commands.length === 0) throw new Error('a transcript without a line that begins with "$ "');
  }
  const scene = (/** @type {string} */ name) => `. '${join(root, 'scripts/transcripts', name)}.sh'`;
  const outputs = outputsOf(
    blocks.flatMap(({ before, commands }) => [before === '' ? ':' : scene(before), ...commands]),
  );
  return text.replaceAll(BLOCK, (_, before, language) => {
    const { commands = [] } = blocks.shift() ?? {};
    outputs.shift();
    const body = commands.map((command) => `$ ${command}\n${outputs.shift()}`).join('');
    const comment = before === undefined ? '<!-- transcript -->' : `<!-- transcript, after ${before} -->`;
    return `${comment}\n${FENCE}${language}\n${body}${FENCE}`;
  });
}

/**
 * A command goes on in the next line where a line ends in a backslash.
 * @param {string} body of a block
 */
function commandsOf(body) {
  /** @type {string[]} */
  const commands = [];
  let isOpen = false;
  for (const line of body.split('\n')) {
    if (isOpen) commands.push(`${commands.pop()}\n${line}`);
    else if (line.startsWith('$ ')) commands.push(line.slice(2));
    isOpen = (isOpen || line.startsWith('$ ')) && line.endsWith('\\');
  }
  return commands;
}

/**
 * @param {readonly string[]} commands
 * @returns {string[]} what each of them printed, standard error among it as on a terminal
 */
function outputsOf(commands) {
  const folder = mkdtempSync(join(tmpdir(), 'imds-transcripts-'));
  try {
    symlinkSync(join(root, 'fixtures'), join(folder, 'fixtures'));
    // `$?` is that of the command before, not that of printf.
    const script = [
      `imds() { "${process.execPath}" "${join(root, 'bin/run.js')}" "$@"; }`,
      ...commands.map((command) => `${command}\n__code=$?; printf '${MARK}'; (exit $__code)`),
    ].join('\n');
    const { FORCE_COLOR, CI, ...environment } = process.env;
    const { stdout, error, signal } = spawnSync('sh', ['-c', `exec 2>&1\n${script}\n`], {
      cwd: folder,
      encoding: 'utf8',
      timeout: LONGEST_MS,
      maxBuffer: 64 * 2 ** 20,
      env: {
        ...environment,
        COLUMNS: '80',
        NO_COLOR: '1',
        // Not that of this machine.
        IMDS_CONFIG: 'none',
        TZ: 'UTC',
        LC_ALL: 'C.UTF-8',
        NODE_OPTIONS: `--import=${pathToFileURL(join(root, 'scripts/fixed-clock.mjs'))}`,
      },
    });
    if (error !== undefined) throw error;
    const outputs = stdout.split(MARK).slice(0, -1);
    if (outputs.length === commands.length) return outputs.map((output) => withEnd(output));
    const last = commands[outputs.length];
    throw new Error(`a transcript ended early (${signal ?? 'the shell left'}), in: ${last}\n${stdout}`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** @param {string} output */
function withEnd(output) {
  return output === '' || output.endsWith('\n') ? output : `${output}\n`;
}

/**
 * What a person has to look at: the lines that differ, with two of what stands before.
 * @param {string} held
 * @param {string} wanted
 */
export function difference(held, wanted) {
  const [a, b] = [held.split('\n'), wanted.split('\n')];
  let start = 0;
  while (start < Math.min(a.length, b.length) && a[start] === b[start]) start++;
  let end = 0;
  while (end < Math.min(a.length, b.length) - start && a.at(-1 - end) === b.at(-1 - end)) end++;
  const shown = (/** @type {string} */ sign, /** @type {string[]} */ lines) =>
    lines
      .slice(0, 20)
      .map((line) => `${sign} ${line}`)
      .concat(lines.length > 20 ? [`${sign} …`] : []);
  return [
    `line ${start + 1}`,
    ...shown(' ', a.slice(Math.max(0, start - 2), start)),
    ...shown('-', a.slice(start, a.length - end)),
    ...shown('+', b.slice(start, b.length - end)),
    '',
  ].join('\n');
}
