import { readFileSync } from 'node:fs';
import { parseConfig } from '../../../src/config/parse.ts';
import { hold, type Target } from '../target.ts';

const MAX_BYTES = 4096;

/** Input: a configuration. It is read, or each problem of it has a place that is there, and something to do. */
export const config: Target = {
  name: 'config',
  seeds: () => {
    const defaults = readFileSync('packaging/imds.toml', 'utf8');
    const settings = defaults.replace(/^# .*\n/gm, '').replace(/^#/gm, '');
    const forms = `a."b".'c' = [ 1, [ """x""" ], { y = 0x1F, z = 1979-05-27T07:32:00Z } ]\n[[ignore]]\n[ignore.d]\n`;
    return [settings, forms].map((text) => Buffer.from(text));
  },
  run: async (input) => {
    const bytes = Buffer.from(input.subarray(0, MAX_BYTES));
    const lines = bytes.toString('latin1').split('\n').length;
    const { values, rules = [], problems } = parseConfig(bytes, 'f');
    for (const { where, message, remedy } of problems) {
      const [, line, column] = /^f:(\d+):(\d+)$/.exec(where) ?? [];
      hold(Number(line) >= 1 && Number(line) <= lines && Number(column) >= 1, `${where}, of ${lines} lines`);
      hold(message !== '' && remedy !== '', `${where}: no words`);
    }
    for (const { where } of rules) hold(Object.keys(where).length > 0, 'a filter without a condition');
    return [
      ...values.keys(),
      `${rules.length} rules`,
      ...problems.map(({ message }) => message.slice(0, 24)),
    ];
  },
};
