import type { ImdsVersion, Operation, PathClass } from '../model.ts';
import type { Request } from './http/request-parser.ts';
import { classOf, isForeignPath, pathOf, TOKEN_PATH } from './paths.ts';

export interface Classification {
  version: ImdsVersion;
  operation: Operation | undefined;
  pathClass: PathClass | undefined;
  foreignPath: boolean;
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
  const path = pathOf(request.target);
  const pathClass = classOf(path);
  if (request.method === 'PUT' && request.tokenTtl && path === TOKEN_PATH) {
    return { version: 'v2', operation: 'token', pathClass, foreignPath: false };
  }
  if (request.token) return { version: 'v2', operation: 'read', pathClass, foreignPath: false };
  if (!request.headComplete)
    return { version: 'unknown', operation: undefined, pathClass, foreignPath: false };
  const foreignPath = isForeignPath(path);
  // A header alone never makes a request foreign: an attacker may send any. EC2 answers 2xx to what
  // it has, and to that a foreign-looking path is a v1 read like any other.
  const refused = status !== undefined && (status < 200 || status > 299);
  return { version: foreignPath && refused ? 'foreign' : 'v1', operation: 'read', pathClass, foreignPath };
}
