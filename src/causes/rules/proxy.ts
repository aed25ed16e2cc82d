import type { Evidence, Rule } from '../rule.ts';
import { countOf, tableRemedy } from '../words.ts';

/** Products that ask on behalf of others. */
const PROXIES = new Set(['kube2iam', 'kiam', 'aws-vault-server']);

export const proxy: Rule = {
  id: 'proxy',
  kind: 'cause',
  severity: 'high',
  title: 'asks on behalf of others',
  meaning:
    'A proxy or an emulator of the service passes on what others ask. IMDS refuses a token to a request with X-Forwarded-For, so that what comes through such a proxy stays IMDSv1 whatever the client does. A web server that passes requests on to IMDS lets strangers read it.',
  recognised:
    'At least half of its requests without a token have X-Forwarded-For, or the program is a known proxy (kube2iam, kiam, aws-vault).',
  sources: [
    'EC2 user guide: How IMDSv2 works',
    'jtblin/kube2iam: server/server.go',
    '99designs/aws-vault: server/ec2server.go',
  ],
  remedy: (evidence) =>
    `If it is a web server, block 169.254.169.254 and fd00:ec2::254 in it at once; else fix whoever asks through it and take the proxy out of the way (in Kubernetes: EKS Pod Identity, or IAM roles for service accounts).${isKnown(evidence) ? tableRemedy(evidence) : ''}`,
  look(evidence) {
    const { facts, forwardedFor, match, v1 } = evidence;
    if (facts.v1.forwarded > 0 && facts.v1.forwarded * 2 >= v1) {
      const who = forwardedFor.length === 0 ? '' : `: for ${forwardedFor.join(', ')}`;
      return [`${facts.v1.forwarded} of ${countOf(v1, 'call')} with X-Forwarded-For${who}.`];
    }
    return isKnown(evidence) ? [`It is ${match?.client.product}.`] : undefined;
  },
};

function isKnown(evidence: Evidence | undefined): boolean {
  return PROXIES.has(evidence?.match?.client.id ?? '');
}
