import { createHash } from 'node:crypto';
import { SCRIPT, STYLE } from './assets.ts';
import { html, type Markup, trusted } from './markup.ts';

/**
 * Content Security Policy, level 3: nothing is loaded from anywhere, and of style and script only these two
 * run. Within the file, so that it holds wherever the file is opened.
 */
const POLICY = [
  "default-src 'none'",
  `style-src '${hashOf(STYLE)}'`,
  `script-src '${hashOf(SCRIPT)}'`,
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

export function documentStart(title: string): Markup {
  // The policy's quotes stand in an attribute as character references, which the browser reads back.
  return html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<title>${title}</title>
<style>${trusted(STYLE)}</style>
</head>
<body>
<a class="skip" href="#callers">Skip to the callers</a>
`;
}

export function documentEnd(): Markup {
  return html`<script>${trusted(SCRIPT)}</script>
</body>
</html>
`;
}
