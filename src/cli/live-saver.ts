import type { SessionRecord } from '../bpf/records.ts';
import { type FailureError, UsageError } from '../errors.ts';
import type { Account } from '../live/privileges.ts';
import { codeOf } from '../live/save/create-file.ts';
import { isClassicPcap, SIDECAR_SUFFIX } from '../live/save/form.ts';
import { SessionSaver } from '../live/save/session-saver.ts';
import { lossWords } from '../report/loss-words.ts';
import type { LiveOptions } from './live-options.ts';

type SaveOptions = Pick<LiveOptions, 'save' | 'keepsSecrets' | 'rotateBytes' | 'rotateCount' | 'endpoints'>;
type OnTrouble = (trouble: FailureError) => void;

/**
 * The capture of `-w`; undefined where none is asked for.
 *
 * @throws UsageError where it cannot be created
 */
export function openSaver(
  options: SaveOptions,
  session: SessionRecord,
  onTrouble: OnTrouble,
): Promise<SessionSaver> | undefined {
  const { save: path, keepsSecrets, rotateBytes, rotateCount, endpoints } = options;
  if (path === undefined) return undefined;
  return SessionSaver.open({
    path,
    session,
    endpoints,
    rotateBytes,
    rotateCount,
    keepsSecrets,
    onTrouble,
  });
}

/**
 * One that is rotated: its files are created as the account, one after the other, so the folder has to be
 * the account's to write to.
 *
 * @throws UsageError where it cannot be created
 */
export async function openRotatingSaver(
  options: SaveOptions,
  session: SessionRecord,
  account: Account | undefined,
  onTrouble: OnTrouble,
): Promise<SessionSaver | undefined> {
  try {
    return await openSaver(options, session, onTrouble);
  } catch (error) {
    const isDenied = error instanceof UsageError && codeOf(error.cause) === 'EACCES';
    if (!isDenied || account === undefined) throw error;
    const { uid, name } = account;
    throw new UsageError(
      `-w ${options.save}: with --rotate-size, files are created as ${name}, which may not write to that folder`,
      {
        code: 'usage.capture_folder',
        remedy: `Give them a folder of their own (install -d -m 700 -o ${uid} FOLDER), or keep root with --keep-root.`,
        cause: error,
      },
    );
  }
}

/** Said where secrets are kept, before any is. */
export function secretsWarning({ save, keepsSecrets }: SaveOptions): string | undefined {
  if (save === undefined || !keepsSecrets) return undefined;
  return `${save} will hold tokens and credentials as they were sent (--keep-secrets): give it to nobody before \`imds scrub\``;
}

/** What was saved, and what of it was not. */
export function savedText({ files, losses }: SessionSaver): string {
  const lost = Object.entries(losses).filter(([, count]) => count > 0);
  const list = lost.map(([name, count]) => lossWords(name, count)).join(', ');
  const names = files.map((file) => (isClassicPcap(file) ? `${file} (and ${file}${SIDECAR_SUFFIX})` : file));
  return `saved ${names.join(', ')}${list === '' ? '' : `; not all of it: ${list}`}`;
}
