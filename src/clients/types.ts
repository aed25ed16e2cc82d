/** What is known of who made a request, as far as it may name a product. Masked texts. */
export interface Clues {
  userAgent?: string | undefined;
  /** As a person names the program: `python3 /opt/app/main.py`, `rclone`. */
  program?: string | undefined;
  executable?: string | undefined;
  args?: readonly string[] | undefined;
  /** Distribution package of the executable, and its version. */
  packageName?: string | undefined;
  packageVersion?: string | undefined;
}

export type Fallback = 'yes' | 'no' | 'unknown';

/** A reviewed row of the client table (src/clients/clients.json, schemas/clients.schema.json). */
export interface Client {
  id: string;
  product: string;
  /** First version that asks for a token; `always`, `never`, or undefined where nobody knows. */
  v2Since?: string | undefined;
  /** Whether it goes on without a token when it gets none. */
  fallback: Fallback;
  /** After one failure it stays with IMDSv1 for the life of the process. */
  sticky?: boolean | undefined;
  /** The setting that turns the fallback off, and the first version that knows it. */
  disableFallback?: string | undefined;
  remedy: string;
  /** Where each fact comes from. */
  sources: readonly string[];
  /** Names of the fields that nobody has verified. */
  unverified?: readonly string[] | undefined;
}

export interface ClientMatch {
  client: Client;
  /** Of the product, read from user agent, package or argv. */
  version?: string | undefined;
  /** From what: `user agent`, `package`, `argv`, `executable`. */
  by: string;
  /** Whether the version is below the first one with IMDSv2; undefined where it cannot be told. */
  predatesV2?: boolean | undefined;
}
