import type { Script } from './interpreters.ts';

/*
 * Scripts that are many programs, and which of them runs: the application of a server, the command of a framework, the
 * script of a package.
 */

/** `gunicorn app.wsgi:application`. A module and a name in it: a port is a number. */
const SERVERS = /^(?:gunicorn|uvicorn|hypercorn|daphne|waitress-serve)$/;
const APPLICATION = /^[A-Za-z_][\w.]*:[A-Za-z_][\w.]*$/;
/** Their next word is the command. */
const FRAMEWORKS = /^(?:manage\.py|django-admin|artisan|rails|rake)$/;
const MANAGERS = /^(?:npm|npm-cli\.js|yarn|yarn\.c?js|pnpm|pnpm\.c?js)$/;
const RUNS = /^(?:run|run-script|exec)$/;
const COMMAND = /^[A-Za-z_][\w:.-]{0,63}$/;

/** What of the script runs, in words for people; undefined where it is one program. */
export function partOf({ words, file }: Script, args: readonly string[]): string | undefined {
  const name = file === undefined ? /^-m (\S+)$/.exec(words)?.[1] : file.slice(file.lastIndexOf('/') + 1);
  if (name === undefined) return undefined;
  const at = args.findIndex((argument) => argument === (file ?? name) || argument === `-m${name}`);
  const behind = at < 0 ? [] : args.slice(at + 1);
  if (SERVERS.test(name)) return behind.find((argument) => APPLICATION.test(argument));
  const [command, script] = behind;
  if (command === undefined || !COMMAND.test(command)) return undefined;
  if (FRAMEWORKS.test(name)) return command;
  if (!MANAGERS.test(name)) return undefined;
  return RUNS.test(command) && script !== undefined && COMMAND.test(script)
    ? `${command} ${script}`
    : command;
}
