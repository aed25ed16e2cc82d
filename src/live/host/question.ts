import { CONTAINER_ID } from './containers.ts';

/** A path that a process has: what it means depends on its mount namespace. */
export interface ProgramQuestion {
  kind: 'program';
  path: string;
  mntns: number;
  /** Processes that may still live there: itself and its ancestors, nearest first. */
  pids: number[];
}

export interface ContainerQuestion {
  kind: 'container';
  id: string;
  /** Whose service manager runs it, where that is not the system's. */
  manager?: number | undefined;
  /** A process of it, which may have ended. */
  pid: number;
}

export interface UnitQuestion {
  kind: 'unit';
  unit: string;
  ofUserManager: boolean;
}

export interface UserQuestion {
  kind: 'user';
  uid: number;
}

export type Question = ProgramQuestion | ContainerQuestion | UnitQuestion | UserQuestion;

/** Among all questions, what it is about: asked and answered once. */
export function keyOf(question: Question): string {
  switch (question.kind) {
    case 'program':
      return `program ${question.mntns} ${question.path}`;
    case 'container':
      return `container ${question.id}`;
    case 'unit':
      return `unit ${question.ofUserManager} ${question.unit}`;
    case 'user':
      return `user ${question.uid}`;
  }
}

/** A path, with each character escaped, and some numbers. */
export const MAX_QUESTION_BYTES = 32 * 1024;
const MAX_PATH = 4096;
const MAX_UNIT = 256;
const MAX_PID = 4_194_304;
export const MAX_PIDS = 8;

/** Whoever asks may have been taken over: what is no question is undefined. */
export function parseQuestion(line: string): Question | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const fields: Readonly<Record<string, unknown>> = { ...value };
  switch (fields.kind) {
    case 'program':
      return programOf(fields);
    case 'container':
      return containerOf(fields);
    case 'unit': {
      const { unit, ofUserManager } = fields;
      if (!isText(unit, MAX_UNIT) || typeof ofUserManager !== 'boolean') return undefined;
      return { kind: 'unit', unit, ofUserManager };
    }
    case 'user':
      return isUnsigned(fields.uid, 0xffffffff) ? { kind: 'user', uid: fields.uid } : undefined;
    default:
      return undefined;
  }
}

function programOf({ path, mntns, pids }: Readonly<Record<string, unknown>>): ProgramQuestion | undefined {
  if (!isText(path, MAX_PATH) || !path.startsWith('/') || !isUnsigned(mntns, 0xffffffff)) return undefined;
  if (!Array.isArray(pids) || pids.length > MAX_PIDS) return undefined;
  const checked = pids.filter((pid) => isUnsigned(pid, MAX_PID));
  return checked.length === pids.length ? { kind: 'program', path, mntns, pids: checked } : undefined;
}

function containerOf({ id, manager, pid }: Readonly<Record<string, unknown>>): ContainerQuestion | undefined {
  if (!isText(id, MAX_UNIT) || !CONTAINER_ID.test(id) || !isUnsigned(pid, MAX_PID)) return undefined;
  if (manager === undefined) return { kind: 'container', id, pid };
  return isUnsigned(manager, 0xffffffff) ? { kind: 'container', id, manager, pid } : undefined;
}

function isText(value: unknown, longest: number): value is string {
  return typeof value === 'string' && value !== '' && value.length <= longest && !value.includes('\0');
}

function isUnsigned(value: unknown, maximum: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= maximum;
}
