import { parts } from './bundle/parts.ts';
import { endpoint } from './checks/endpoint.ts';
import { EXAMINERS } from './checks/index.ts';
import type { Context, Examiner } from './context.ts';
import { laterRefusal, prospectOf } from './prospect.ts';
import { NoAnswer, within } from './time-limit.ts';
import { type Trial, tryViews } from './trial.ts';
import type { Check, Finding, Part, Prospect } from './types.ts';

/** A probe is given ten seconds to attach, and so is each process that looks things up. */
const TRIAL_MS = 15_000;
const REFUSAL_MS = 4000;

/** What is known is told as soon as it is. */
export interface Told {
  check?: Check;
  prospect?: Prospect;
  part?: Part;
  /** That was all. What hangs may keep the process that looked from ending. */
  done?: true;
}

/** Each thing that is looked at, in the order in which it is shown. */
export function examinersOn(platform: NodeJS.Platform): readonly Examiner[] {
  return platform === 'linux' ? EXAMINERS : [otherSystem(platform), endpoint];
}

/** Looks at everything at once, each within its time. */
export async function examine(
  context: Context,
  platform: NodeJS.Platform,
  tell: (told: Told) => void,
  trial: () => Promise<Trial> = () => tryViews(context.options.root, context.options.endpoints),
): Promise<void> {
  const looking = new Map(
    examinersOn(platform).map((examiner) => [examiner.id, checkOf(examiner, context)] as const),
  );
  const telling = [...looking.values()].map(async (check) => tell({ check: await check }));
  const prospect =
    platform === 'linux'
      ? // What the trial starts must not be found among what runs already.
        prospectWithin(context, trial, Promise.resolve(looking.get('hooks')))
      : Promise.resolve<Prospect>({ status: 'not-ready', text: ELSEWHERE, missing: [] });
  telling.push(prospect.then((found) => tell({ prospect: found })));
  if (context.options.logLines > 0) telling.push(parts(context, (part) => tell({ part })));
  await Promise.all(telling);
  tell({ done: true });
}

async function checkOf({ id, title, limit, examine: look }: Examiner, context: Context): Promise<Check> {
  return { id, title, ...(await within(limit, look(context)).catch(unseen)) };
}

/** What could not be looked at is not known. */
export function unseen(error: unknown): Finding {
  const why = error instanceof Error ? error.message : String(error);
  const remedy =
    error instanceof NoAnswer
      ? 'Look for a file system or a process that hangs.'
      : 'Run it as root, if it is not.';
  return { status: 'unknown', text: `could not be looked at: ${why}`, remedy };
}

async function prospectWithin(
  context: Context,
  trial: () => Promise<Trial>,
  before: Promise<unknown>,
): Promise<Prospect> {
  // That nothing answered is told by the checks of folders and account.
  const refusing = within(REFUSAL_MS, laterRefusal(context)).catch(() => undefined);
  try {
    await before;
    return prospectOf(await within(TRIAL_MS, trial()), await refusing);
  } catch (error) {
    return untried(error instanceof Error ? error.message : String(error));
  }
}

export function untried(why: string): Prospect {
  return { status: 'not-ready', text: `could not be tried: ${why}`, missing: [] };
}

const ELSEWHERE =
  'would not run: it needs Linux; analyze, report and scrub work here, also with captures of other hosts';

function otherSystem(platform: string): Examiner {
  const finding: Finding = {
    status: 'fail',
    text: `${platform}: imds live needs Linux; analyze, report and scrub work here`,
    remedy: 'Capture on the host itself (imds live -w, tcpdump), and analyze the file here.',
  };
  return { id: 'kernel', title: 'Kernel', limit: 1000, examine: () => Promise.resolve(finding) };
}
