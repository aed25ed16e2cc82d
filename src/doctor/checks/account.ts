import { ImdsError } from '../../errors.ts';
import { compiledFile } from '../../live/compiled-file.ts';
import { type Account, cannotBecome, chooseAccount } from '../../live/privileges.ts';
import type { Context, Examiner } from '../context.ts';
import { ifThere } from '../host-files.ts';

const SETID = (1n << 6n) | (1n << 7n);

/** Whom live becomes once everything is attached. */
export const account: Examiner = {
  id: 'account',
  title: 'Account',
  limit: 3000,
  async examine(context) {
    const { uid, options } = context;
    if (uid !== 0) return { status: 'ok', text: `uid ${uid}: no root to give up` };
    try {
      const chosen = await accountOf(context);
      const refusal = await refusalToBecome(context, chosen);
      if (refusal !== undefined) throw refusal;
      const text = `becomes ${chosen.name} once everything is attached`;
      if (compiledFile(options.root, 'no-new-privs.node') !== undefined) return { status: 'ok', text };
      const why =
        'there is no no-new-privs.node for this machine, so programs that it starts could gain privileges';
      return { status: 'warn', text: `${text}; ${why}`, remedy: 'Install imds anew.' };
    } catch (error) {
      if (!(error instanceof ImdsError)) throw error;
      return { status: 'fail', text: error.message, remedy: error.remedy };
    }
  },
};

/** @throws PrerequisiteError where there is none to become */
export async function accountOf({ files, processes }: Context): Promise<Account> {
  const passwd = (await ifThere(files.text('/etc/passwd'))) ?? '';
  const { uids } = await processes();
  return chooseAccount(undefined, passwd, () => uids);
}

/** Why a root cannot become it. */
export async function refusalToBecome({ files }: Context, { name }: Account): Promise<ImdsError | undefined> {
  const mask = /^CapEff:\s*([\da-f]{1,16})$/im.exec(await files.text('/proc/self/status'))?.[1];
  if (mask === undefined || (BigInt(`0x${mask}`) & SETID) === SETID) return undefined;
  return cannotBecome(name);
}
