import type { ProcessIdentity } from '../model.ts';

/** How an interpreter's command line leads to the script that it runs. */
interface Interpreter {
  pattern: RegExp;
  /** Options whose next argument is their value. */
  valued: ReadonlySet<string>;
  /** Letters of short options after which code follows: there is no script to name. */
  code: string;
  /** Options after which the program's name follows, with the words to put before it; none, to pass over. */
  target: Readonly<Record<string, string>>;
  /** Short options come in clusters: `python3 -um app`. */
  clusters: boolean;
}

function interpreter(
  pattern: RegExp,
  valued: string,
  code = '',
  target: Readonly<Record<string, string>> = {},
  clusters = true,
): Interpreter {
  return { pattern, valued: new Set(valued.split(' ')), code, target, clusters };
}

const INTERPRETERS: readonly Interpreter[] = [
  interpreter(/^(?:python|pypy)[\d.]*$/, '-W -X --check-hash-based-pycs', 'c', { '-m': '-m ' }),
  interpreter(
    /^(?:node|nodejs|bun|deno)[\d.]*$/,
    '-r --require --import --loader --experimental-loader -C --conditions --env-file',
    'ep',
  ),
  interpreter(/^j?ruby[\d.]*$/, '-r -I -C -E -F', 'e'),
  interpreter(/^perl[\d.]*$/, '-I -M', 'eE'),
  interpreter(/^php[\d.]*(?:-cgi|-fpm)?$/, '-c -d -z -t -S', 'rBRE', { '-f': '', '--file': '' }),
  interpreter(/^(?:ba|da|a|z|k|mk)?sh$/, '-o +o -O +O --rcfile --init-file', 'cs'),
  interpreter(
    /^java$/,
    '-cp -classpath --class-path -p --module-path --add-modules --add-opens --add-exports --add-reads --upgrade-module-path',
    '',
    { '-jar': '-jar ', '-m': '-m ', '--module': '-m ' },
    false,
  ),
  interpreter(
    /^dotnet$/,
    '--runtimeconfig --depsfile --additionalprobingpath --fx-version --roll-forward',
    '',
    { exec: '' },
    false,
  ),
  interpreter(/^(?:lua|luajit|tclsh|Rscript|pwsh)[\d.]*$/, '-l', 'e', { '-File': '', '-f': '' }, false),
];

/** HTTP clients: what there is to fix is whoever runs them. */
const BARE_CLIENT = /^(?:curl|wget|wget2|http|https|xh|nc|ncat|netcat|socat|telnet|openssl|fetch|aria2c)$/;

const LONGEST_LABEL = 240;

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/**
 * A process as a person names it: the executable, and for an interpreter the script, module, jar or class
 * it runs (`python3 /opt/app/main.py`, `java -jar agent.jar`). Expects arguments whose secrets are
 * masked. Undefined where neither executable, arguments nor name are known.
 */
export function programName(process: ProcessIdentity): string | undefined {
  const executable = baseName((process.executable ?? '').replace(/ \(deleted\)$/, ''));
  const invoked = baseName((process.args?.[0] ?? '').replace(/^-/, ''));
  const kind = INTERPRETERS.find(({ pattern }) => pattern.test(executable || invoked));
  if (kind === undefined) {
    if (executable === 'busybox' && invoked !== '') return cut(invoked);
    return cut(executable || process.name || invoked) || undefined;
  }
  const shell = kind.pattern.test(invoked) ? invoked : executable;
  const script = scriptOf(kind, process.args?.slice(1) ?? []);
  return cut(script === undefined ? shell : `${shell} ${script}`);
}

/** Whether the name alone does not say what is to be fixed, so that the caller of it belongs to its name. */
export function isBareClient(program: string): boolean {
  return BARE_CLIENT.test(program) || /^(?:ba|da|a|z|k|mk)?sh -c$/.test(program);
}

function scriptOf(kind: Interpreter, args: readonly string[]): string | undefined {
  for (let index = 0; index < args.length; index++) {
    const argument = args[index] ?? '';
    if (argument === '--') return args[index + 1];
    const words = kind.target[argument];
    if (words === '') continue;
    if (words !== undefined) return `${words}${args[index + 1] ?? ''}`.trimEnd();
    if (kind.valued.has(argument)) index++;
    else if (!isOption(argument)) return argument;
    else if (argument === '--eval' || argument === '--print') return '-e';
    else if (kind.clusters && !argument.startsWith('--')) {
      const found = inCluster(kind, argument, args[index + 1]);
      if (found === TAKES_NEXT) index++;
      else if (found !== undefined) return found;
    }
  }
  return undefined;
}

function isOption(argument: string): boolean {
  return argument.length > 1 && (argument.startsWith('-') || argument.startsWith('+'));
}

/** The cluster ends with an option whose value is the next argument: `bash -euo pipefail`. */
const TAKES_NEXT = Symbol('takes next');

function inCluster(
  kind: Interpreter,
  argument: string,
  next: string | undefined,
): string | typeof TAKES_NEXT | undefined {
  for (let at = 1; at < argument.length; at++) {
    const letter = argument[at] ?? '';
    if (kind.code.includes(letter)) return `-${letter}`;
    const words = kind.target[`-${letter}`];
    if (words !== undefined) return `${words}${argument.slice(at + 1) || next || ''}`.trimEnd();
    if (kind.valued.has(`-${letter}`)) return at === argument.length - 1 ? TAKES_NEXT : undefined;
  }
  return undefined;
}

function cut(label: string): string {
  return label.length > LONGEST_LABEL ? `${label.slice(0, LONGEST_LABEL - 1)}…` : label;
}
