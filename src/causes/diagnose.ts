import type { Evidence, Rule } from './rule.ts';
import { fallbackForbidden } from './rules/fallback-forbidden.ts';
import { RULES } from './rules/index.ts';
import { type Diagnosis, type Finding, SEVERITIES } from './types.ts';
import { countOf } from './words.ts';

const CAUSES = RULES.filter(({ kind }) => kind === 'cause');
const OTHERS = RULES.filter(({ kind }) => kind === 'finding');

/** What the rules make of one caller. */
export function diagnose(evidence: Evidence): Diagnosis {
  const { v1, foreign, match } = evidence;
  return {
    cause: v1 + foreign === 0 ? undefined : causeOf(evidence),
    findings: OTHERS.flatMap((rule) => findingOf(rule, evidence) ?? []).sort(
      (a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity),
    ),
    product: match?.client.product,
    productVersion: match?.version,
  };
}

function causeOf(evidence: Evidence): Finding | undefined {
  for (const rule of CAUSES) {
    const cause = findingOf(rule, evidence);
    if (cause === undefined) continue;
    const isTold = rule === fallbackForbidden;
    return {
      ...cause,
      evidence: [...cause.evidence, ...enforced(evidence), ...(isTold ? [] : turnedOff(evidence))],
    };
  }
  return undefined;
}

/** Whatever the cause: what enforcing would break fails already. */
function enforced({ facts }: Evidence): string[] {
  const { unauthorized } = facts.v1;
  if (unauthorized === 0) return [];
  return [
    `${countOf(unauthorized, 'call')} without a token answered 401: IMDSv2 is enforced, and such calls fail.`,
  ];
}

/** Whatever the cause: with a token it would get no further. */
function turnedOff({ facts }: Evidence): string[] {
  const { forbidden, answered } = facts.v1;
  if (forbidden === 0 || forbidden < answered) return [];
  return [
    `${countOf(forbidden, 'call')} without a token answered 403, and none otherwise: IMDS is turned off (HttpEndpoint=disabled), or is forbidden here.`,
  ];
}

function findingOf(rule: Rule, evidence: Evidence): Finding | undefined {
  const seen = rule.look(evidence);
  if (seen === undefined) return undefined;
  const { id, severity, title } = rule;
  return { id, severity, title, evidence: seen, remedy: rule.remedy(evidence) };
}
