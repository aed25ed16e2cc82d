import type { Segment } from '../decode/segment.ts';
import { type Path, type PathKey, pathKey } from './path.ts';

const RECENT = 1024;

/**
 * Paths by their addresses and ports. Nearly always there is one; there are several where network namespaces use
 * the same address, and where one connection is seen at its socket and on the wire.
 */
export class PathTable {
  /** The latest of each key, which leads to the older ones. */
  readonly #latest = new Map<PathKey, Path>();
  /** Paths of late, by the end of their key: most packets follow others of their own connection. */
  readonly #recent = new Array<Path | undefined>(RECENT);

  /** The latest with the segment's addresses and ports. */
  latest(segment: Segment, key = pathKey(segment)): Path | undefined {
    const slot = (segment.port ^ segment.w3) & (RECENT - 1);
    const recent = this.#recent[slot];
    if (recent?.key === key && recent.isLatest) return recent;
    const path = this.#latest.get(key);
    this.#recent[slot] = path;
    return path;
  }

  add(path: Path): void {
    const before = this.#latest.get(path.key);
    if (before !== undefined) {
      before.isLatest = false;
      path.isCrowded = before.isCrowded;
    }
    path.older = before;
    path.isLatest = true;
    this.#latest.set(path.key, path);
  }

  remove(path: Path): void {
    const latest = this.#latest.get(path.key);
    if (latest === path) {
      path.isLatest = false;
      if (path.older === undefined) this.#latest.delete(path.key);
      else {
        path.older.isLatest = true;
        this.#latest.set(path.key, path.older);
      }
      return;
    }
    for (let newer = latest; newer !== undefined; newer = newer.older) {
      if (newer.older !== path) continue;
      newer.older = path.older;
      return;
    }
  }

  /** All there are now. */
  all(): Path[] {
    const paths: Path[] = [];
    for (const latest of this.#latest.values()) paths.push(...withOlder(latest).reverse());
    return paths;
  }
}

/** A path and the older ones with its key. */
export function withOlder(latest: Path | undefined): Path[] {
  const paths: Path[] = [];
  for (let path = latest; path !== undefined; path = path.older) paths.push(path);
  return paths;
}
