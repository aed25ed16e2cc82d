import { ImdsError } from '../errors.ts';
import { accountOf, refusalToBecome } from './checks/account.ts';
import { logsRefusal, stateRefusal } from './checks/folders.ts';
import type { Context } from './context.ts';
import type { Trial } from './trial.ts';
import type { Missing, Prospect } from './types.ts';

/** What live does after it has opened its views, of which each can end it. In its order. */
export async function laterRefusal(context: Context): Promise<ImdsError | undefined> {
  const isRoot = context.uid === 0;
  try {
    const account = isRoot ? await accountOf(context) : undefined;
    return (
      (await logsRefusal(context)) ??
      (await stateRefusal(context)) ??
      (account && (await refusalToBecome(context, account)))
    );
  } catch (error) {
    if (!(error instanceof ImdsError)) throw error;
    return error;
  }
}

/** @param refusal why live would end after its views are open */
export function prospectOf({ views, missing }: Trial, refusal: ImdsError | undefined): Prospect {
  const told = missing.map(wordsOf);
  const [first] = told;
  if (views === undefined) return notReady(first, told);
  if (refusal !== undefined) return notReady(wordsOf(refusal), [wordsOf(refusal), ...told]);
  if (first === undefined)
    return { status: 'ready', text: `ready: ${views.text}`, views: views.text, missing: [] };
  const lacks = [
    ...(views.hasSockets ? [] : ['only the wire view']),
    ...(views.hasWire ? [] : ['only the socket view']),
  ];
  const what = lacks.length === 0 ? 'with less than it could have' : lacks.join(', ');
  const text = `ready: ${views.text}; ${what}, because ${told.map(({ message }) => message).join('; ')}`;
  return { status: 'partial', text, views: views.text, missing: told };
}

function notReady(first: Missing | undefined, missing: readonly Missing[]): Prospect {
  const why = first === undefined ? '' : `: ${sentences(first)}`;
  return { status: 'not-ready', text: `would not run${why}`, missing };
}

function sentences({ message, remedy }: Missing): string {
  return remedy === undefined ? message : `${message}. ${remedy}`;
}

function wordsOf({ code, message, remedy }: ImdsError): Missing {
  return { code, message, remedy };
}
