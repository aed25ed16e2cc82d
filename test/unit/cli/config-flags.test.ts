import assert from 'node:assert/strict';
import { flagValues } from '../../../src/cli/config-flags.ts';
import Live from '../../../src/commands/live.ts';
import { KEYS, SETTINGS } from '../../../src/config/settings.ts';
import { EVENTS, LOG } from '../../../src/live/log-sink.ts';

const flags: Readonly<Record<string, { default?: unknown; options?: readonly string[] }>> = Live.flags;

/** As oclif tells what was given. */
function given(values: Readonly<Record<string, unknown>>, ...defaults: string[]) {
  const metadata = { flags: Object.fromEntries(defaults.map((name) => [name, { setFromDefault: true }])) };
  return flagValues({ flags: values, metadata });
}

describe('flags of imds live', () => {
  it('have the defaults and the words of their settings', () => {
    let compared = 0;
    for (const key of KEYS) {
      const setting: { flag?: string; default: unknown; kind: { schema: object } } = SETTINGS[key];
      const flag = setting.flag === undefined ? undefined : flags[setting.flag];
      if (flag?.default !== undefined) assert.deepEqual(flag.default, setting.default, key);
      if (flag?.options !== undefined) assert.deepEqual({ enum: flag.options }, setting.kind.schema, key);
      if (flag?.default !== undefined || flag?.options !== undefined) compared++;
    }
    assert.ok(compared >= 7);
  });

  it('and the names of logs that others look for are those of their settings', () => {
    assert.deepEqual(
      [LOG, EVENTS],
      [SETTINGS['log.trace.file'].default, SETTINGS['log.events.file'].default],
    );
  });

  it('set what was given, and nothing by their defaults', () => {
    const values = {
      'log-dir': '/var/log/imds',
      capture: 'wire',
      quiet: false,
      ancestors: 3,
      interface: ['any'],
    };
    assert.deepEqual(given(values, 'log-dir', 'ancestors', 'interface'), {
      'capture.views': { value: 'wire', flag: '--capture' },
    });
  });

  it('are switches of settings', () => {
    assert.deepEqual(
      given({ quiet: true, jsonl: true, 'no-log': true, 'no-state': true, 'keep-root': true }),
      {
        'terminal.enabled': { value: false, flag: '--quiet' },
        'terminal.format': { value: 'jsonl', flag: '--jsonl' },
        'log.enabled': { value: false, flag: '--no-log' },
        'inventory.enabled': { value: false, flag: '--no-state' },
        'account.keep_root': { value: true, flag: '--keep-root' },
        'account.user': { value: '', flag: '--keep-root' },
      },
    );
  });

  it('that name a folder or an account ask for it', () => {
    assert.deepEqual(given({ 'log-dir': '/a', 'state-dir': '/b', user: 'c' }), {
      'log.folder': { value: '/a', flag: '--log-dir' },
      'log.enabled': { value: true, flag: '--log-dir' },
      'inventory.folder': { value: '/b', flag: '--state-dir' },
      'inventory.enabled': { value: true, flag: '--state-dir' },
      'account.user': { value: 'c', flag: '--user' },
      'account.keep_root': { value: false, flag: '--user' },
    });
  });
});
