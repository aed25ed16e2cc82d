import * as Flags from '@oclif/core/flags';
import type { IgnorePolicy, IgnoreRule } from '../callers/ignore.ts';
import type { FlagValues } from '../config/index.ts';
import { KEYS, SETTINGS } from '../config/settings.ts';
import { UsageError } from '../errors.ts';

/** Of every command that reads the configuration. */
export const configFlag = Flags.string({
  summary: 'Read the configuration from FILE instead of /etc/imds/imds.toml; none for defaults.',
  helpValue: 'FILE',
});

/** Flags whose being there is the value of their setting. */
const SWITCHES: Readonly<Record<string, unknown>> = {
  quiet: false,
  jsonl: 'jsonl',
  'no-log': false,
  'no-state': false,
};

/** Flags of `imds live` that set a setting. */
export const SETTING_FLAGS: ReadonlySet<string> = new Set(
  KEYS.flatMap((key) => {
    const setting: { flag?: string } = SETTINGS[key];
    return setting.flag ?? [];
  }),
);

/** What of oclif's answer is looked at: whether a flag was given, or is its default. */
export interface ParsedFlags {
  flags: Readonly<Record<string, unknown>>;
  metadata: { flags: Readonly<Record<string, { setFromDefault?: boolean } | undefined>> };
}

/** The settings that the command line sets, of the flags that the command has. @throws UsageError */
export function flagValues({ flags, metadata }: ParsedFlags): FlagValues {
  // In a file it stands for none; here, for a variable of the shell that is not set.
  if (flags.write === '') {
    throw new UsageError("-w '': no name of a file, and so no capture would be saved", {
      code: 'usage.capture_file',
      remedy: 'Give one, or leave out -w.',
    });
  }
  const isGiven = (name: string) =>
    flags[name] !== undefined && flags[name] !== false && metadata.flags[name]?.setFromDefault !== true;
  const values: Record<string, { value: unknown; flag: string }> = {};
  for (const key of KEYS) {
    const setting: { flag?: string } = SETTINGS[key];
    const { flag } = setting;
    if (flag === undefined || !isGiven(flag)) continue;
    values[key] = { value: flag in SWITCHES ? SWITCHES[flag] : flags[flag], flag: `--${flag}` };
  }
  // Who names a folder, or an account, wants it, whatever the file says.
  if (isGiven('log-dir')) values['log.enabled'] = { value: true, flag: '--log-dir' };
  if (isGiven('state-dir')) values['inventory.enabled'] = { value: true, flag: '--state-dir' };
  if (isGiven('user')) values['account.keep_root'] = { value: false, flag: '--user' };
  if (isGiven('keep-root')) values['account.user'] = { value: '', flag: '--keep-root' };
  // oclif has read each as its setting has it.
  return values as FlagValues;
}

/** Filters, as of today. */
export function ignorePolicy(rules: readonly IgnoreRule[]): IgnorePolicy {
  return { rules, today: new Date().toISOString().slice(0, 10) };
}
