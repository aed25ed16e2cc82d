import type { ImdsVersion, Operation, PathClass } from '../model.ts';
import type { Request } from './http/request-parser.ts';
import { classOf, isForeignPath, pathOf, TOKEN_PATH } from './paths.ts';

export interface Classification {
  version: ImdsVersion;
  operation: Operation | undefined;
  pathClass: PathClass | undefined;
  foreignPath: boolean;
}

interface PathFacts {
  pathClass: PathClass;
  isToken: boolean;
  foreignPath: boolean;
}

/** Targets come again and again; beyond that many, all are forgotten. */
const MAX_KNOWN = 1024;
const known = new Map<string, PathFacts>();

function pathFacts(target: string): PathFacts {
  let facts = known.get(target);
  if (facts === undefined) {
    const path = pathOf(target);
    facts = { pathClass: classOf(path), isToken: path === TOKEN_PATH, foreignPath: isForeignPath(path) };
    if (known.size >= MAX_KNOWN) known.clear();
    known.set(target, facts);
  }
  return facts;
}

const UNREADABLE: Classification = {
  version: 'unknown',
  operation: undefined,
  pathClass: undefined,
  foreignPath: false,
};

/**
 * IMDS version of a request, by its parsed header fields: their presence, not their value, as AWS
 * itself counts (EC2 user guide, "How IMDSv2 works"). `status` is that of the response, if seen.
 */
export function classify(request: Request, status: number | undefined): Classification {
  if (request.target === '') return UNREADABLE;
  const { pathClass, isToken, foreignPath } = pathFacts(request.target);
  if (request.method === 'PUT' && request.tokenTtl && isToken) {
    return { version: 'v2', operation: 'token', pathClass, foreignPath: false };
  }
  if (request.token) return { version: 'v2', operation: 'read', pathClass, foreignPath: false };
  if (!request.headComplete)
    return { version: 'unknown', operation: undefined, pathClass, foreignPath: false };
  // A header alone never makes a request foreign: an attacker may send any. EC2 answers 2xx to what
  // it has, and to that a foreign-looking path is a v1 read like any other.
  const refused = status !== undefined && (status < 200 || status > 299);
  return { version: foreignPath && refused ? 'foreign' : 'v1', operation: 'read', pathClass, foreignPath };
}
