import type { Process, ProcessIdentity } from '../model.ts';
import { maskArgs, maskText } from '../secrets.ts';
import { isBareClient, programName } from './program.ts';

/** A process as output may show it: no secrets, and the names that people use. */
export interface ProcessView {
  /** Masked. */
  process: Process;
  program: string;
  /** The ancestor that says who is to be fixed, where the program alone does not (curl). */
  startedBy: string | undefined;
}

/**
 * Views by process. A process makes many calls and is one object in all of them; short-lived
 * processes (a script's curl) differ in their pid and little else, so what is costly is kept by argv too.
 */
export class ProcessViews {
  readonly #views = new WeakMap<Process, ProcessView>();
  readonly #args = new Map<string, string[]>();

  view(process: Process): ProcessView {
    let view = this.#views.get(process);
    if (view === undefined) {
      view = this.#make(process);
      this.#views.set(process, view);
    }
    return view;
  }

  #make(process: Process): ProcessView {
    const masked: Process = {
      ...this.#mask(process),
      ancestors: process.ancestors.map((ancestor) => this.#mask(ancestor)),
    };
    if (process.startTime !== undefined) masked.startTime = process.startTime;
    const program = programName(masked) ?? `pid ${process.pid}`;
    return { process: masked, program, startedBy: isBareClient(program) ? starter(masked) : undefined };
  }

  #mask(identity: ProcessIdentity): ProcessIdentity {
    const masked: ProcessIdentity = { ...identity };
    for (const name of TEXTS) {
      const text = identity[name];
      if (text !== undefined) masked[name] = maskText(text);
    }
    if (identity.args !== undefined) masked.args = this.#maskArgs(identity.args);
    return masked;
  }

  #maskArgs(args: readonly string[]): string[] {
    const key = args.join('\0');
    let masked = this.#args.get(key);
    if (masked === undefined) {
      masked = maskArgs(args);
      if (this.#args.size >= MAX_KEPT) this.#args.clear();
      if (key.length <= LONGEST_KEPT) this.#args.set(key, masked);
    }
    return masked;
  }
}

const TEXTS = ['name', 'executable', 'userName', 'cgroupPath', 'unit', 'containerId'] as const;

const MAX_KEPT = 4096;
const LONGEST_KEPT = 1024;

/** Nearest ancestor with a name of its own: what stands between is `sh -c` and the like. */
function starter(process: Process): string | undefined {
  const programs = process.ancestors.map((ancestor) => programName(ancestor));
  return programs.find((program) => program !== undefined && !isBareClient(program));
}
