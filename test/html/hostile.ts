import type { AttributedCall, Process } from '../../src/model.ts';
import { attributed, TIME } from '../unit/report/samples.ts';

/** Texts that would do something if a page let them. */
export const HOSTILE = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='alert(1)",
  // biome-ignore lint/suspicious/noTemplateCurlyInString: hostile where somebody takes it for a template.
  '${alert(1)} `x`',
  '{{constructor.constructor("alert(1)")()}}',
  '</style></script></title></textarea><svg onload=alert(1)>',
  '<!-- --!> <![CDATA[ ]]>',
  'javascript:alert(1)',
  '&lt;script&gt; &#60;b&#62; &amp;',
  '\u202Egpj.exe\u2066 \u200B\uFEFF',
  'a\0b\x1b[31m\r\n\t',
  '\uD800 \uDFFF',
  `\u20DD o${'\u0301'.repeat(40)}`,
];

/** Each of them everywhere a call and its process have text. */
export function hostileCalls(): AttributedCall[] {
  return HOSTILE.flatMap((text, index) => {
    const process: Process = {
      pid: 10 + index,
      start: String(index),
      name: text,
      executable: `/opt/${text}`,
      args: [text, `--x=${text}`],
      userName: text,
      unit: text,
      containerId: text,
      ancestors: [{ pid: 1, start: '1', name: text, args: [text, text] }],
    };
    const over = {
      target: `/${text}`,
      method: text,
      userAgent: text,
      forwardedFor: text,
      time: TIME + BigInt(index),
    };
    const rest = { host: { name: text }, capture: text, session: text };
    return [
      attributed(over, process, rest),
      attributed({ ...over, client: { address: text, port: 1 } }, undefined, rest),
    ];
  });
}
