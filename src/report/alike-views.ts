import type { Process, ProcessIdentity } from '../model.ts';
import type { ProcessView } from './process-view.ts';

/** Views that are remembered: workers of one program call in turn. */
const RECENT = 4;

/** Views of processes that are alike (see `Process.alike`), made from the view of one of them. */
export class AlikeViews {
  readonly #first: ProcessView;
  readonly #isNamed: boolean;
  /** Undefined for the process itself. */
  readonly #runAncestor: number | undefined;
  readonly #recent = new Array<AlikeView | undefined>(RECENT).fill(undefined);
  /** Of each place the pid that came last: the view of a process that makes one call is garbage with it. */
  readonly #pids = new Array<number>(RECENT).fill(-1);

  /**
   * @param first the view of one of them
   * @param isNamed whether the program has a name of its own, and is not called by its pid
   * @param runAncestor of which ancestor a run is one; undefined for the process itself
   */
  constructor(first: ProcessView, isNamed: boolean, runAncestor: number | undefined) {
    this.#first = first;
    this.#isNamed = isNamed;
    this.#runAncestor = runAncestor;
  }

  of(process: Process): ProcessView {
    const slot = process.pid & (RECENT - 1);
    const known = this.#recent[slot];
    if (known?.raw === process) return known;
    const program = this.#isNamed ? this.#first.program : unnamed(process);
    const ancestor = this.#runAncestor === undefined ? undefined : process.ancestors[this.#runAncestor];
    const view = new AlikeView(this.#first, process, program, runOf(ancestor ?? process));
    if (this.#pids[slot] === process.pid) this.#recent[slot] = view;
    else this.#pids[slot] = process.pid;
    return view;
  }
}

class AlikeView implements ProcessView {
  readonly raw: Process;
  readonly program: string;
  readonly run: string;
  readonly #first: ProcessView;
  #process: Process | undefined;

  constructor(first: ProcessView, raw: Process, program: string, run: string) {
    this.raw = raw;
    this.program = program;
    this.run = run;
    this.#first = first;
  }

  get startedBy(): ProcessView['startedBy'] {
    return this.#first.startedBy;
  }

  get tokenArgument(): ProcessView['tokenArgument'] {
    return this.#first.tokenArgument;
  }

  get isNamedBySystem(): boolean {
    return this.#first.isNamedBySystem;
  }

  /** Made when it is asked for: of most processes, nobody does. */
  get process(): Process {
    if (this.#process !== undefined) return this.#process;
    const { pid, start, startTime, entityId, ancestors } = this.raw;
    const { process } = this.#first;
    this.#process = {
      ...process,
      ...{ pid, start, startTime, entityId },
      ancestors: process.ancestors.map((ancestor, at) => ({
        ...ancestor,
        pid: ancestors[at]?.pid ?? ancestor.pid,
      })),
    };
    return this.#process;
  }
}

/** Of a program that says nothing of itself. */
export function unnamed({ pid }: ProcessIdentity): string {
  return `pid ${pid}`;
}

/** Saved events have no start of an ancestor: there a pid has to do. */
export function runOf({ pid, start, entityId }: ProcessIdentity & Pick<Process, 'entityId'>): string {
  return entityId ?? `${pid} ${start}`;
}
