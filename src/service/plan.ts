import { FailureError } from '../errors.ts';
import type { FileTree } from './file-tree.ts';
import { LOGS } from './folders.ts';
import { purge } from './purge.ts';
import type { Systemctl } from './systemctl.ts';
import { UNIT } from './unit.ts';

/** One change of a host or an image. */
export type Step =
  | { kind: 'write'; path: string; text: string }
  | { kind: 'link'; path: string; target: string }
  | { kind: 'remove'; path: string }
  | { kind: 'rename'; from: string; to: string }
  /** Files of this program in a folder, and the folder where nothing else is in it. */
  | { kind: 'purge'; folder: string }
  /** `tolerant`: its failure changes nothing that matters. */
  | { kind: 'systemctl'; args: readonly string[]; tolerant?: boolean };

export interface Plan {
  steps: Step[];
  /** What the reader should know: what is left as it is, and why. */
  notes: string[];
}

export interface Means {
  tree: FileTree;
  systemctl: Systemctl;
  /** Each step, when it is done. */
  onDone(text: string): void;
}

/** A step in words: `write /etc/systemd/system/imds.service`. */
export function stepText(step: Step, tree: FileTree): string {
  switch (step.kind) {
    case 'write':
    case 'remove':
      return `${step.kind} ${tree.real(step.path)}`;
    case 'link':
      return `link ${tree.real(step.path)} -> ${step.target}`;
    case 'rename':
      return `rename ${tree.real(step.from)} to ${tree.real(step.to)}`;
    case 'purge':
      return `remove the files of imds in ${tree.real(step.folder)}, and the folder`;
    case 'systemctl':
      return `systemctl ${step.args.join(' ')}`;
  }
}

/** All steps with the texts of files, as `--dry-run` prints them. */
export function planText({ steps }: Plan, tree: FileTree): string {
  if (steps.length === 0) return 'would change nothing';
  return steps
    .flatMap((step) => [
      `would ${stepText(step, tree)}`,
      ...(step.kind === 'write' ? step.text.trimEnd().replace(/^/gm, '  | ').split('\n') : []),
    ])
    .join('\n');
}

/**
 * Does the steps, one after the other; the first failure ends it.
 *
 * @throws FailureError saying which step it was; those before it are done
 */
export async function execute({ steps }: Plan, means: Means): Promise<void> {
  for (const step of steps) {
    await doStep(step, means);
    means.onDone(stepText(step, means.tree));
  }
}

async function doStep(step: Step, { tree, systemctl }: Means): Promise<void> {
  switch (step.kind) {
    case 'write':
      return tree.write(step.path, step.text);
    case 'link':
      return tree.link(step.path, step.target);
    case 'remove':
      return tree.remove(step.path);
    case 'rename':
      return tree.rename(step.from, step.to);
    case 'purge':
      return purge(step.folder, tree);
    case 'systemctl': {
      const { code, problem } = await systemctl(step.args);
      if (code === 0 || step.tolerant) return;
      throw new FailureError(`systemctl ${step.args.join(' ')}: ${problem}`, {
        code: 'service.systemctl',
        remedy: `What it said is in journalctl -u ${UNIT}, and in ${LOGS}.`,
      });
    }
  }
}
