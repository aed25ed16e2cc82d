import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ExitCode, PrerequisiteError } from '../errors.ts';
import { compiledFile } from '../live/compiled-file.ts';
import { escapeJson, escapeText } from '../report/escape.ts';
import { FileTree } from '../service/file-tree.ts';
import { LOGS, STATE } from '../service/folders.ts';
import { installPlan } from '../service/install.ts';
import { execute, type Plan, planText } from '../service/plan.ts';
import { checkProgram, programOf } from '../service/program.ts';
import { serviceStatus } from '../service/status.ts';
import { hasSystemd, survey, wantsOf } from '../service/survey.ts';
import { systemctl } from '../service/systemctl.ts';
import { uninstallPlan } from '../service/uninstall.ts';
import { renderUnit, UNIT } from '../service/unit.ts';
import { note } from './diagnostics.ts';
import { ADD_ON } from './live-service.ts';
import { StreamOutput } from './output.ts';
import { statusLines } from './service-text.ts';
import type { Surroundings } from './surroundings.ts';

interface Target {
  /** Folder of an image; undefined for this host. */
  image: string | undefined;
  dryRun: boolean;
  force: boolean;
}

export interface InstallRequest extends Target {
  /** What the unit starts, as the image sees it; undefined for the imds that runs. */
  program: string | undefined;
  replacePredecessor: boolean;
  /** Folder of package.json. */
  root: string;
}

export interface UninstallRequest extends Target {
  purge: boolean;
}

/** Where package.json is, the unit that packages bring, too. */
const TEMPLATE = 'packaging/imds.service';

export async function installService(request: InstallRequest, surroundings: Surroundings): Promise<void> {
  const { image, root, force, replacePredecessor } = request;
  const { tree, runs, obstacle } = await target(request);
  const text = renderUnit({
    template: readFileSync(join(root, TEMPLATE), 'utf8'),
    program: await programFor(request, tree),
    notifies: compiledFile(root, ADD_ON) !== undefined,
  });
  const isImage = image !== undefined;
  const found = await survey(tree, runs ? systemctl : undefined);
  const plan = await installPlan(found, tree, { text, isImage, force, replacePredecessor });
  const done = isImage ? 'imds.service starts at boot' : 'imds.service runs, and starts at boot';
  await carryOut('service install', plan, tree, request, surroundings, done);
  if (obstacle !== undefined) throw obstacle;
}

export async function uninstallService(request: UninstallRequest, surroundings: Surroundings): Promise<void> {
  const { image, force, purge } = request;
  const { tree, runs, obstacle } = await target(request);
  const isImage = image !== undefined;
  // Behind a link nothing would be found, and it would look like nothing to do.
  for (const path of [wantsOf(UNIT), ...(purge ? [LOGS, STATE] : [])]) await tree.refuseLinks(dirname(path));
  const found = await survey(tree, runs ? systemctl : undefined);
  const plan = uninstallPlan(found, { isImage, force, purge });
  await carryOut(
    'service uninstall',
    plan,
    tree,
    request,
    surroundings,
    'imds.service does not run, and does not start at boot',
  );
  if (obstacle !== undefined) throw obstacle;
}

/** Gives the exit code: 0 where it runs and is ready, as far as it can tell; else 3. */
export async function showService(json: boolean, { stdout }: Surroundings): Promise<ExitCode> {
  const { tree, obstacle } = await target({ image: undefined, dryRun: true });
  if (obstacle !== undefined) throw obstacle;
  const clocks = { wallMs: Date.now(), monotonicMs: Number(process.hrtime.bigint() / 1_000_000n) };
  const status = await serviceStatus(await survey(tree, systemctl), systemctl, clocks);
  const output = new StreamOutput(stdout, 'standard output', () => {});
  output.write(
    json ? `${escapeJson(JSON.stringify(status, undefined, 2))}\n` : statusLines(status, clocks.wallMs),
  );
  await output.finish();
  return status.running && status.ready !== false ? ExitCode.done : ExitCode.condition;
}

interface Found {
  tree: FileTree;
  /** systemd runs it, and can be asked. */
  runs: boolean;
  /** Why none of it can be done, for a dry run, which shows it all the same. */
  obstacle: PrerequisiteError | undefined;
}

/** @throws PrerequisiteError where there is no systemd, or no right to change anything */
async function target({ image, dryRun }: Pick<Target, 'image' | 'dryRun'>): Promise<Found> {
  const tree = await FileTree.open(image ?? '/');
  // As sd_booted(3) has it.
  const isThere =
    image === undefined ? (await tree.look('/run/systemd/system')).kind === 'folder' : await hasSystemd(tree);
  const obstacle = isThere ? undefined : noSystemd(image);
  if (obstacle !== undefined && !dryRun) throw obstacle;
  if (image === undefined && !dryRun && process.getuid?.() !== 0) {
    throw new PrerequisiteError('a service can be changed by root alone', {
      code: 'service.root',
      remedy: 'Run it with sudo; --dry-run shows what it would do.',
    });
  }
  return { tree, runs: image === undefined && isThere, obstacle };
}

function noSystemd(image: string | undefined): PrerequisiteError {
  const where = image === undefined ? 'systemd does not run this host' : `there is no systemd in ${image}`;
  return new PrerequisiteError(where, {
    code: 'service.systemd',
    remedy:
      'Let its own service manager run `imds live --quiet --exit-on-probe-loss` as root: SIGHUP reopens the logs, SIGTERM ends it.',
  });
}

async function programFor({ image, program, root }: InstallRequest, tree: FileTree): Promise<string[]> {
  const own = program === undefined ? await programOf(root, process.execPath) : [program];
  const prefix = `${tree.root}/`;
  const isOfImage = image !== undefined && program === undefined;
  const seen = isOfImage
    ? own.map((path) => (path.startsWith(prefix) ? path.slice(tree.root.length) : path))
    : own;
  await checkProgram(seen, tree.root);
  return seen;
}

/** Steps on standard output as they are done, or as they would be; notes on standard error. */
async function carryOut(
  command: string,
  plan: Plan,
  tree: FileTree,
  { dryRun }: Target,
  { stdout, stderr }: Surroundings,
  done: string,
): Promise<void> {
  const output = new StreamOutput(stdout, 'standard output', () => {});
  for (const text of plan.notes) stderr.write(note(command, text));
  const say = (text: string) => void output.write(`${text.split('\n').map(escapeText).join('\n')}\n`);
  if (dryRun) say(planText(plan, tree));
  else {
    await execute(plan, { tree, systemctl, onDone: say });
    say(plan.steps.length === 0 ? `nothing to do: ${done}` : done);
  }
  await output.finish();
}
