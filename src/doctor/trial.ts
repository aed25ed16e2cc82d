import { type FailureError, ImdsError, type PrerequisiteError } from '../errors.ts';
import { type OpenedViews, openViews } from '../live/open-views.ts';
import { viewsOf, viewsText } from '../live/views-text.ts';
import { WallClock } from '../live/wall-clock.ts';
import type { Endpoint } from '../model.ts';
import type { JournalHandler } from '../ports.ts';

/** What came of opening what `imds live` opens. */
export interface Trial {
  /** Undefined where nothing could be opened. */
  views:
    | (Pick<OpenedViews, 'attribution'> & { text: string; hasSockets: boolean; hasWire: boolean })
    | undefined;
  missing: readonly (PrerequisiteError | FailureError | ImdsError)[];
}

/**
 * Opens the views as `imds live` without options does, by the same code, and closes them at once: nothing else
 * tells as surely what this kernel lets us attach. What passes meanwhile is thrown away.
 */
export async function tryViews(root: string, endpoints: readonly Endpoint[]): Promise<Trial> {
  try {
    const views = await openViews({
      capture: 'both',
      attribution: 'auto',
      interfaces: ['any'],
      endpoints,
      root,
      clock: new WallClock(),
      onProbeLoss: () => {},
      onLookupLoss: () => {},
      onInterfaceNews: () => {},
      onHostLoss: () => {},
    });
    const seen = {
      attribution: views.attribution,
      text: viewsText(views),
      hasSockets: views.sockets !== undefined,
      hasWire: views.wire !== undefined,
    };
    await close(views);
    return { views: seen, missing: views.missing };
  } catch (error) {
    if (!(error instanceof ImdsError)) throw error;
    return { views: undefined, missing: [error] };
  }
}

const IGNORE: JournalHandler = {
  nextStop: Number.POSITIVE_INFINITY,
  beforePacket: () => {},
  packet: () => {},
  record: () => {},
};

async function close(views: OpenedViews): Promise<void> {
  const ended = AbortSignal.abort();
  const reading = viewsOf(views).map((view) =>
    view.read({ accepts: () => false }, IGNORE, ended, () => undefined),
  );
  await Promise.all(reading);
  await views.lookups?.end();
  await views.host?.end();
}
