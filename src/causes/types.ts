/** How much it matters to whoever runs the host; worst first in {@link SEVERITIES}. */
export type Severity = 'critical' | 'high' | 'medium' | 'low' | 'info';

export const SEVERITIES: readonly Severity[] = ['critical', 'high', 'medium', 'low', 'info'];

/** What a rule found of one caller. Texts are masked, and not yet escaped. */
export interface Finding {
  /** Of the rule: `fallback-hop-limit`; `imds explain ID` tells more. */
  id: string;
  severity: Severity;
  /** A few words: `falls back to IMDSv1: the token's answer does not arrive`. */
  title: string;
  /** Sentences that say what was seen. */
  evidence: readonly string[];
  /** One or two sentences: what to change, with the exact setting or the first version that is enough. */
  remedy: string;
}

/** What is known of why a caller does what it does. */
export interface Diagnosis {
  /** Why its calls are IMDSv1; the rule `unknown` where nothing tells. Undefined without such a call. */
  cause: Finding | undefined;
  /** What else is to be known, worst first: credentials read, token in argv, … */
  findings: readonly Finding[];
  /** The product that the client table knows, where one row alone fits: `botocore`, `1.13.20`. */
  product?: string | undefined;
  productVersion?: string | undefined;
}
