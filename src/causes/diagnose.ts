import type { Evidence, Rule } from './rule.ts';
import { RULES } from './rules/index.ts';
import { type Diagnosis, type Finding, SEVERITIES } from './types.ts';

const CAUSES = RULES.filter(({ kind }) => kind === 'cause');
const OTHERS = RULES.filter(({ kind }) => kind === 'finding');

/** What the rules make of one caller. */
export function diagnose(evidence: Evidence): Diagnosis {
  const { v1, foreign, match } = evidence;
  return {
    cause: v1 + foreign === 0 ? undefined : firstOf(CAUSES, evidence),
    findings: OTHERS.flatMap((rule) => findingOf(rule, evidence) ?? []).sort(
      (a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity),
    ),
    product: match?.client.product,
    productVersion: match?.version,
  };
}

function firstOf(rules: readonly Rule[], evidence: Evidence): Finding | undefined {
  for (const rule of rules) {
    const finding = findingOf(rule, evidence);
    if (finding !== undefined) return finding;
  }
  return undefined;
}

function findingOf(rule: Rule, evidence: Evidence): Finding | undefined {
  const seen = rule.look(evidence);
  if (seen === undefined) return undefined;
  const { id, severity, title } = rule;
  return { id, severity, title, evidence: seen, remedy: rule.remedy(evidence) };
}
