import { constants } from 'node:fs';
import { dirname } from 'node:path';
import type { PrerequisiteError } from '../../errors.ts';
import { holderIn, lockOf, startIn } from '../../live/folder-lock.ts';
import { INVENTORY_USE } from '../../live/inventory/inventory-file.ts';
import { logFileRefusal } from '../../live/log-file.ts';
import {
  type FolderUse,
  folderRefusal,
  LOGS,
  noFolder,
  type Owner,
  unmakeable,
} from '../../live/log-folder.ts';
import { EVENTS, LOG } from '../../live/log-sink.ts';
import { cannotOpen } from '../../live/rolling-file.ts';
import { countText } from '../../words.ts';
import type { Context, Examiner } from '../context.ts';
import { type HostFiles, ifThere } from '../host-files.ts';
import type { Finding } from '../types.ts';
import { accountOf } from './account.ts';

const MEGABYTE = 1_000_000;
/** Two logs of six files, 1 MB each, and the inventory. */
const ENOUGH_FOR_LOGS = 20 * MEGABYTE;
const ENOUGH_FOR_CAPTURES = 500 * MEGABYTE;
const MAX_PARENTS = 64;
const MAX_LOCK_BYTES = 64;

export const logs: Examiner = {
  id: 'logs',
  title: 'Logs',
  limit: 3000,
  examine: async (context) =>
    examineFolder(context, context.options.logFolder, LOGS, await logsRefusal(context)),
};

export const state: Examiner = {
  id: 'state',
  title: 'Inventory',
  limit: 3000,
  examine: async (context) =>
    examineFolder(context, context.options.stateFolder, INVENTORY_USE, await stateRefusal(context)),
};

/** Where `-w FILE` without a folder would write. It is written before root is given up. */
export const captures: Examiner = {
  id: 'captures',
  title: 'Captures',
  limit: 3000,
  async examine({ files, options, uid }) {
    const { captureFolder: folder } = options;
    const space = await spaceOf(files, folder);
    const text = `${folder}: ${space.text}`;
    if (!(await files.may(folder, constants.W_OK | constants.X_OK))) {
      return {
        status: 'warn',
        text: `${text}; uid ${uid} may not write here`,
        remedy: 'Name another folder with -w.',
      };
    }
    if (space.isReadOnly || space.available < ENOUGH_FOR_CAPTURES) {
      const remedy = 'Name another folder with -w, or bound it with --rotate-size and --rotate-count.';
      return { status: 'warn', text, remedy };
    }
    return { status: 'ok', text };
  },
};

/**
 * Why live would not start, in its own words; undefined where it would.
 *
 * @param names of the files that it would open there
 */
export async function refusalOf(
  context: Context,
  folder: string,
  use: FolderUse,
  names: readonly string[] = [],
): Promise<PrerequisiteError | undefined> {
  const { files } = context;
  const stats = await ifThere(files.lstat(folder));
  if (stats === undefined) {
    const parent = await nearestParent(files, folder);
    return (await files.may(parent, constants.W_OK | constants.X_OK)) ? undefined : unmakeable(folder, use);
  }
  if (!stats.isDirectory()) return noFolder(folder, use);
  if (!(await files.may(folder, constants.R_OK | constants.W_OK | constants.X_OK))) {
    // Without its inventory live goes on.
    return use === LOGS ? cannotOpen(`cannot write ${folder}/${LOG}: permission denied`) : undefined;
  }
  const refusal = folderRefusal(folder, stats, await files.list(folder), await ownerOf(context), use);
  if (refusal !== undefined) return refusal;
  for (const name of names) {
    const file = await ifThere(files.lstat(`${folder}/${name}`));
    const refused = file && logFileRefusal(`${folder}/${name}`, file);
    if (refused !== undefined) return refused;
  }
  return undefined;
}

