import type { ProcessIdentity } from '../model.ts';
import { cutAt } from './cut.ts';
import { interpreterOf } from './interpreter-table.ts';
import { type Script, scriptOf } from './interpreters.ts';
import { partOf } from './program-parts.ts';
import { recurringPath } from './recurring.ts';
import { isTitleName, programOfTitle } from './titles.ts';

/** HTTP clients: what there is to fix is whoever runs them. */
const BARE_CLIENT =
  /^(?:curl|wget|wget2|http|https|xh|nc(?:\.\w+)?|ncat|netcat|socat|telnet|openssl|fetch|aria2c|lynx|w3m|e?links)$/;
/** The same, as scripts: of httpie, and of libwww-perl; and code that is piped into an interpreter (a title of python's tells its version). */
const BARE_SCRIPT =
  /^(?:python[\d.]* \S*\/bin\/https?|perl \S*\/(?:GET|HEAD|POST|lwp-request)|(?:python|pypy|perl|ruby|node|php)[\d.]* -|(?:python|pypy)[23]?)$/;
/** A shell to which somebody types, or writes a script: of these, who started it tells which, and what. */
const SHELL_WITHOUT_FILE =
  /^(?:ba|da|a|z|k|mk)?sh(?:93)?(?: -s| \/dev\/fd\/\*| \/proc\/(?:self|\*)\/fd\/\*)?$/;
/** They write the scripts of their jobs to a shell. */
const SHELL_FEEDER = /^gitlab-runner(?:-helper)?$/;
/** One file that is many programs, by the name that it is called by. */
const MANY_IN_ONE = /^(?:(?:busybox|toybox)(?:\.\w+)?|coreutils)$/;
/** As coreutils(1) is told the program where it was not called by its name: on Amazon Linux 2023, in containers. */
const COREUTILS_PROGRAM = /^--coreutils-prog(?:-shebang)?=(.+)/s;
const BUNDLER = /^bundler?[\d.]*$/;

/** They run what they are told, as somebody or for some time: who runs them is the one to be fixed. */
const WRAPPER =
  /^(?:timeout|xargs|nice|ionice|env|nohup|setsid|stdbuf|setpriv|chrt|taskset|time|flock|(?:sudo|su)(?:-rs|\.ws)?|runuser|doas|chroot|unshare|nsenter|prlimit|numactl|watch|strace|ltrace|perf|script|unbuffer|cpulimit|bwrap|chpst|systemd-run|systemd-inhibit|dbus-run-session|find|parallel|entr|firejail|proot|rlwrap|pkexec|perl \S*\/(?:parallel|chronic))$/;
const SHELL = /^(?:ba|da|a|z|k|mk|fi|tc|c)?sh(?:93)?$/;
/** The options after which an interpreter is given code. */
const WITH_CODE = /^(\S+ -[cepErRB]) .+$/;

/** Characters of code: enough to know it again, and what stands behind may differ in each run. */
const LONGEST_CODE = 40;
const LONGEST_LABEL = 240;
/** Of what is written over the arguments; what names the program stands at its beginning. */
const LONGEST_TITLE = 512;

export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/**
 * A process as a person names it: the executable, and for an interpreter the script, module, jar or class
 * it runs (`python3 /opt/app/main.py`, `java -jar agent.jar`), or the head of its code
 * (`python3 -c import boto3; print(…`; of shells, who runs them tells more). Expects arguments whose secrets are
 * masked. Undefined where neither executable, arguments nor name are known.
 */
export function programName(process: ProcessIdentity): string | undefined {
  const { executable, args, title } = commandOf(process);
  const named = title === undefined ? undefined : programOfTitle(title);
  if (named !== undefined) return cut(named);
  const invoked = baseName((args[0] ?? '').replace(/^-/, ''));
  const kind = interpreterOf(executable || invoked);
  if (kind === undefined) return cut(executable || process.name || invoked) || undefined;
  const shell = kind.pattern.test(invoked) ? invoked : executable;
  const script = scriptIn(process);
  if (script === undefined) return cut(shell);
  const code = SHELL.test(shell) || SHELL.test(executable) ? '' : headOf(script.code ?? '');
  const words = script.file === undefined ? script.words : recurringPath(script.words);
  return cut(`${shell} ${words}${code === '' ? '' : ` ${code}`}`);
}

/** The name of a program without the code that it was given. */
export function withoutCode(program: string): string {
  return program.replace(WITH_CODE, '$1');
}

/** In one line. */
function headOf(code: string): string {
  const line = code
    .slice(0, LONGEST_TITLE)
    .replace(/[\s;]+/g, (between) => (between.includes(';') || between.includes('\n') ? '; ' : ' '))
    .replace(/^[; ]+|[; ]+$/g, '');
  const characters = [...line];
  return characters.length > LONGEST_CODE ? `${characters.slice(0, LONGEST_CODE - 1).join('')}…` : line;
}

/** The script's or jar's file, as the interpreter was told it; undefined where it runs none. */
export function scriptFile(process: ProcessIdentity): string | undefined {
  return scriptIn(process)?.file;
}

