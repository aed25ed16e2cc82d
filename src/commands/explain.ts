import * as Args from '@oclif/core/args';
import { ImdsCommand } from '../cli/base-command.ts';
import { explain } from '../cli/explain.ts';
import { processSurroundings } from '../cli/surroundings.ts';

export default class Explain extends ImdsCommand {
  static override summary = 'Explain a cause, finding or word of a report: what it means, and what to do.';

  static override description =
    'Reports name the rule that says why a caller uses IMDSv1 (the column "cause"), and other rules that hold (the column "findings"). Words are those of verdicts (NOT READY), versions of calls (UNKNOWN), what callers ask for (credentials), and counters of what is missing (tcp.missing_bytes). Without ID, all are listed.';

  static override examples = [
    { description: 'All rules and words', command: '<%= config.bin %> <%= command.id %>' },
    { description: 'One of them', command: '<%= config.bin %> <%= command.id %> fallback-hop-limit' },
    { description: 'What a verdict means', command: '<%= config.bin %> <%= command.id %> not-ready' },
    {
      description: 'What a counter counts',
      command: '<%= config.bin %> <%= command.id %> tcp.missing_bytes',
    },
  ];

  static override args = {
    id: Args.string({
      description: 'Id of the rule, a word of a report, or a counter.',
      multiple: true,
      ignoreStdin: true,
    }),
  };

  async run(): Promise<void> {
    const { args } = await this.parse(Explain);
    await explain(args.id ?? [], processSurroundings());
  }
}
