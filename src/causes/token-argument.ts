/** The token's header in a command line: `curl -H "X-aws-ec2-metadata-token: $TOKEN"` has it expanded. */
export type TokenArgument = 'none' | 'empty' | 'value';

/**
 * At an argument's beginning, or behind its option: `--header=…`, `-HX-aws…`. Not within: in code that is an
 * argument (`sh -c`, `python -c`, PowerShell) stands how the header is made, and no token.
 */
const HEADER = /^(?:--?[\w-]{0,32}[= ]?)?x-aws-ec2-metadata-token[ \t]*[:;][ \t]*(\S?)/i;
const LONGEST = 256;

/** @param args masked or not: of the value only counts whether there is one */
export function tokenArgumentOf(args: readonly string[] | undefined): TokenArgument {
  let found: TokenArgument = 'none';
  for (const arg of args ?? []) {
    const match = HEADER.exec(arg.slice(0, LONGEST));
    if (match === null) continue;
    if (match[1] !== '') return 'value';
    found = 'empty';
  }
  return found;
}
