import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Real captures, kept beside the checkout (see its README); they are not ours to copy. */
export const captures = join(import.meta.dirname, '..', '..', '..', 'shared', 'captures');

/** One request as tshark found it. */
export interface OracleRequest {
  method: string;
  uri: string;
  /** Whether a token header is in the request. */
  token: boolean;
  status: number | null;
}

export interface OracleRow {
  file: string;
  repo: string;
  endpoint: string;
  requests: OracleRequest[];
}

/** Rows of the oracle; undefined where the captures are not on this machine. */
export function readOracle(): OracleRow[] | undefined {
  const file = join(captures, 'oracle.jsonl');
  if (!existsSync(file)) return undefined;
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as OracleRow);
}
