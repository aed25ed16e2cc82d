import type { Failure } from '../facts.ts';
import type { Rule } from '../rule.ts';
import { fellBackAfter, inRuns, mainFailure, noFallback } from '../words.ts';

const HELPED_BY_RESTART: readonly Failure[] = ['late', 'refused', 'unanswered'];

export const fallbackSticky: Rule = {
  id: 'fallback-sticky',
  kind: 'cause',
  severity: 'medium',
  title: 'fell back once, and stays with IMDSv1',
  meaning:
    'One request for a token failed, often at boot, and the SDK goes on without one for the life of the process (those for Go, PHP, .NET, C++ and JavaScript v2 do). Once IMDSv2 is enforced, the first answer 401 makes most of them ask for a token again.',
  recognised:
    'After a request for a token that was late, answered with an error such as 503, or not answered, a run made calls without a token for more than a minute, and did not ask again. Where a restart would not help (the hop limit, 403, 404) that is the cause.',
  sources: [
    'aws/amazon-vpc-cni-k8s#3335',
    'aws-sdk-go-v2: feature/ec2/imds',
    'aws-sdk-php: InstanceProfileProvider.php',
  ],
  remedy: (evidence) =>
    `Restart the process: with a token that arrives in time it uses IMDSv2 from then on.${noFallback(evidence)}`,
  look(evidence) {
    const { sticky } = evidence.facts.runs;
    const main = mainFailure(evidence);
    if (sticky === 0 || main === undefined || !HELPED_BY_RESTART.includes(main)) return undefined;
    const why = fellBackAfter(evidence, main);
    return [
      ...(why === undefined ? [] : [why]),
      `It went on so for more than a minute${inRuns(evidence, sticky)}.`,
    ];
  },
};
