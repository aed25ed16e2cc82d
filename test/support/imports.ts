/** The import graph of src/, read from its text, and the rules it has to follow. */

/** Source text by path from src/: `capture/filter.ts`. */
export type Sources = ReadonlyMap<string, string>;

interface Import {
  /** As written. */
  specifier: string;
  /** Path from src/ of a relative import; undefined for a package or a built-in module. */
  target: string | undefined;
  /** Erased by the compiler: loads nothing. */
  typeOnly: boolean;
}

const ANY_CLI = [
  'endpoints',
  'config',
  'words',
  'live',
  'doctor',
  'metrics',
  'service',
  'scrub',
  'inputs',
  'events',
  'pipeline',
  'capture',
  'bpf',
  'report',
  'callers',
  'causes',
  'clients',
  'ports',
  'model',
  'errors',
  'secrets',
];

/** What each part may import besides itself (docs: the design's section on folders). */
export const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  model: [],
  words: [],
  errors: [],
  endpoints: ['model'],
  ports: ['model'],
  secrets: ['model'],
  journal: ['model'],
  sessions: ['endpoints', 'model'],
  files: ['model', 'errors'],
  capture: ['journal', 'ports', 'model', 'errors', 'secrets'],
  bpf: ['journal', 'files', 'ports', 'model', 'errors', 'secrets'],
  events: [
    'words',
    'endpoints',
    'sessions',
    'files',
    'callers',
    'causes',
    'ports',
    'model',
    'errors',
    'secrets',
  ],
  clients: ['model'],
  causes: ['words', 'clients', 'model', 'secrets'],
  callers: ['causes', 'model'],
  config: ['callers', 'errors'],
  report: [
    'words',
    'endpoints',
    'sessions',
    'callers',
    'causes',
    'clients',
    'ports',
    'model',
    'errors',
    'secrets',
  ],
  belonging: ['capture', 'bpf', 'inputs', 'ports', 'model', 'errors'],
  inputs: ['files', 'capture', 'bpf', 'pipeline', 'ports', 'model', 'errors', 'secrets'],
  pipeline: [
    'belonging',
    'capture',
    'bpf',
    'inputs',
    'endpoints',
    'journal',
    'ports',
    'model',
    'errors',
    'secrets',
  ],
  live: [
    'words',
    'endpoints',
    'events',
    'callers',
    'capture',
    'bpf',
    'report',
    'pipeline',
    'inputs',
    'journal',
    'ports',
    'model',
    'errors',
    'secrets',
  ],
  metrics: ['report', 'ports', 'model', 'errors'],
  service: ['words', 'model', 'errors'],
  scrub: ['live', 'belonging', 'capture', 'bpf', 'inputs', 'journal', 'ports', 'model', 'errors', 'secrets'],
  doctor: ['words', 'live', 'scrub', 'capture', 'report', 'ports', 'model', 'errors', 'secrets'],
  cli: ANY_CLI,
  commands: ['cli', ...ANY_CLI],
};

/** Packages that only certain files may import: path prefixes from src/. */
const RESERVED: Readonly<Record<string, readonly string[]>> = {
  '@oclif/core': ['commands/', 'cli/'],
  'pcap-parser': ['capture/cross-check/'],
  chalk: ['report/'],
  'csv-stringify': ['report/'],
  'd3-scale': ['report/html/'],
  'd3-shape': ['report/html/'],
  'string-width': ['report/'],
  cap: ['live/wire-view.ts'],
  'prom-client': ['metrics/'],
  'smol-toml': ['config/parse.ts'],
};

/** Modules of Node that start processes or load native code. */
const PRIVILEGED = ['child_process', 'cluster', 'worker_threads', 'dgram'];

const STATEMENT =
  /^\s*(?:import|export)\s+(type\s+)?(?:[\w*{}\s,$]+?\s+from\s+)?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/gm;

export function importsOf(path: string, text: string): Import[] {
  return [...text.matchAll(STATEMENT)].map((match) => {
    const specifier = match[2] ?? match[3] ?? '';
    const target = specifier.startsWith('.') ? resolve(path, specifier) : undefined;
    return { specifier, target, typeOnly: match[1] !== undefined };
  });
}

/** Every breach of the rules, one line each. */
export function violations(sources: Sources): string[] {
  return [...sources].flatMap(([path, text]) =>
    importsOf(path, text).flatMap((entry) => violation(path, entry, sources) ?? []),
  );
}

/** Cycles of imports that load something, each as the paths along it. */
export function cycles(sources: Sources): string[][] {
  const found: string[][] = [];
  const done = new Set<string>();
  const walk = (path: string, trail: readonly string[]): void => {
    const at = trail.indexOf(path);
    if (at >= 0) {
      found.push([...trail.slice(at), path]);
      return;
    }
    if (done.has(path)) return;
    for (const target of loaded(path, sources)) walk(target, [...trail, path]);
    done.add(path);
  };
  for (const path of sources.keys()) walk(path, []);
  return found;
}

/** Every file that loading `entry` loads, lazily or not, with the packages and modules they name. */
export function closure(entry: string, sources: Sources): { files: Set<string>; packages: Set<string> } {
  const files = new Set<string>();
  const packages = new Set<string>();
  const visit = (path: string): void => {
    if (files.has(path)) return;
    files.add(path);
    for (const { specifier, target, typeOnly } of importsOf(path, sources.get(path) ?? '')) {
      if (typeOnly) continue;
      if (target === undefined) packages.add(specifier);
      else visit(target);
    }
  };
  visit(entry);
  return { files, packages };
}

/** Of those packages, what `analyze` and `report` must not load on any machine. */
export function nativeOf(packages: Iterable<string>): string[] {
  return [...packages].filter(
    (name) => name === 'cap' || name.endsWith('.node') || PRIVILEGED.includes(name.replace(/^node:/, '')),
  );
}

function violation(
  path: string,
  { specifier, target, typeOnly }: Import,
  sources: Sources,
): string | undefined {
  if (target === undefined) {
    const name = packageOf(specifier);
    const folders = RESERVED[name];
    if (folders === undefined || folders.some((folder) => path.startsWith(folder))) return undefined;
    return `${path} imports ${name}, which is for ${folders.join(', ') || 'nobody yet'}`;
  }
  if (!sources.has(target))
    return target.startsWith('../') ? `${path} imports ${target}, outside src` : undefined;
  const from = partOf(path);
  const to = partOf(target);
  if (from === to) return undefined;
  const allowed = ALLOWED[from];
  if (allowed === undefined) return `${path} is in no part that the rules know`;
  if (allowed.includes(to)) return undefined;
  return `${path} imports ${target}${typeOnly ? ' (types)' : ''}: ${from} must not know ${to}`;
}

function loaded(path: string, sources: Sources): string[] {
  return importsOf(path, sources.get(path) ?? '').flatMap(({ target, typeOnly }) =>
    target !== undefined && !typeOnly && sources.has(target) ? [target] : [],
  );
}

/** `capture` of `capture/filter.ts`, `model` of `model.ts`. */
function partOf(path: string): string {
  return (path.split('/')[0] ?? '').replace(/\.ts$/, '');
}

function packageOf(specifier: string): string {
  const segments = specifier.split('/');
  return segments.slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
}

function resolve(from: string, specifier: string): string {
  const segments = from.split('/').slice(0, -1);
  for (const segment of specifier.split('/')) {
    if (segment === '.') continue;
    if (segment === '..' && segments.length > 0 && segments.at(-1) !== '..') segments.pop();
    else segments.push(segment);
  }
  return segments.join('/');
}
