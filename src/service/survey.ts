import type { FileTree } from './file-tree.ts';
import { LOGS, STATE } from './folders.ts';
import type { Systemctl } from './systemctl.ts';
import { type Authorship, authorshipOf, UNIT } from './unit.ts';

/** That of aws-imds-packet-analyzer, which its activate-tracer-service.sh writes. */
export const PREDECESSOR = 'imds_tracer_tool.service';
export const UNIT_FOLDER = '/etc/systemd/system';
/** Of packages; /lib is a link to /usr/lib where /usr is merged. */
const PACKAGED_FOLDERS = ['/usr/lib/systemd/system', '/lib/systemd/system'];
const WANTS = `${UNIT_FOLDER}/multi-user.target.wants`;

/** What is in the place of a unit file that an administrator, or this program, may write. */
export type UnitFile =
  | { kind: 'none' }
  /** By `systemctl mask`: a link to /dev/null. */
  | { kind: 'masked' }
  | { kind: 'file'; authorship: Authorship; text: string }
  /** A link, a folder: never written by this program. */
  | { kind: 'other' };

export interface Service {
  unit: UnitFile;
  /** Path of the unit that a package brought. */
  packaged: string | undefined;
  /** It starts at boot. */
  isEnabled: boolean;
  /** Path of what is no link, in the place of the one that lets it start at boot. */
  obstacle?: string | undefined;
  /** It runs, or starts, or is to be started again; never in an image. */
  isActive: boolean;
}

export interface Survey {
  service: Service;
  predecessor: Service;
  /** Files of `systemctl edit`. */
  dropIns: string[];
  /** Of logs and inventory, those that are there. */
  folders: string[];
}

/** @param systemctl undefined for an image, where nothing runs */
export async function survey(tree: FileTree, systemctl: Systemctl | undefined): Promise<Survey> {
  const dropIns = await tree.list(`${UNIT_FOLDER}/${UNIT}.d`);
  const folders: string[] = [];
  for (const folder of [LOGS, STATE]) {
    if ((await tree.look(folder)).kind === 'folder') folders.push(folder);
  }
  return {
    service: await serviceOf(UNIT, tree, systemctl),
    predecessor: await serviceOf(PREDECESSOR, tree, systemctl),
    dropIns: dropIns.map((name) => `${UNIT_FOLDER}/${UNIT}.d/${name}`),
    folders,
  };
}

/** Whether there is a systemd in that file system. */
export async function hasSystemd(tree: FileTree): Promise<boolean> {
  for (const path of ['/usr/lib/systemd/systemd', '/lib/systemd/systemd']) {
    if ((await tree.look(path)).kind !== 'none') return true;
  }
  return false;
}

export function isInstalled({ unit, packaged }: Service): boolean {
  return unit.kind !== 'none' || packaged !== undefined;
}

export function pathOf(name: string): string {
  return `${UNIT_FOLDER}/${name}`;
}

export function wantsOf(name: string): string {
  return `${WANTS}/${name}`;
}

async function serviceOf(name: string, tree: FileTree, systemctl: Systemctl | undefined): Promise<Service> {
  const wanted = (await tree.look(wantsOf(name))).kind;
  return {
    unit: await unitFile(pathOf(name), tree),
    packaged: await packagedUnit(name, tree),
    isEnabled: wanted === 'link',
    obstacle: wanted === 'link' || wanted === 'none' ? undefined : wantsOf(name),
    isActive: systemctl !== undefined && (await isActive(name, systemctl)),
  };
}

async function unitFile(path: string, tree: FileTree): Promise<UnitFile> {
  const entry = await tree.look(path);
  if (entry.kind === 'none') return entry;
  if (entry.kind === 'file') return { ...entry, authorship: authorshipOf(entry.text) };
  return entry.kind === 'link' && entry.target === '/dev/null' ? { kind: 'masked' } : { kind: 'other' };
}

async function packagedUnit(name: string, tree: FileTree): Promise<string | undefined> {
  for (const folder of PACKAGED_FOLDERS) {
    const path = `${folder}/${name}`;
    if ((await tree.look(path)).kind === 'file') return path;
  }
  return undefined;
}

async function isActive(name: string, systemctl: Systemctl): Promise<boolean> {
  const { stdout } = await systemctl(['show', '--property=ActiveState', name]);
  return /^ActiveState=(?:active|activating|reloading)$/m.test(stdout);
}
