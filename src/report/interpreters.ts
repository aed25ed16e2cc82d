/** How an interpreter's command line leads to the script that it runs. */
import { type Interpreter, isJava } from './interpreter-table.ts';

/** What an interpreter is told to run: words for people, and the file where it is one. */
export interface Script {
  words: string;
  file?: string | undefined;
  /** Where it runs code that is no file. */
  code?: string | undefined;
}

/** @param args without the interpreter itself */
export function scriptOf(kind: Interpreter, args: readonly string[]): Script | undefined {
  if (isJava(kind)) return javaScript(kind, args);
  let command = '';
  for (let index = 0; index < args.length; index++) {
    const argument = args[index] ?? '';
    const next = args[index + 1];
    // A shell takes a single dash for two; others read their script from standard input.
    if (argument === '--' || (argument === '-' && kind.letters === 'next')) return fileOf(next, command);
    const found = inWord(kind, argument, next);
    if (found === TAKES_NEXT) index++;
    else if (found !== undefined) return { ...found, words: `${command}${found.words}` };
    else if (command === '' && kind.commands.has(argument)) command = `${argument} `;
    else if (!isOption(argument) && !kind.target.has(argument)) return fileOf(argument, command);
  }
  return command === '' ? undefined : { words: command.trimEnd() };
}

/** The value of the option is the next word. */
const TAKES_NEXT = Symbol('takes next');

type Found = Script | typeof TAKES_NEXT | undefined;

/** What a word says of the script: that it is named here, or next, or that the next word is of this one. */
function inWord(kind: Interpreter, argument: string, next: string | undefined): Found {
  const word = kind.ignoresCase ? argument.toLowerCase() : argument;
  const [, option = word, value] = /^(--[^=]+)=(.*)$/s.exec(word) ?? [];
  const codeWord = kind.codeWords.get(option);
  if (codeWord !== undefined) return { words: codeWord, code: value ?? next };
  const target = kind.target.get(option);
  if (target === '') return value === undefined ? undefined : fileOf(value, '');
  if (target !== undefined) return { words: `${target}${value ?? next ?? ''}`.trimEnd() };
  if (kind.valued.has(option)) return value === undefined ? TAKES_NEXT : undefined;
  if (kind.letters === 'words' || !isOption(word) || word.startsWith('--')) return undefined;
  return kind.letters === 'next' ? amongFlags(kind, word) : amongLetters(kind, word, next);
}

/** `-euo pipefail`, `-xc CODE`: what letters want stands in the words behind. */
function amongFlags(kind: Interpreter, word: string): Found {
  const letters = [...word.slice(1)];
  const code = letters.find((letter) => kind.code.includes(letter));
  // The code of a shell tells less than who runs it.
  if (code !== undefined) return { words: `-${code}` };
  return letters.some((letter) => kind.valued.has(`${word[0]}${letter}`)) ? TAKES_NEXT : undefined;
}

/** `-lneCODE`, `-um app`, `-i.bak`: a letter with a value has the rest of the word, if there is any. */
function amongLetters(kind: Interpreter, word: string, next: string | undefined): Found {
  for (let at = 1; at < word.length; at++) {
    const letter = word[at] ?? '';
    const rest = word.slice(at + 1);
    if (kind.code.includes(letter)) return { words: `-${letter}`, code: rest === '' ? next : rest };
    const target = kind.target.get(`-${letter}`);
    if (target === '') return rest === '' ? undefined : fileOf(rest, '');
    if (target !== undefined) return { words: `${target}${rest === '' ? (next ?? '') : rest}`.trimEnd() };
    if (kind.valued.has(`-${letter}`)) return rest === '' ? TAKES_NEXT : undefined;
    // What begins so is no letter: `-d:NYTProf`.
    if (kind.rest.includes(letter) || /^[:=]/.test(rest)) return undefined;
    if (kind.digits.includes(letter)) at += /^\d*/.exec(rest)?.[0].length ?? 0;
  }
  return undefined;
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
  let more: string | undefined;
  for (let index = 0; index < args.length; index++) {
    const argument = args[index] ?? '';
    const [, module] = /^--module=(.+)/.exec(argument) ?? [];
    const words = kind.target.get(argument);
    if (module !== undefined || words !== undefined)
      return { words: `-m ${module ?? args[index + 1] ?? ''}`.trimEnd() };
    if (argument.startsWith('-Dloader.main=')) main = argument.slice('-Dloader.main='.length);
    if (argument === '-jar') isJar = true;
    else if (kind.valued.has(argument)) {
      index++;
      if (/^(?:-cp|-classpath|--class-path)$/.test(argument)) classPath = args[index];
      // A file of more arguments is no class; where there is none, it has that, too.
    } else if (argument.startsWith('@')) more ??= argument;
    else if (!isOption(argument)) {
      if (isJar) return { words: `-jar ${argument}`, file: argument };
      if (!LOADER.test(argument)) return { words: argument };
      const jar = classPath?.split(':').find((part) => part.endsWith('.jar'));
      if (main !== undefined) return { words: main };
      return jar === undefined ? { words: argument } : { words: `-jar ${jar}`, file: jar };
    }
  }
  return more === undefined ? undefined : { words: more };
}

function isOption(argument: string): boolean {
  return argument.length > 1 && (argument.startsWith('-') || argument.startsWith('+'));
}
