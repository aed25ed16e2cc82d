import { type TokenArgument, tokenArgumentOf } from '../causes/token-argument.ts';
import type { Process, ProcessFacts, ProcessIdentity } from '../model.ts';
import { maskArgs, maskText } from '../secrets.ts';
import { AlikeViews, runOf, unnamed } from './alike-views.ts';
import { Beside } from './beside.ts';
import { namedByUser } from './cgroup-path.ts';
import { FactViews } from './facts.ts';
import { feedsShells, isBareClient, isShellWithoutFile, isWrapper, programName } from './program.ts';
import { Memo } from './url.ts';
import { UserNames } from './users.ts';

/** A process as output may show it: no secrets, and the names that people use. */
export interface ProcessView {
  /** Masked. */
  process: Process;
  program: string;
  /** The ancestor that says who is to be fixed, where the program alone does not (curl). */
  startedBy: string | undefined;
  /** What tells the runs of the program apart: the process; for a bare HTTP client who started it. */
  run: string;
  tokenArgument: TokenArgument;
  /** The system chose the names of its unit and container, and no user of it. */
  isNamedBySystem: boolean;
}

/**
 * Views by process. A process makes many calls and is one object in all of them; short-lived
 * processes (a script's curl) differ in their pid and little else, so what is costly is kept by argv too.
 */
export class ProcessViews {
  readonly #views = new WeakMap<Process, ProcessView>();
  readonly #alike = new Beside<AlikeViews>();
  /** By the list, which the processes of one parent share. */
  readonly #ancestors = new WeakMap<Process['ancestors'], Process['ancestors']>();
  readonly #commands = new Map<string, Command>();
  /** By the arguments: commands that are run again and again have theirs in common, where events are read. */
  readonly #byArgs = new WeakMap<readonly string[], Known>();
  readonly #texts = new Memo(maskText);

  readonly users = new UserNames();
  readonly #facts = new FactViews();

  /** What is known of it by now, masked; the same object until more is known. */
  facts(process: Process): ProcessFacts {
    return this.#facts.of(process);
  }

  view(process: Process): ProcessView {
    if (process.alike !== undefined) return this.#ofAlike(process, process.alike);
    let view = this.#views.get(process);
    if (view === undefined) {
      view = this.#make(process);
      this.#views.set(process, view);
    }
    return view;
  }

