import { FAILURES } from '../facts.ts';
import type { Rule } from '../rule.ts';
import { countOf, fellBackAfter, noFallback } from '../words.ts';

export const fallbackSticky: Rule = {
  id: 'fallback-sticky',
  kind: 'cause',
  severity: 'high',
  title: 'fell back once, and stays with IMDSv1',
  meaning:
    'One request for a token failed, often at boot, and the SDK went on without one for the life of the process (Go, PHP, Ruby, .NET, C++ and JavaScript v2 do). Once IMDSv2 is enforced, the first answer 401 makes most of them ask for a token again.',
  recognised:
    'After a request for a token that failed, a run made calls without a token for more than a minute, and did not ask for a token again.',
  sources: [
    'aws/amazon-vpc-cni-k8s#3335',
    'aws-sdk-go-v2: feature/ec2/imds',
    'aws-sdk-php: InstanceProfileProvider.php',
  ],
  remedy: (evidence) =>
    `Restart the process: with a token that arrives in time it uses IMDSv2 from then on.${noFallback(evidence)}`,
  look(evidence) {
    const { sticky, followed } = evidence.facts.runs;
    if (sticky === 0) return undefined;
    const why = FAILURES.flatMap((outcome) => fellBackAfter(evidence, outcome) ?? []);
    return [
      ...why,
      `It went on so for more than a minute in ${sticky} of ${countOf(followed, 'run')} followed.`,
    ];
  },
};