/** Whether its arguments may name a script. Of most processes they do not, and need not be looked at for it. */
export function mayRunScript(process: ProcessIdentity): boolean {
  const executable = fileOf(process);
  return executable === '' || MANY_IN_ONE.test(executable) || interpreterOf(executable) !== undefined;
}

/** Of the arguments, those that name the program, and its script where an interpreter runs one. */
export function programArgs(process: ProcessIdentity): string[] {
  const { args, title } = commandOf(process);
  if (title !== undefined) return [programOfTitle(title) ?? title.split(' ')[0] ?? ''];
  const [first, ...others] = args;
  if (first === undefined) return [];
  const script = others.length === 0 ? undefined : scriptIn(process);
  if (script === undefined) return [first];
  const { words, file } = script;
  const at = file === undefined ? -1 : words.lastIndexOf(file);
  if (file === undefined || at < 0) return [first, ...words.split(' ')];
  const before = words.slice(0, at).trim();
  const behind = words.slice(at + file.length).trim();
  return [
    first,
    ...(before === '' ? [] : before.split(' ')),
    file,
    ...(behind === '' ? [] : behind.split(' ')),
  ];
}

/** Whether the name alone does not say what is to be fixed, so that the caller of it belongs to its name. */
export function isBareClient(program: string): boolean {
  return (
    BARE_CLIENT.test(program) ||
    BARE_SCRIPT.test(program) ||
    /^(?:ba|da|a|z|k|mk|fi|tc|c)?sh(?:93)? -c$/.test(program)
  );
}

/** Whether it is a shell of which the name tells nothing of what it runs. */
export function isShellWithoutFile(program: string): boolean {
  return SHELL_WITHOUT_FILE.test(program);
}

/** Whether it may write the script of a shell below it: a script of a shell itself, or what is known for it. */
export function feedsShells(program: string): boolean {
  const [name = '', ...script] = program.split(' ');
  const isScript = SHELL.test(name) && script.length > 0 && !isBareClient(program);
  return SHELL_FEEDER.test(program) || (isScript && !isShellWithoutFile(program));
}

/** Whether it only runs another program: it is nobody to be fixed either. */
export function isWrapper(program: string): boolean {
  return WRAPPER.test(program);
}

function scriptIn(process: ProcessIdentity): Script | undefined {
  const { executable, args } = commandOf(process);
  const kind = interpreterOf(executable || baseName((args[0] ?? '').replace(/^-/, '')));
  const script = kind && scriptOf(kind, args.slice(1));
  if (script === undefined) return undefined;
  const part = partOf(script, args);
  if (part !== undefined) return { ...script, words: `${script.words} ${part}` };
  if (script.file === undefined || !BUNDLER.test(baseName(script.file))) return script;
  // What Bundler runs is the program.
  const exec = args.indexOf('exec', args.indexOf(script.file));
  const program = exec < 0 ? undefined : args.slice(exec + 1).find((argument) => !argument.startsWith('-'));
  return program === undefined ? script : { words: `${script.words} exec ${program}`, file: program };
}

interface Command {
  /** Base name; of a file that is many programs, the one that was called. */
  executable: string;
  args: readonly string[];
  /** All there is in place of arguments, where the process has written over them. */
  title: string | undefined;
}

function commandOf(process: ProcessIdentity): Command {
  const executable = fileOf(process);
  const args = process.args ?? [];
  const [first = ''] = args;
  if (MANY_IN_ONE.test(executable) && args.length > 0) {
    const told = MANY_IN_ONE.test(baseName(first)) && args.length > 1 ? args.slice(1) : args;
    const [, called] = COREUTILS_PROGRAM.exec(told[0] ?? '') ?? [];
    // Behind it stands the path by which it was called.
    const own = called === undefined ? told : [called, ...told.slice(2)];
    return { executable: baseName((own[0] ?? '').replace(/^-/, '')), args: own, title: undefined };
  }
  const rest = args.slice(1).every((argument) => argument.trim() === '');
  // One word is a title where it can be no other program's name.
  const isTitle = first.includes(' ') || (interpreterOf(executable) !== undefined && isTitleName(first));
  if (!rest || !isTitle) return { executable, args, title: undefined };
  const title = cutAt(first, LONGEST_TITLE).trimEnd();
  const words = title.split(/ +/);
  // `node /srv/app.js` as one title, as PM2 writes it.
  const isCommand = interpreterOf(baseName(words[0] ?? '')) !== undefined;
  return { executable, args: isCommand ? words : [title], title: isCommand ? undefined : title };
}

function fileOf({ executable = '' }: ProcessIdentity): string {
  // Of Debian, which has its plugins apart; its title has the name that people use.
  return baseName(executable.replace(/ \(deleted\)$/, '')).replace(/^uwsgi-core$/, 'uwsgi');
}

function cut(label: string): string {
  return label.length > LONGEST_LABEL ? `${cutAt(label, LONGEST_LABEL - 1)}…` : label;
}
