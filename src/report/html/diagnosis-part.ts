import type { Diagnosis, Finding } from '../../causes/types.ts';
import { html, type Markup } from './markup.ts';
import { cutText } from './words.ts';

const LONGEST = 300;
const LONGEST_SENTENCE = 2000;
const FINDINGS = 12;
const EVIDENCE = 8;

/** Why a caller's calls are IMDSv1 and what to change; then what else was found. */
export function diagnosisPart({ cause, findings }: Diagnosis): Markup {
  return html`${cause && causePart(cause)}${findings.length === 0 ? undefined : findingsPart(findings)}`;
}

function causePart(cause: Finding): Markup {
  return html`<div class="cause">
<h4>Cause</h4>
<p class="lead">${cutText(cause.title, LONGEST)} <code>${cause.id}</code></p>
${evidenceList(cause)}<h4>Remedy</h4>
<p class="remedy">${cutText(cause.remedy, LONGEST_SENTENCE)}</p>
</div>
`;
}

function findingsPart(findings: readonly Finding[]): Markup {
  const items = findings.slice(0, FINDINGS).map(
    (
      finding,
    ) => html`<li><strong>${cutText(finding.title, LONGEST)}</strong> <code>${finding.id}</code> <span class="severity">${finding.severity}</span>
${evidenceList(finding)}<p>${cutText(finding.remedy, LONGEST_SENTENCE)}</p></li>
`,
  );
  return html`<h4>Also found</h4>
<ul class="findings">
${items}${moreItem(findings.length - FINDINGS)}</ul>
`;
}

function evidenceList({ evidence }: Finding): Markup | undefined {
  if (evidence.length === 0) return undefined;
  const items = evidence.slice(0, EVIDENCE).map((text) => html`<li>${cutText(text, LONGEST_SENTENCE)}</li>`);
  return html`<ul class="evidence">${items}${moreItem(evidence.length - EVIDENCE)}</ul>
`;
}

function moreItem(more: number): Markup | undefined {
  return more > 0 ? html`<li>and ${more} more</li>` : undefined;
}
