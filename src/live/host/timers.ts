import type { FileTree } from './file-tree.ts';

/*
 * The timer that triggers a service (systemd.timer(5)): the one with `Unit=` of its name, or of the same name
 * without one. Units stand in these folders, the first that has a name wins (systemd.unit(5)). Nobody asks
 * systemd: whether a timer runs is told by the link that enables it, or by the stamp that it leaves.
 */

const SYSTEM = [
  '/etc/systemd/system',
  '/run/systemd/transient',
  '/run/systemd/system',
  '/run/systemd/generator',
  '/usr/local/lib/systemd/system',
  '/usr/lib/systemd/system',
  '/lib/systemd/system',
];
const USER = [
  '/etc/systemd/user',
  '/run/systemd/user',
  '/usr/local/lib/systemd/user',
  '/usr/lib/systemd/user',
];
const STAMPS = '/var/lib/systemd/timers';
const TRANSIENT = '/run/systemd/transient';

const MAX_NAMES = 8192;
const MAX_TIMERS = 1024;
const MAX_UNIT_BYTES = 64 * 1024;
/** As systemd has them, 255 characters at most. */
const SERVICE = /^[\w:.\\@-]{1,247}\.service$/;
const TIMER = /^[\w:.\\@-]{1,249}\.timer$/;

/** Undefined where none triggers it, as far as files tell. */
export function findTimer(tree: FileTree, unit: string, ofUserManager: boolean): string | undefined {
  if (!SERVICE.test(unit)) return undefined;
  const folders = ofUserManager ? USER : SYSTEM;
  const enabled = enabledTimers(tree, folders);
  const texts = timerTexts(tree, folders);
  const candidates = [...enabled].filter((name) => triggers(name, texts) === unit);
  const [own] = [`${unit.slice(0, -'.service'.length)}.timer`].filter((name) => candidates.includes(name));
  return own ?? candidates.sort()[0];
}

/** The unit that a timer starts, by its own file, or that of its template. */
function triggers(timer: string, texts: ReadonlyMap<string, string>): string | undefined {
  const [, template, instance] = /^([^@]+@)(.+)\.timer$/.exec(timer) ?? [];
  const text = texts.get(timer) ?? (template === undefined ? undefined : texts.get(`${template}.timer`));
  if (text === undefined) return undefined;
  const named = /^[ \t]*Unit[ \t]*=[ \t]*(\S{1,255})[ \t]*$/m.exec(text)?.[1];
  if (named === undefined) return `${timer.slice(0, -'.timer'.length)}.service`;
  return instance === undefined ? named : named.replaceAll(/%[iI]/g, instance);
}

/** Text of each timer's unit, of the first folder that has it. What is dropped into NAME.timer.d is not read. */
function timerTexts(tree: FileTree, folders: readonly string[]): Map<string, string> {
  const texts = new Map<string, string>();
  for (const folder of folders) {
    for (const name of tree.list(folder, MAX_NAMES)) {
      if (!TIMER.test(name) || texts.has(name) || texts.size >= MAX_TIMERS) continue;
      // Read by path, not as a file of its folder: it may be a link to another one.
      const text = tree.read(`${folder}/${name}`, MAX_UNIT_BYTES)?.toString('latin1');
      // Masked units are links to /dev/null, which is no file.
      texts.set(name, text ?? '');
    }
  }
  for (const [name, text] of texts) if (text === '') texts.delete(name);
  return texts;
}

function enabledTimers(tree: FileTree, folders: readonly string[]): Set<string> {
  const timers = new Set<string>();
  for (const folder of folders) {
    for (const name of tree.list(folder, MAX_NAMES)) {
      if (folder === TRANSIENT && TIMER.test(name)) timers.add(name);
      if (!/\.(?:wants|requires)$/.test(name)) continue;
      for (const wanted of tree.list(`${folder}/${name}`, MAX_TIMERS))
        if (TIMER.test(wanted)) timers.add(wanted);
    }
  }
  for (const name of tree.list(STAMPS, MAX_TIMERS)) {
    const [, timer = ''] = /^stamp-(.+\.timer)$/.exec(name) ?? [];
    if (folders === SYSTEM && TIMER.test(timer)) timers.add(timer);
  }
  return timers;
}