  /** A process of which only its view was saved: masked again, because anybody may have written it. */
  adopt(process: Process, program: string, startedBy: string | undefined): void {
    const masked = { ...this.#mask(process), ancestors: this.#maskAll(process.ancestors) };
    this.#views.set(process, {
      process: masked,
      program: this.#texts.get(program),
      startedBy: startedBy && this.#texts.get(startedBy),
      run: runOf(process),
      tokenArgument: tokenArgumentOf(masked.args),
      isNamedBySystem: isNamedBySystem(process),
    });
  }

  #make(process: Process): ProcessView {
    const { program = unnamed(process) } = this.#command(process);
    const masked: Process = Object.assign(this.#mask(process), {
      ancestors: this.#maskAll(process.ancestors),
    });
    if (process.startTime !== undefined) masked.startTime = process.startTime;
    const starter = isBareClient(program) ? this.#starter(process) : undefined;
    return {
      process: masked,
      program,
      startedBy: starter?.program,
      run: runOf(starter?.run ?? process),
      tokenArgument: tokenArgumentOf(masked.args),
      isNamedBySystem: isNamedBySystem(process),
    };
  }

  #ofAlike(process: Process, alike: object): ProcessView {
    let views = this.#alike.of(alike);
    if (views === undefined) {
      const first = this.#make(process);
      const starter = isBareClient(first.program) ? this.#starter(process) : undefined;
      const ancestor = starter === undefined ? -1 : process.ancestors.indexOf(starter.run);
      const isNamed = this.#command(process).program !== undefined;
      views = new AlikeViews(first, isNamed, ancestor < 0 ? undefined : ancestor);
      this.#alike.put(alike, views);
    }
    return views.of(process);
  }

  #maskAll(ancestors: Process['ancestors']): Process['ancestors'] {
    let masked = this.#ancestors.get(ancestors);
    if (masked === undefined) {
      masked = ancestors.map((ancestor) => this.#mask(ancestor));
      this.#ancestors.set(ancestors, masked);
    }
    return masked;
  }

  #mask(identity: ProcessIdentity): ProcessIdentity {
    const { name, executable, args } = this.#command(identity);
    // Not spread: V8 then gives many of them a shape of their own, which is larger than the object.
    const masked: ProcessIdentity = Object.assign({}, identity);
    if (name !== undefined) masked.name = name;
    if (executable !== undefined) masked.executable = executable;
    if (args !== undefined) masked.args = args;
    for (const field of TEXTS) {
      const text = identity[field];
      if (text !== undefined) masked[field] = this.#texts.get(text);
    }
    return masked;
  }

  /**
   * Nearest ancestor with a name of its own: what stands between is `sh -c`, `timeout`, and the like. And of which
   * process a run is one.
   */
  #starter(process: Process): Starter | undefined {
    let below: ProcessIdentity = process;
    let shell: Starter | undefined;
    for (const ancestor of process.ancestors) {
      const { program } = this.#command(ancestor);
      if (program !== undefined && !isBareClient(program) && !isWrapper(program)) {
        if (shell !== undefined) return feedsShells(program) ? { program, run: shell.run } : shell;
        const starter = { program, run: SPAWNER.test(program) ? below : ancestor };
        if (!isShellWithoutFile(program)) return starter;
        // A person's, unless a script is above it.
        shell = starter;
      }
      below = ancestor;
    }
    return shell;
  }

  #command(identity: ProcessIdentity): Command {
    const { name, executable, args } = identity;
    const known = args && this.#byArgs.get(args);
    if (known?.name === name && known?.executable === executable && known !== undefined) return known.command;
    const command = this.#commandOfTexts(identity);
    if (args !== undefined) this.#byArgs.set(args, { name, executable, command });
    return command;
  }

  #commandOfTexts(identity: ProcessIdentity): Command {
    const { name = ABSENT, executable = ABSENT, args } = identity;
    const key = [name, executable, args?.length ?? ABSENT, args?.join('\0')].join('\0');
    let command = this.#commands.get(key);
    if (command === undefined) {
      command = makeCommand(identity);
      if (this.#commands.size >= MAX_KEPT) this.#commands.clear();
      if (key.length <= LONGEST_KEPT) this.#commands.set(key, command);
    }
    return command;
  }
}

interface Starter {
  program: string;
  run: ProcessIdentity;
}

/** They start one thing after the other, for months: a run is what they started. */
const SPAWNER =
  /^(?:systemd|init|crond?|supercronic|anacron|atd|sshd|dropbear|containerd-shim[\w-]*|docker-init|tini|dumb-init)$/;

function isNamedBySystem({ cgroupPath = '', facts }: Process): boolean {
  return facts?.namedBy === undefined && namedByUser(cgroupPath) === undefined;
}

/** What a command line comes to: the masked texts, and the program's name. */
interface Command {
  name: string | undefined;
  executable: string | undefined;
  args: readonly string[] | undefined;
  program: string | undefined;
}

interface Known extends Pick<ProcessIdentity, 'name' | 'executable'> {
  command: Command;
}

function makeCommand({ pid, start, name, executable, args }: ProcessIdentity): Command {
  const command: Command = {
    name: name && maskText(name),
    executable: executable && maskText(executable),
    args: args && maskedArgs(args),
    program: undefined,
  };
  const { name: shown, executable: path, args: given } = command;
  command.program = programName({ pid, start, name: shown, executable: path, args: given });
  return command;
}

/** The same list where nothing in it is a secret: two of each would be kept. */
function maskedArgs(args: readonly string[]): readonly string[] {
  const masked = maskArgs(args);
  return masked.every((argument, index) => argument === args[index]) ? args : masked;
}

const TEXTS = ['userName', 'cgroupPath', 'unit', 'containerId'] as const;

/** In a key, what no text is: absent and `''` are two things. */
const ABSENT = '\0absent';

const MAX_KEPT = 4096;
const LONGEST_KEPT = 1024;
