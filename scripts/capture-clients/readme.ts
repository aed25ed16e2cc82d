import type { ClientCase } from './cases.ts';

/** Origin of a capture, for those who find it. */
export function readmeOf(chosen: ClientCase, client: string): string {
  const endpoint = chosen.endpoint === undefined ? 'its defaults' : `\`${chosen.endpoint.join(' ')}\``;
  const interfaces = (chosen.interfaces ?? ['eth0']).join(', ');
  const snaplen = chosen.snaplen === undefined ? '' : `, cut at ${chosen.snaplen} bytes`;
  return `# ${chosen.title}

${chosen.shows}

Recorded by \`npx tsx scripts/capture-clients.ts ${chosen.name}\`: ${client}, on Debian 12, in network namespaces
against the stand-in endpoint (\`test/support/endpoint\`, ${endpoint}), by ${chosen.tool ?? 'tcpdump'} at the
${chosen.captureAt ?? 'client'}'s ${interfaces}${snaplen}. \`received.json\` is what the endpoint itself received,
not what imds makes of the capture. Every token and credential in it is made up.

\`\`\`sh
${chosen.run.trim()}
\`\`\`
`;
}
