import { PrerequisiteError } from '../errors.ts';
import type { Endpoint } from '../model.ts';
import { probePath } from './probe-path.ts';
import { ProbeView } from './probe-view.ts';
import type { View } from './view.ts';
import { WireView } from './wire-view.ts';

export type Capture = 'both' | 'sockets' | 'wire';

export interface ViewOptions {
  capture: Capture;
  interfaces: readonly string[];
  endpoints: readonly Endpoint[];
  /** Folder of package.json. */
  root: string;
  now(): bigint;
  onProbeLoss(reason: string): void;
}

export interface OpenedViews {
  sockets: View | undefined;
  wire: View | undefined;
  /** Why one of two views is missing. */
  missing: PrerequisiteError[];
}

/**
 * Attaches what is asked for. Of two views one is enough: the other's reason is told.
 *
 * @throws PrerequisiteError where none could be attached
 */
export async function openViews(options: ViewOptions): Promise<OpenedViews> {
  const { capture, interfaces, endpoints, root, now, onProbeLoss } = options;
  const missing: PrerequisiteError[] = [];
  const attempt = async <T>(wanted: boolean, open: () => Promise<T>): Promise<T | undefined> => {
    if (!wanted) return undefined;
    try {
      return await open();
    } catch (error) {
      if (!(error instanceof PrerequisiteError)) throw error;
      missing.push(error);
      return undefined;
    }
  };
  const sockets = await attempt(capture !== 'wire', async () =>
    ProbeView.start({ executable: probePath(root), endpoints, now, onLoss: onProbeLoss }),
  );
  const wire = await attempt(capture !== 'sockets', () => WireView.open({ interfaces, endpoints, now }));
  const [reason] = missing;
  if (sockets === undefined && wire === undefined && reason !== undefined) throw reason;
  return { sockets, wire, missing };
}
