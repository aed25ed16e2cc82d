/** docs/causes.md, from src/causes/rules. */
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** @param {URL} index of the rules, which are TypeScript and no entry of dist/ */
export async function causesDocument(index) {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(index)],
    bundle: true,
    write: false,
    format: 'esm',
  });
  const [{ text } = { text: '' }] = outputFiles;
  const { RULES } = await import(`data:text/javascript,${encodeURIComponent(text)}`);
  return documentOf(RULES);
}

/** @param {readonly import('../src/causes/rule.ts').Rule[]} rules */
function documentOf(rules) {
  const ofKind = (/** @type {string} */ kind) => rules.filter((rule) => rule.kind === kind).map(section);
  return `<!-- Generated from src/causes/rules by \`npm run docs\`. -->

# Why a caller uses IMDSv1

Rules look at all calls of a caller, run by run: a process, or for curl and its like the script that started them.
Reports name the cause that holds first in this order (column \`cause\`), and all findings that hold (column
\`findings\`); \`imds explain ID\` prints what stands here. fixtures/causes has calls of which each rule holds, and
some of which it just does not.

Where calls without a token were answered 401, the evidence says so whatever the cause is: IMDSv2 is enforced, and
what these calls are for fails already. So it does where all of them were answered 403: IMDS is turned off, or forbidden
there.

## Causes

${ofKind('cause').join('\n')}
## Findings

${ofKind('finding').join('\n')}`;
}

/** @param {import('../src/causes/rule.ts').Rule} rule */
function section({ id, severity, title, meaning, recognised, remedy, sources }) {
  const from = sources.length === 0 ? '' : `\n\nSources: ${sources.join('; ')}.`;
  return `### ${id}

*${severity}*: ${title}

${meaning}

**Recognised**: ${recognised}

**Remedy**: ${remedy()}${from}
`;
}
