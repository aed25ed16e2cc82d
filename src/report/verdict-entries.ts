import { countOf, countText } from '../words.ts';
import { escapeText } from './escape.ts';
import { type HostVerdict, STATUS_WORDS, type VerdictStatus } from './host-verdict.ts';
import { PROOF } from './needed.ts';
import type { Verdict } from './verdict.ts';

/** Hosts of which a line stands in the text; all stand in JSON. */
const HOSTS_SHOWN = 10;

interface Entry {
  /** Empty where the entry goes on from the one before. */
  label: string;
  text: string;
}

/** What the verdict rests on and what would have to be otherwise: of one host in full, of several in a line each. */
export function verdictEntries({ hosts, notes, status }: Verdict): Entry[] {
  const [only, ...others] = hosts;
  if (only === undefined) return notes.map(labelled('Note'));
  if (others.length > 0) return [...hostEntries(hosts), ...notes.map(labelled('Note'))];
  return [
    ...only.restsOn.map(labelled('Rests on')),
    ...neededTexts(status, only.needed).map(labelled('Needed')),
    ...notes.map(labelled('Note')),
  ];
}

/** Where calls are to be fixed first, what else is needed takes little room. */
function neededTexts(status: VerdictStatus, needed: readonly string[]): readonly string[] {
  if (status === 'ready') return [];
  if (status === 'not-enough-evidence') return needed;
  return [proofOnce(needed).join(' ')];
}

/** What is needed, where each stands right behind the one before. */
export function proofOnce(needed: readonly string[]): readonly string[] {
  const first = needed.findIndex((text) => text.startsWith(PROOF));
  return needed.map((text, index) => (index > first ? text.replace(PROOF, '') : text));
}

function hostEntries(hosts: readonly HostVerdict[]): Entry[] {
  const count = (status: VerdictStatus) => hosts.filter((host) => host.status === status).length;
  const states = (['not-ready', 'not-enough-evidence', 'ready'] as const)
    .filter((status) => count(status) > 0)
    .map((status) => `${countText(count(status))} ${STATUS_WORDS[status]}`);
  const shown = hosts.slice(0, HOSTS_SHOWN).map(hostText);
  const rest = hosts.length - HOSTS_SHOWN;
  const more = rest > 0 ? [`and ${countOf(rest, 'host')} more; --json has all.`] : [];
  return [`${countText(hosts.length)}: ${states.join(', ')}`, ...shown, ...more].map(labelled('Hosts'));
}

/** `web-7: NOT READY, 22 calls by IMDSv1`. */
function hostText({ host, status, calls, needed: [first] }: HostVerdict): string {
  const name = `${escapeText(host)}: ${STATUS_WORDS[status]}`;
  if (status === 'not-ready') return `${name}, ${countOf(calls.v1, 'call')} by IMDSv1`;
  return first === undefined ? name : `${name}; needed: ${first}`;
}

function labelled(label: string): (text: string, index: number) => Entry {
  return (text, index) => ({ label: index === 0 ? label : '', text });
}