/** As live would be refused its logs. */
export function logsRefusal(context: Context): Promise<PrerequisiteError | undefined> {
  return refusalOf(context, context.options.logFolder, LOGS, [LOG, EVENTS]);
}

export function stateRefusal(context: Context): Promise<PrerequisiteError | undefined> {
  return refusalOf(context, context.options.stateFolder, INVENTORY_USE);
}

async function examineFolder(
  { files }: Context,
  folder: string,
  { option, what }: FolderUse,
  refusal: PrerequisiteError | undefined,
): Promise<Finding> {
  if (refusal !== undefined) return { status: 'fail', text: refusal.message, remedy: refusal.remedy };
  const isThere = await files.exists(folder);
  const space = await spaceOf(files, isThere ? folder : await nearestParent(files, folder));
  const text = `${folder}${isThere ? '' : ' (will be made)'}: ${space.text}`;
  if (isThere && !(await files.may(folder, constants.R_OK | constants.W_OK | constants.X_OK))) {
    const remedy = `Run it as root, or choose another with ${option}.`;
    return { status: 'warn', text: `${text}; this process may not write there`, remedy };
  }
  if (space.isReadOnly) {
    return { status: 'fail', text, remedy: `Mount it to be written, or choose another with ${option}.` };
  }
  if (space.available < ENOUGH_FOR_LOGS) {
    return { status: 'warn', text, remedy: `Make room there, or choose another with ${option}.` };
  }
  const holder = isThere ? await holderOf(files, folder) : undefined;
  if (holder !== undefined) {
    const remedy = `Nothing, where that is the one that is to watch. A second needs another folder (${option}).`;
    return { status: 'warn', text: `${text}; an imds live (pid ${holder}) keeps ${what} there`, remedy };
  }
  return { status: 'ok', text };
}

/** The pid of the session that has the folder. */
async function holderOf(files: HostFiles, folder: string): Promise<number | undefined> {
  const holder = holderIn(await files.text(lockOf(folder), MAX_LOCK_BYTES).catch(() => ''));
  if (holder === undefined) return undefined;
  const stat = await files.text(`/proc/${holder.pid}/stat`).catch(() => '');
  return startIn(stat) === holder.start ? holder.pid : undefined;
}

interface Space {
  available: number;
  isReadOnly: boolean;
  text: string;
}

async function spaceOf(files: HostFiles, folder: string): Promise<Space> {
  const { bavail, bsize, files: inodes, ffree } = await files.statfs(folder);
  const noNames = inodes > 0 && ffree === 0;
  const available = noNames ? 0 : bavail * bsize;
  const megabytes = countText(Math.floor((bavail * bsize) / MEGABYTE));
  const isReadOnly = await isReadOnlyAt(files, folder);
  const text = `${megabytes} MB free${noNames ? ', but no room for another file (inodes)' : ''}${isReadOnly ? ', read-only' : ''}`;
  return { available, isReadOnly, text };
}

/** By the mount that holds it: root may write everywhere else. */
async function isReadOnlyAt(files: HostFiles, folder: string): Promise<boolean> {
  const lines = (await files.text('/proc/self/mountinfo').catch(() => '')).split('\n');
  let best = { length: 0, isReadOnly: false };
  for (const line of lines) {
    const [, , , , point = '', options = ''] = line.split(' ');
    const holds = point === '/' || folder === point || folder.startsWith(`${point}/`);
    if (point !== '' && holds && point.length >= best.length) {
      best = { length: point.length, isReadOnly: options.split(',').includes('ro') };
    }
  }
  return best.isReadOnly;
}

async function nearestParent(files: HostFiles, folder: string): Promise<string> {
  let parent = dirname(folder);
  for (let i = 0; i < MAX_PARENTS && !(await files.exists(parent)); i++) parent = dirname(parent);
  return parent;
}

async function ownerOf(context: Context): Promise<Owner | undefined> {
  return context.uid === 0 ? accountOf(context) : undefined;
}
