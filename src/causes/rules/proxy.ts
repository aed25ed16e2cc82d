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
    'A proxy or an emulator of the service passes on what others ask. IMDS refuses a token to a request with X-Forwarded-For, so that what comes through such a proxy stays IMDSv1 whatever the client does.',
  recognised: 'The request has X-Forwarded-For, or the program is a known proxy (kube2iam, kiam, aws-vault).',
  sources: [
    'EC2 user guide: How IMDSv2 works',
    'jtblin/kube2iam: server/server.go',
    '99designs/aws-vault: server/ec2server.go',
  ],
  remedy: (evidence) =>
    `Fix whoever asks through it, then take the proxy out of the way: IAM roles for service accounts or EKS Pod Identity in Kubernetes, an endpoint of its own elsewhere.${isKnown(evidence) ? tableRemedy(evidence) : ''}`,
  look(evidence) {
    const { facts, forwardedFor, match } = evidence;
    if (facts.v1.forwarded > 0) {
      const who = forwardedFor.length === 0 ? '' : `: for ${forwardedFor.join(', ')}`;
      return [`${countOf(facts.v1.forwarded, 'request')} with X-Forwarded-For${who}.`];
    }
    return isKnown(evidence) ? [`It is ${match?.client.product}.`] : undefined;
  },
};

function isKnown(evidence: Evidence | undefined): boolean {
  return PROXIES.has(evidence?.match?.client.id ?? '');
}
