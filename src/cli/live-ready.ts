import { release } from 'node:os';
import type { OpenedViews } from '../live/open-views.ts';
import type { Account } from '../live/privileges.ts';
import { viewsText } from '../live/views-text.ts';
import type { Metrics } from '../metrics/index.ts';
import { note } from './diagnostics.ts';
import type { LiveOptions } from './live-options.ts';
import type { TerminalStream } from './surroundings.ts';

/** What is attached. Scripts wait for that line, so that it stays as it is. */
export function readyText(
  views: OpenedViews,
  account: Account | undefined,
  metrics: Pick<Metrics, 'url'> | undefined,
): string {
  const told = metrics === undefined ? '' : `; metrics ${metrics.url}`;
  return `ready: ${viewsText(views)}; kernel ${release()}; ${account === undefined ? `uid ${process.getuid?.()}` : `now ${account.name}`}${told}`;
}

/** For somebody who sits before it: how it ends, and where its logs are. Nothing where standard error is no terminal. */
export function sayHowToEnd(
  { logFolder }: Pick<LiveOptions, 'logFolder'>,
  stderr: Pick<TerminalStream, 'isTTY' | 'write'>,
): void {
  if (stderr.isTTY !== true) return;
  const logs = logFolder === undefined ? 'no logs are kept' : `logs in ${logFolder}`;
  stderr.write(note('live', `Ctrl-C ends it and prints the report; ${logs}`));
}
