import { readlinkSync } from 'node:fs';
import type { HostRecord } from '../../bpf/records.ts';
import type { PackageFacts } from '../../model.ts';
import { findContainer } from './containers.ts';
import { findPackages, hasDpkg, STATUS } from './dpkg.ts';
import { orchestratorOf } from './environment.ts';
import { FileTree } from './file-tree.ts';
import type { ContainerQuestion, ProgramQuestion, Question } from './question.ts';
import { findRpm, hasRpm, type RpmOptions } from './rpm.ts';
import { findTimer } from './timers.ts';
import { findUser } from './users.ts';

/** Of one look at the packages of one root. */
const SEARCH_MS = 2000;

export interface AnswerOptions {
  /** Folder in which the host's files are: `/`. */
  root: string;
  /** `/proc`. */
  proc: string;
  now(): bigint;
  rpm?: RpmOptions | undefined;
}

/** Answers what is asked about the host, from its files. */
export class Answers {
  readonly #options: AnswerOptions;
  readonly #own: number | undefined;

  constructor(options: AnswerOptions) {
    this.#options = options;
    this.#own = namespaceOf(`${options.proc}/self`);
  }

  /** Questions that are answered together; what nobody knows has no answer. */
  async answer(questions: readonly Question[]): Promise<HostRecord[]> {
    const host = FileTree.open(this.#options.root);
    if (host === undefined) return [];
    try {
      const programs = questions.filter((question) => question.kind === 'program');
      const records = await this.#programs(host, programs);
      for (const question of questions) {
        const record = question.kind === 'program' ? undefined : this.#other(host, question);
        if (record !== undefined) records.push(record);
      }
      return records;
    } finally {
      host.close();
    }
  }

  #other(host: FileTree, question: Exclude<Question, ProgramQuestion>): HostRecord | undefined {
    const time = String(this.#options.now());
    switch (question.kind) {
      case 'container':
        return this.#container(host, question, time);
      case 'unit': {
        const { unit, ofUserManager } = question;
        const timer = findTimer(host, unit, ofUserManager);
        if (timer === undefined) return undefined;
        return { type: 'unit', time, unit, ...(ofUserManager ? { user_manager: true } : {}), timer };
      }
      case 'user': {
        const name = findUser(host, question.uid)?.name;
        return name === undefined ? undefined : { type: 'user', time, user_id: question.uid, name };
      }
    }
  }

  #container(host: FileTree, question: ContainerQuestion, time: string): HostRecord | undefined {
    const { id, manager, pid } = question;
    const home = manager === undefined ? undefined : findUser(host, manager)?.home;
    const fields = findContainer(host, { id, home, uid: manager });
    const orchestrator = fields?.orchestrator ?? orchestratorOf(this.#options.proc, pid);
    if (fields === undefined && orchestrator === undefined) return undefined;
    return { type: 'container', time, container_id: id, ...fields, orchestrator };
  }

  /** A root is searched once for all that are asked about it. */
  async #programs(host: FileTree, questions: readonly ProgramQuestion[]): Promise<HostRecord[]> {
    const ofHost: ProgramQuestion[] = [];
    const records: HostRecord[] = [];
    for (const [mntns, group] of groupBy(questions, ({ mntns }) => mntns)) {
      if (mntns === this.#own) ofHost.push(...group);
      else records.push(...this.#elsewhere(host, mntns, group, ofHost));
    }
    const paths = new Map(ofHost.map((question) => [question, host.resolve(question.path) ?? question.path]));
    const found = search(host, [...paths.values()]);
    const hasDatabase = hasRpm(host, this.#options.rpm?.program);
    for (const [question, path] of paths) {
      const facts = found.get(path) ?? (hasDatabase ? await findRpm(path, this.#options.rpm) : undefined);
      if (facts !== undefined) records.push(this.#program(question, facts));
    }
    return records;
  }

  /**
   * In another mount namespace. A file that is the host's, as of a service with a /tmp of its own, is left to the
   * host; others are looked up where they are.
   */
  #elsewhere(
    host: FileTree,
    mntns: number,
    questions: readonly ProgramQuestion[],
    ofHost: ProgramQuestion[],
  ): HostRecord[] {
    const tree = this.#rootOf(mntns, new Set(questions.flatMap(({ pids }) => pids)));
    if (tree === undefined) return [];
    try {
      const own = new Map<ProgramQuestion, string>();
      const sharesPackages = isSame(host, tree, STATUS);
      for (const question of questions) {
        if (isSame(host, tree, question.path)) ofHost.push(question);
        // Another file in the place of the host's is of no package.
        else if (!sharesPackages) own.set(question, tree.resolve(question.path) ?? question.path);
      }
      const found = own.size === 0 ? new Map<string, PackageFacts>() : search(tree, [...own.values()]);
      return [...own].flatMap(([question, path]) => {
        const facts = found.get(path);
        return facts === undefined ? [] : [this.#program(question, facts)];
      });
    } finally {
      tree.close();
    }
  }

  /** By the first process that still lives there; a pid that is another's by now is in another namespace, or no worse. */
  #rootOf(mntns: number, pids: Iterable<number>): FileTree | undefined {
    for (const pid of pids) {
      const folder = `${this.#options.proc}/${pid}`;
      if (namespaceOf(folder) !== mntns || linkOf(`${folder}/root`) !== '/') continue;
      const tree = FileTree.open(`${folder}/root`, `${folder}/mountinfo`);
      if (tree === undefined) continue;
      if (namespaceOf(folder) === mntns) return tree;
      tree.close();
    }
    return undefined;
  }

  #program({ path, mntns }: ProgramQuestion, { name, version, manager }: PackageFacts): HostRecord {
    const time = String(this.#options.now());
    return {
      type: 'program',
      time,
      path,
      mntns,
      package: name,
      version,
      manager: manager === 'rpm' ? 'rpm' : 'dpkg',
    };
  }
}

function isSame(a: FileTree, b: FileTree, path: string): boolean {
  const [one, other] = [a.stats(path), b.stats(path)];
  return one !== undefined && one.dev === other?.dev && one.ino === other.ino;
}

function search(tree: FileTree, paths: readonly string[]): Map<string, PackageFacts> {
  if (paths.length === 0 || !hasDpkg(tree)) return new Map();
  const end = performance.now() + SEARCH_MS;
  return findPackages(tree, [...new Set(paths)], () => performance.now() > end);
}

function groupBy<K, V>(values: readonly V[], keyOf: (value: V) => K): Map<K, V[]> {
  const groups = new Map<K, V[]>();
  for (const value of values) {
    const key = keyOf(value);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [value]);
    else group.push(value);
  }
  return groups;
}

function namespaceOf(folder: string): number | undefined {
  const [, inode] = /^mnt:\[(\d+)\]$/.exec(linkOf(`${folder}/ns/mnt`) ?? '') ?? [];
  return inode === undefined ? undefined : Number(inode);
}

function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}
