/**
 * How interpreters take what they are told to run, as their manuals have it: python(1), node(1), ruby(1), perlrun(1),
 * php(1), bash(1), fish(1), java(1), dotnet(1), lua(1), R(1), expect(1), mono(1).
 */
export interface Interpreter {
  pattern: RegExp;
  /**
   * How letters stand in one word. `attached`: several, and behind one with a value that value (`python3 -uWignore`);
   * `next`: several, and values in the words behind (`bash -euo pipefail`); `words`: an option is a word.
   */
  letters: 'attached' | 'next' | 'words';
  /** Options whose value is the next word, or, of letters, the rest of theirs. */
  valued: ReadonlySet<string>;
  /** Letters whose value is the rest of the word, if anything: `-i.bak`. */
  rest: string;
  /** Letters behind which digits may stand, and then other letters: `-0777ne`. */
  digits: string;
  /** Letters after which code follows: there is no script to name. */
  code: string;
  /** Words after which code follows, and what to call them. */
  codeWords: ReadonlyMap<string, string>;
  /** Options after which the program's name follows, with the words to put before it; none, to pass over. */
  target: ReadonlyMap<string, string>;
  /** Words before the script that are no options: `deno run main.ts`. */
  commands: ReadonlySet<string>;
  /** Its options may be written in capitals. */
  ignoresCase: boolean;
}

interface Shape {
  letters?: Interpreter['letters'];
  valued?: string;
  rest?: string;
  digits?: string;
  code?: string;
  codeWords?: Readonly<Record<string, string>>;
  target?: Readonly<Record<string, string>>;
  commands?: string;
  ignoresCase?: boolean;
}

function interpreter(pattern: RegExp, shape: Shape): Interpreter {
  const { letters = 'words', rest = '', digits = '', code = '', ignoresCase = false } = shape;
  return {
    pattern,
    letters,
    valued: wordsOf(shape.valued),
    rest,
    digits,
    code,
    codeWords: new Map(Object.entries(shape.codeWords ?? {})),
    target: new Map(Object.entries(shape.target ?? {})),
    commands: wordsOf(shape.commands),
    ignoresCase,
  };
}

function wordsOf(text = ''): ReadonlySet<string> {
  return new Set(text === '' ? [] : text.split(' '));
}

const JAVA_VALUED =
  '-cp -classpath --class-path -p --module-path --add-modules --limit-modules --add-opens --add-exports --add-reads --patch-module --upgrade-module-path --enable-native-access --source';

const NODE_VALUED =
  '-r --require --import --loader --experimental-loader -C --conditions --env-file --env-file-if-exists --input-type --experimental-default-type --watch-path --title --disable-warning --unhandled-rejections --diagnostic-dir --redirect-warnings --icu-data-dir --openssl-config --dns-result-order --cpu-prof-dir --cpu-prof-name --cpu-prof-interval --heap-prof-dir --heap-prof-name --heap-prof-interval --heapsnapshot-signal --inspect-port --debug-port --inspect-publish-uid --localstorage-file --max-http-header-size --report-dir --report-directory --report-filename --report-signal --secure-heap --secure-heap-min --test-concurrency --test-name-pattern --test-shard --test-timeout --test-reporter --test-reporter-destination --tls-cipher-list --trace-event-categories --trace-event-file-pattern --tls-keylog --v8-pool-size --build-snapshot-config --experimental-config-file --experimental-sea-config --allow-fs-read --allow-fs-write';

const PHP_CODE = { '--run': '-r', '--process-begin': '-B', '--process-code': '-R', '--process-end': '-E' };

const PWSH_VALUED =
  '-executionpolicy -ep -ex -workingdirectory -wd -configurationname -configurationfile -custompipename -inputformat -if -inp -outputformat -of -o -settingsfile -windowstyle -w';

