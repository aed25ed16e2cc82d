/** The conditions of the table's rows, compiled, and what of a caller they are held against. */
import { CLIENT_ROWS } from './table.ts';
import type { ClientRow, Clues, Condition, VersionClue } from './types.ts';

/** Characters of a text, and arguments, that are looked at: the rest is of no product's making. */
const LONGEST_TEXT = 1024;
const MOST_ARGUMENTS = 64;

/** A caller's texts, within bounds. Empty where nothing is known. */
export interface Evidence {
  userAgent: string;
  executable: string;
  program: string;
  startedBy: string;
  args: readonly string[];
  packageName: string | undefined;
  packageVersion: string | undefined;
}

export function evidenceOf(clues: Clues): Evidence {
  const args = (clues.args ?? []).slice(0, MOST_ARGUMENTS).map(cut);
  const program = cut(clues.program);
  return {
    userAgent: cut(clues.userAgent).trim(),
    // A file that was replaced since: the kernel marks it so. Saved logs have argv alone.
    executable: cut(clues.executable).replace(/ \(deleted\)$/, '') || args[0] || program.split(' ')[0] || '',
    program,
    startedBy: cut(clues.startedBy),
    args,
    packageName: clues.packageName,
    packageVersion: clues.packageVersion,
  };
}

function cut(text: string | undefined): string {
  return (text ?? '').slice(0, LONGEST_TEXT);
}

/** One thing that has to fit, and what a reader calls it. */
interface Test {
  by: string;
  holds: (evidence: Evidence) => boolean;
}

export interface Matcher {
  row: ClientRow;
  conditions: readonly (readonly Test[])[];
  versions: readonly VersionReader[];
  /** Names of packages that are the product, whatever else it may be known by: their versions are its own. */
  packages: ReadonlySet<string>;
}

/** Where one product's version stands, by what a reader calls the place; undefined where it does not tell. */
interface VersionReader {
  product: string;
  ofAgent: (evidence: Evidence) => string | undefined;
  ofExecutable: (evidence: Evidence) => string | undefined;
  ofArguments: (evidence: Evidence) => string | undefined;
}

let compiled: readonly Matcher[] | undefined;

export function matchers(): readonly Matcher[] {
  compiled ??= CLIENT_ROWS.map((row) => ({
    row,
    conditions: row.match.map(testsOf),
    versions: (row.versions ?? []).map(readerOf),
    packages: new Set(row.match.flatMap((condition) => condition.package ?? [])),
  }));
  return compiled;
}

function testsOf(condition: Condition): Test[] {
  const tests: Test[] = [];
  const { userAgent, noUserAgent, executable, program, startedBy, args, package: packages } = condition;
  const text = (by: string, pattern: string | undefined, of: (evidence: Evidence) => string) => {
    if (pattern === undefined) return;
    const regex = new RegExp(pattern);
    tests.push({ by, holds: (evidence) => regex.test(of(evidence)) });
  };
  text('user agent', userAgent, (evidence) => evidence.userAgent);
  if (noUserAgent === true)
    tests.push({ by: 'no user agent', holds: (evidence) => evidence.userAgent === '' });
  text('executable', executable, (evidence) => evidence.executable);
  text('argv', program, (evidence) => evidence.program);
  text('what started it', startedBy, (evidence) => evidence.startedBy);
  if (args !== undefined) {
    const regex = new RegExp(args);
    tests.push({ by: 'argv', holds: (evidence) => evidence.args.some((arg) => regex.test(arg)) });
  }
  if (packages !== undefined) {
    tests.push({ by: 'package', holds: ({ packageName }) => packages.includes(packageName ?? '') });
  }
  return tests;
}

function readerOf({ product, userAgent, executable, args }: VersionClue): VersionReader {
  const first = (pattern: string | undefined) => {
    if (pattern === undefined) return () => undefined;
    const regex = new RegExp(pattern);
    return (text: string) => regex.exec(text)?.[1];
  };
  const [ofAgent, ofExecutable, ofArgument] = [userAgent, executable, args].map(first);
  return {
    product,
    ofAgent: (evidence) => ofAgent?.(evidence.userAgent),
    ofExecutable: (evidence) => ofExecutable?.(evidence.executable),
    ofArguments: (evidence) =>
      evidence.args.map((arg) => ofArgument?.(arg)).find((found) => found !== undefined),
  };
}
