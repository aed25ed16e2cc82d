import type { ClientMatch } from '../clients/types.ts';
import type { CallerFacts } from './caller-facts.ts';
import type { Severity } from './types.ts';

/** What a rule may look at: one caller. Texts are masked, and not yet escaped. */
export interface Evidence {
  facts: CallerFacts;
  /** Calls by version. */
  v1: number;
  v2: number;
  foreign: number;
  /** The row of the client table that fits, if one does. */
  match?: ClientMatch | undefined;
  /** An HTTP client for scripts (curl, wget), so that the script decides what is asked. */
  isScripted: boolean;
  /** Started by a shell that runs no script: by a person at a terminal, most likely. */
  isByHand: boolean;
  /** Without one, calls of several programs may look like one caller's. */
  hasProcess: boolean;
  inContainer: boolean;
  /** Values of X-Forwarded-For. */
  forwardedFor: readonly string[];
}

export interface Rule {
  /** A promise to those who filter by it. */
  id: string;
  /** Why calls are IMDSv1 (of these the first that holds is told), or what else is to be known. */
  kind: 'cause' | 'finding';
  severity: Severity;
  title: string;
  /** For `imds explain`: what happens there. */
  meaning: string;
  /** For `imds explain`: what has to be seen. */
  recognised: string;
  /** Where the facts behind it come from. */
  sources: readonly string[];
  /** What to change, of that caller; without one, of any. */
  remedy(evidence?: Evidence): string;
  /** Sentences that say what was seen; undefined where the rule does not hold. */
  look(evidence: Evidence): readonly string[] | undefined;
}
