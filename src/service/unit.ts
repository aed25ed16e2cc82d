import { createHash } from 'node:crypto';
import { UsageError } from '../errors.ts';

export const UNIT = 'imds.service';
/** The program of the package's unit, which is the text that every other is made of. */
const PACKAGED = '/usr/bin/imds';
const MARKER = '# Written by imds service install; sha256 of the lines below: ';
const ADVICE =
  '# Changed by hand it is kept as it is. `systemctl edit imds` is the better way: it survives updates.\n';
/** No quoting, no specifier and no variable of systemd's (systemd.service(5), "Command lines"). */
const PLAIN_PATH = /^\/[\w./+:@-]+$/;

/** Who wrote a unit file, as far as its text tells. */
export type Authorship = 'ours' | 'changed' | 'foreign';

export interface UnitOptions {
  /** Of the package's unit. */
  template: string;
  /** What starts imds: `/opt/imds/bin/imds`, or Node and a script. */
  program: readonly string[];
  /** Whether it can tell systemd that it is ready (sd-notify.node). */
  notifies: boolean;
}

/**
 * The unit for a program of that place, with the checksum by which it is known again.
 *
 * @throws UsageError for a path that would have to be quoted
 */
export function renderUnit({ template, program, notifies }: UnitOptions): string {
  for (const path of program) {
    if (PLAIN_PATH.test(path)) continue;
    throw new UsageError(`${path}: systemd reads such a path in ways of its own`, {
      code: 'service.path',
      remedy: 'Install imds in a folder whose path has letters, digits and . _ + : @ - alone.',
    });
  }
  const text = template
    .replace(`ExecStart=${PACKAGED} `, `ExecStart=${program.join(' ')} `)
    .replace(`RequiresMountsFor=${PACKAGED}\n`, `RequiresMountsFor=${program.join(' ')}\n`);
  const body = ADVICE + (notifies ? text : withoutNotification(text));
  return `${MARKER}${checksum(body)}\n${body}`;
}

/** Whether that unit file is one that {@link renderUnit} wrote, and still is as it was. */
export function authorshipOf(text: string): Authorship {
  const end = text.indexOf('\n');
  const first = end < 0 ? text : text.slice(0, end);
  if (!first.startsWith(MARKER)) return 'foreign';
  return first.slice(MARKER.length) === checksum(text.slice(end + 1)) ? 'ours' : 'changed';
}

/** systemd would wait in vain for what cannot be told. */
function withoutNotification(text: string): string {
  return text
    .replace(
      /^Type=notify\nNotifyAccess=main\n/m,
      '# No sd-notify.node for this machine: nothing is told.\nType=exec\n',
    )
    .replace(/^WatchdogSec=.*\n/m, '');
}

function checksum(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
