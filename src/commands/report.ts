import { join } from 'node:path';
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { INVENTORY } from '../callers/inventory.ts';
import { ImdsCommand } from '../cli/base-command.ts';
import { configFlag, flagValues, ignorePolicy, type ParsedFlags } from '../cli/config-flags.ts';
import { outputFlags, outputOptionsOf, STATE_FOLDER } from '../cli/flags.ts';
import { report } from '../cli/report.ts';
import { selectionOf } from '../cli/selection.ts';
import { processSurroundings } from '../cli/surroundings.ts';
import { parseWhen, requireSpan } from '../cli/when.ts';
import { type Config, type FlagValues, requireConfig } from '../config/index.ts';
import { UsageError } from '../errors.ts';
import { HostChoice } from '../events/host-choice.ts';

const NANOSECONDS_IN_MS = 1_000_000n;

/** What is read where nothing is named: the logs, and the inventory of callers, which the logs may have lost. */
function ownPaths(paths: readonly string[] | undefined, config: Config): string[] {
  const inventory = inventoryOf(config);
  if (paths === undefined) return [config.values['log.folder'], inventory];
  // Of this host, when somebody asks for it.
  return asksForInventory(config) ? [inventory] : [];
}

function inventoryOf({ values }: Config): string {
  return join(values['inventory.folder'], INVENTORY);
}

function asksForInventory({ sources }: Config): boolean {
  return sources['inventory.folder'].origin === 'flag';
}

export default class Report extends ImdsCommand {
  static override summary = 'Report who calls the metadata service, from events and reports that were saved.';

  static override description =
    `Reads what imds live wrote (imds-calls.jsonl and the files that it was rolled over to), and what imds analyze --jsonl printed, packed by gzip or not: of one host or of many. A call that stands in several files counts once. imds-trace.log is read, also the one of aws-imds-packet-analyzer, where a folder has no events; beside events, whose calls it has too, only the lower-case lines of aws-imds-packet-analyzer are. It tells callers and versions, and nothing of paths, answers and addresses. JSON reports, of analyze or of this command, are read beside events, and add up to the report of all calls.

The inventory of callers that imds live keeps (imds-callers.json) is read last: of each caller, day and version the larger count is taken, so that a call that is in a log too counts once, and a caller whose log has rolled away is still named.

Callers that a filter of the configuration ([[ignore]] of /etc/imds/imds.toml) names are in a section of their own, with reason and last day, and are not counted.

The verdict of a host is READY where no call used IMDSv1, none could not be read, and imds live proves, in lines of its own among the calls, that it watched for a day (--observed) and missed none.

Exit status: 0 done; 1 failure; 2 usage; 3 a condition of --fail-on holds; 4 an input is missing or damaged (what could be read is reported); 130 or 143 interrupted (what was read is reported).`;

  static override examples = [
    {
      description: 'Who has used IMDSv1 since yesterday?',
      command: 'sudo <%= config.bin %> <%= command.id %> --since 24h',
    },
    {
      description: 'One report of those of many hosts',
      command: '<%= config.bin %> <%= command.id %> reports/*.json',
    },
    {
      description: 'The callers to fix, of all hosts whose logs were collected',
      command: '<%= config.bin %> <%= command.id %> --imds-version v1 --csv -o callers.csv collected/',
    },
  ];

  static override usage = '<%= command.id %> [PATH...] [OPTION...]';

  static override args = {
    path: Args.string({
      description: `File of events, JSON report, or folder with such files; unless told, the log folder (/var/log/imds) and the inventory.`,
      multiple: true,
      ignoreStdin: true,
    }),
  };

  static override flags = {
    since: Flags.string({
      summary: 'Calls from then on: how long ago (24h, 7d), or a date.',
      helpValue: 'TIME',
    }),
    until: Flags.string({ summary: 'Calls before then.', helpValue: 'TIME' }),
    host: Flags.string({
      summary: 'Calls of that host, by its name or id; repeatable.',
      helpValue: 'HOST',
      multiple: true,
      multipleNonGreedy: true,
    }),
    'imds-version': Flags.option({ options: ['v1', 'v2', 'unknown', 'foreign'] as const, multiple: true })({
      summary: 'Calls by that version; repeatable.',
      helpValue: 'v1|v2|unknown|foreign',
      multipleNonGreedy: true,
    }),
    'state-dir': Flags.string({
      summary: `Read the inventory of callers in FOLDER; without PATH, that of ${STATE_FOLDER}.`,
      helpValue: 'FOLDER',
    }),
    config: configFlag,
    ...outputFlags,
  };

  async run(): Promise<void> {
    const parsed = await this.parse(Report);
    const { args, flags } = parsed;
    const config = await requireConfig({
      config: flags.config,
      env: process.env,
      flags: reportFlagValues(parsed),
    });
    const now = BigInt(Date.now()) * NANOSECONDS_IN_MS;
    const when = (text: string | undefined, option: string) =>
      text === undefined ? undefined : parseWhen(text, option, now);
    const since = when(flags.since, '--since');
    const until = when(flags.until, '--until');
    requireSpan(since, until);
    refuseStandardInput(args.path);
    const output = outputOptionsOf(flags);
    const exitCode = await report(
      {
        paths: args.path ?? [],
        ownPaths: ownPaths(args.path, config),
        namedPaths: asksForInventory(config) ? [inventoryOf(config)] : [],
        filter: {
          since,
          until,
          hosts: flags.host && new HostChoice(flags.host),
          versions: flags['imds-version'],
        },
        ...output,
        leavesOut: selectionOf({ since, until, hosts: flags.host, versions: flags['imds-version'] }),
        ignore: ignorePolicy(config.rules),
        verdict: { ...output.verdict, leavesOut: leftOut(flags['imds-version']), window: { since, until } },
      },
      processSurroundings(),
    );
    process.exit(exitCode);
  }
}

/** Of the flags that are called as those of live, the one that says the same: --json and others do not. */
function reportFlagValues({ flags, metadata }: ParsedFlags): FlagValues {
  return flagValues({ flags: { 'state-dir': flags['state-dir'] }, metadata });
}

/** Files are read twice: once to see what they are, and whose. */
function refuseStandardInput(paths: readonly string[] = []): void {
  if (!paths.includes('-')) return;
  throw new UsageError('-: standard input is not read', {
    code: 'usage.stdin',
    remedy: 'Save what comes from there to a file first; ./- is a file of that name.',
  });
}

/** Without the calls that would speak against it, a report has no verdict to give. */
function leftOut(versions: readonly string[] | undefined): string | undefined {
  if (versions === undefined || (versions.includes('v1') && versions.includes('unknown'))) return undefined;
  return `--imds-version ${versions.join(', ')}`;
}
