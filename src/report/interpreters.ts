/** How an interpreter's command line leads to the script that it runs. */
export interface Interpreter {
  pattern: RegExp;
  /** Options whose next argument is their value. */
  valued: ReadonlySet<string>;
  /** Letters of short options after which code follows: there is no script to name. */
  code: string;
  /** Options after which the program's name follows, with the words to put before it; none, to pass over. */
  target: Readonly<Record<string, string>>;
  /** Short options come in clusters: `python3 -um app`. */
  clusters: boolean;
  /** Words before the script that are no options: `deno run main.ts`. */
  commands: ReadonlySet<string>;
}

function interpreter(
  pattern: RegExp,
  valued: string,
  code = '',
  target: Readonly<Record<string, string>> = {},
  clusters = true,
  commands = '',
): Interpreter {
  return {
    pattern,
    valued: new Set(valued.split(' ')),
    code,
    target,
    clusters,
    commands: new Set(commands === '' ? [] : commands.split(' ')),
  };
}

const JAVA_TARGETS = { '-m': '-m ', '--module': '-m ' };
const JAVA_VALUED =
  '-cp -classpath --class-path -p --module-path --add-modules --limit-modules --add-opens --add-exports --add-reads --patch-module --upgrade-module-path --enable-native-access --source';

/** Options as their manuals have them: python(1), node(1), ruby(1), perlrun(1), php(1), bash(1), java(1), dotnet(1). */
const INTERPRETERS: readonly Interpreter[] = [
  interpreter(/^(?:platform-)?(?:python|pypy)[\d.]*$/, '-W -X --check-hash-based-pycs', 'c', { '-m': '-m ' }),
  interpreter(
    /^(?:node|nodejs)[\d.]*$/,
    '-r --require --import --loader --experimental-loader -C --conditions --env-file --env-file-if-exists --input-type --watch-path --title --disable-warning --unhandled-rejections --diagnostic-dir --redirect-warnings --icu-data-dir --openssl-config --dns-result-order --cpu-prof-dir --heap-prof-dir --report-directory --report-filename --test-reporter --test-reporter-destination --trace-event-categories --tls-keylog',
    'ep',
  ),
  interpreter(
    /^(?:bun|deno)[\d.]*$/,
    '-r --preload -c --config --import-map --env-file',
    'ep',
    {},
    true,
    'run',
  ),
  interpreter(/^j?ruby[\d.]*$/, '-r -I -C -E -F', 'e'),
  interpreter(/^perl[\d.]*$/, '-I -M -m', 'eE'),
  interpreter(/^php[\d.]*(?:-cgi)?[\d.]*$/, '-c -d -z -t -S', 'rBRE', { '-f': '', '--file': '' }),
  interpreter(/^(?:ba|da|a|z|k|mk)?sh$/, '-o +o -O +O --rcfile --init-file', 'cs'),
  interpreter(/^java$/, JAVA_VALUED, '', JAVA_TARGETS, false),
  interpreter(
    /^jsvc(?:\.exec)?$/,
    `${JAVA_VALUED} -home -java-home -user -outfile -errfile -pidfile -procname -wait -umask -cwd`,
    '',
    JAVA_TARGETS,
    false,
  ),
  interpreter(
    /^dotnet$/,
    '--runtimeconfig --depsfile --additionalprobingpath --additional-deps --fx-version --roll-forward',
    '',
    { exec: '', '--project': '' },
    false,
    'run',
  ),
  interpreter(/^(?:lua|luajit|tclsh|Rscript|pwsh)[\d.]*$/, '-l', 'e', { '-File': '', '-f': '' }, false),
];

export function interpreterOf(name: string): Interpreter | undefined {
  return INTERPRETERS.find(({ pattern }) => pattern.test(name));
}

/** What an interpreter is told to run: words for people, and the file where it is one. */
export interface Script {
  words: string;
  file?: string | undefined;
  /** Where it runs code that is no file. */
  code?: string | undefined;
}

/** @param args without the interpreter itself */
export function scriptOf(kind: Interpreter, args: readonly string[]): Script | undefined {
  if (kind.target === JAVA_TARGETS) return javaScript(kind, args);
  let command = '';
  for (let index = 0; index < args.length; index++) {
    const argument = args[index] ?? '';
    if (argument === '--') return fileOf(args[index + 1], command);
    const words = kind.target[argument];
    if (words === '') continue;
    if (words !== undefined) return { words: `${words}${args[index + 1] ?? ''}`.trimEnd() };
    if (command === '' && kind.commands.has(argument)) command = `${argument} `;
    else if (kind.valued.has(argument)) index++;
    else if (!isOption(argument)) return fileOf(argument, command);
    else if (argument === '--eval' || argument === '--print') return { words: '-e', code: args[index + 1] };
    else if (kind.clusters && !argument.startsWith('--')) {
      const found = inCluster(kind, argument, args[index + 1]);
      if (found === TAKES_NEXT) index++;
      else if (found !== undefined) return { words: found, code: codeOf(kind, argument, args[index + 1]) };
    }
  }
  return command === '' ? undefined : { words: command.trimEnd() };
}

/** Of `-c CODE`, also as python and perl take it: `-cCODE`, `-lneCODE`. */
function codeOf(kind: Interpreter, cluster: string, next: string | undefined): string | undefined {
  const at = [...cluster].findIndex((letter, index) => index > 0 && kind.code.includes(letter));
  if (at < 0) return undefined;
  const rest = cluster.slice(at + 1);
  // node's `-pe` is two options, and no code.
  return rest === '' || /^[a-zA-Z]$/.test(rest) ? next : rest;
}

function fileOf(file: string | undefined, command: string): Script | undefined {
  return file === undefined ? undefined : { words: `${command}${file}`, file };
}

/** Of Spring Boot: the class that loads the application's own. */
const LOADER = /^org\.springframework\.boot\.loader\./;

/** A jar, a module or a class; options may also stand between `-jar` and the jar. */
function javaScript(kind: Interpreter, args: readonly string[]): Script | undefined {
  let isJar = false;
  let main: string | undefined;
  let classPath: string | undefined;
  for (let index = 0; index < args.length; index++) {
    const argument = args[index] ?? '';
    const [, module] = /^--module=(.+)/.exec(argument) ?? [];
    const words = kind.target[argument];
    if (module !== undefined || words !== undefined)
      return { words: `-m ${module ?? args[index + 1] ?? ''}`.trimEnd() };
    if (argument.startsWith('-Dloader.main=')) main = argument.slice('-Dloader.main='.length);
    if (argument === '-jar') isJar = true;
    else if (kind.valued.has(argument)) {
      index++;
      if (/^(?:-cp|-classpath|--class-path)$/.test(argument)) classPath = args[index];
      // A file of more arguments is no class.
    } else if (!isOption(argument) && !argument.startsWith('@')) {
      if (isJar) return { words: `-jar ${argument}`, file: argument };
      if (!LOADER.test(argument)) return { words: argument };
      const jar = classPath?.split(':').find((part) => part.endsWith('.jar'));
      if (main !== undefined) return { words: main };
      return jar === undefined ? { words: argument } : { words: `-jar ${jar}`, file: jar };
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
