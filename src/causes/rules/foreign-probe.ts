import type { Rule } from '../rule.ts';
import { countOf } from '../words.ts';

export const foreignProbe: Rule = {
  id: 'foreign-probe',
  kind: 'cause',
  severity: 'info',
  title: 'looks whether this is another cloud',
  meaning:
    'Agents that run in many clouds ask the address of the metadata service for what only Azure, Google Cloud or another cloud has. On EC2 such a request fails, and nothing depends on it. CloudWatch counts it as rejected (MetadataNoTokenRejected) once IMDSv2 is enforced.',
  recognised:
    'Every request without a token was to a path that only another cloud has, and none was answered with success.',
  sources: ['cloud-init: cloudinit/sources/*', 'DataDog/datadog-agent#9011', 'puppetlabs/facter: az.rb'],
  remedy: () => 'Nothing has to be changed. To silence it, limit its cloud detection to AWS.',
  look({ facts, v1, foreign }) {
    const { foreignPath } = facts.v1;
    if (v1 + foreign === 0 || foreignPath < v1) return undefined;
    return [`${countOf(v1 + foreign, 'request')} to paths that only another cloud has.`];
  },
};