const INTERPRETERS: readonly Interpreter[] = [
  interpreter(/^(?:platform-)?(?:python|pypy)[\d.]*t?$/, {
    letters: 'attached',
    valued: '-W -X -Q --check-hash-based-pycs',
    code: 'c',
    target: { '-m': '-m ' },
  }),
  interpreter(/^(?:node|nodejs)[\d.]*$/, {
    valued: NODE_VALUED,
    codeWords: { '-e': '-e', '--eval': '-e', '-p': '-p', '--print': '-p', '-pe': '-p' },
    target: { '--run': '--run ' },
  }),
  interpreter(/^(?:bun|deno)[\d.]*$/, {
    valued: '-r --preload -c --config --import-map --env-file --cwd --filter',
    codeWords: { '-e': '-e', '--eval': '-e', '-p': '-p', '--print': '-p' },
    commands: 'run task serve x',
  }),
  interpreter(/^j?ruby[\d.]*$/, {
    letters: 'attached',
    valued:
      '-r -I -C -X -E --encoding --external-encoding --internal-encoding --enable --disable --backtrace-limit',
    rest: 'FKWix',
    digits: '0T',
    code: 'e',
  }),
  interpreter(/^perl[\d.]*$/, {
    letters: 'attached',
    valued: '-I -M -m',
    rest: 'CDFVix',
    digits: '0l',
    code: 'eE',
  }),
  interpreter(/^php[\d.]*(?:-cgi)?[\d.]*$/, {
    letters: 'attached',
    valued: '-b -c -d -z -t -S --bindpath --php-ini --define --zend-extension --docroot --server',
    code: 'rBRE',
    codeWords: PHP_CODE,
    target: { '-f': '', '--file': '', '-F': '', '--process-file': '' },
  }),
  interpreter(/^(?:ba|da|a|z|k|mk)?sh(?:93)?$/, {
    letters: 'next',
    valued: '-o +o -O +O --rcfile --init-file',
    code: 'cs',
  }),
  interpreter(/^(?:fi|tc|c)sh$/, { letters: 'next', valued: '-C --init-command', code: 'c' }),
  interpreter(/^java$/, { valued: JAVA_VALUED, target: { '-m': '-m ', '--module': '-m ' } }),
  interpreter(/^jsvc(?:\.exec)?$/, {
    valued: `${JAVA_VALUED} -home -java-home -user -outfile -errfile -pidfile -procname -wait -umask -cwd`,
    target: { '-m': '-m ', '--module': '-m ' },
  }),
  interpreter(/^dotnet$/, {
    valued:
      '--runtimeconfig --depsfile --additionalprobingpath --additional-deps --fx-version --roll-forward',
    target: { exec: '', '--project': '' },
    commands: 'run',
  }),
  interpreter(/^(?:lua|luajit)[\d.]*$/, { letters: 'attached', valued: '-l', rest: 'jO', code: 'e' }),
  interpreter(/^tclsh[\d.]*$/, { valued: '-encoding' }),
  interpreter(/^Rscript$/, { valued: '-g', codeWords: { '-e': '-e' } }),
  // What Rscript becomes: all it is told stands in options.
  interpreter(/^R$/, { valued: '-g -d', codeWords: { '-e': '-e' }, target: { '--file': '', '-f': '' } }),
  interpreter(/^expect$/, { letters: 'attached', valued: '-c', rest: 'd', target: { '-f': '' } }),
  interpreter(/^mono(?:-sgen)?[\d.]*$/, { valued: '--config' }),
  interpreter(/^pwsh$/, {
    valued: PWSH_VALUED,
    codeWords: { '-command': '-c', '-c': '-c', '-encodedcommand': '-e', '-ec': '-e', '-e': '-e' },
    target: { '-file': '', '-f': '' },
    ignoresCase: true,
  }),
];

export function interpreterOf(name: string): Interpreter | undefined {
  return INTERPRETERS.find(({ pattern }) => pattern.test(name));
}

export function isJava({ pattern }: Interpreter): boolean {
  return pattern.test('java') || pattern.test('jsvc');
}
