import { deepStrictEqual } from 'node:assert';
import { MASK, maskArgs } from '../../../src/secrets.ts';

function between(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `--option${index}`);
}

describe('secrets, options by their program', () => {
  it('are found up to 24 arguments behind it', () => {
    deepStrictEqual(maskArgs(['mysql', ...between(23), '-px']), ['mysql', ...between(23), `-p${MASK}`]);
    deepStrictEqual(maskArgs(['mysql', ...between(24), '-px']), ['mysql', ...between(24), '-px']);
  });

  it('are those of the nearest of its kind, whatever of another kind stands between', () => {
    deepStrictEqual(maskArgs(['mysql', 'bash', 'redis-cli', '-px', '-a', 'y', '-c', 'TOKEN="a" b']), [
      ...['mysql', 'bash', 'redis-cli', `-p${MASK}`, '-a', MASK, '-c', `TOKEN="${MASK}" b`],
    ]);
    deepStrictEqual(maskArgs(['redis-cli', 'sshpass', 'ssh', '-a', 'x']), [
      'redis-cli',
      'sshpass',
      'ssh',
      '-a',
      'x',
    ]);
  });

  it('are looked for once per argument, of which there may be thousands', () => {
    const args = ['mysql', ...between(20_000), 'sudo', 'mysql', ...between(10), '-px'];
    deepStrictEqual(maskArgs(args), [...args.slice(0, -1), `-p${MASK}`]);
  });

  it('take an argument that names a secret only in its middle for what it is', () => {
    deepStrictEqual(maskArgs(['x', 'sessionid->a b', 'DB_pw->a b']), [
      'x',
      `sessionid->${MASK}`,
      `DB_pw->${MASK}`,
    ]);
  });
});
