/** What is known of who made a request, as far as it may name a product. Masked texts. */
export interface Clues {
  /** Undefined or empty: the request had none. */
  userAgent?: string | undefined;
  /** As a person names the program: `python3 /opt/app/main.py`, `rclone`. */
  program?: string | undefined;
  /** What started a bare HTTP client: `sh /usr/bin/ec2-metadata`. */
  startedBy?: string | undefined;
  executable?: string | undefined;
  args?: readonly string[] | undefined;
  /** Distribution package of the executable, and its version. */
  packageName?: string | undefined;
  packageVersion?: string | undefined;
}

export type Fallback = 'yes' | 'no' | 'unknown';

/**
 * `program`: has a name of its own. `sdk`: what programs call AWS with. `http`: a bare HTTP client, of which
 * many scripts are made. `proxy` passes on what others ask. `emulator` answers instead of the service.
 */
export type ClientKind = 'program' | 'sdk' | 'http' | 'proxy' | 'emulator';

/** A version, and of what: boto3 asks for tokens from a version of botocore on. */
export interface ProductVersion {
  product: string;
  version: string;
}

export type Since = 'always' | 'never' | ProductVersion;

/** What becomes of the PUT that asks for a token: a status, no answer at all, or one after two seconds. */
export type TokenFailure = '403' | '404' | '405' | 'unanswered' | 'slow';

/** A reviewed row of the client table (src/clients/clients.json, schemas/clients.schema.json). */
export interface Client {
  id: string;
  kind: ClientKind;
  product: string;
  /** First version that asks for a token, or undefined where nobody knows or its SDK decides. */
  v2Since?: Since | undefined;
  /** Whether it goes on without a token when it gets none. */
  fallback: Fallback;
  /** After which failures it was seen or read to do so; undefined where nobody looked. */
  fallbackOn?: readonly TokenFailure[] | undefined;
  /** A part of it that never sends a token, whatever becomes of the PUT; fits into a sentence after `of which`. */
  tokenless?: string | undefined;
  /** After one failure it stays with IMDSv1 for the life of the process. */
  sticky?: boolean | undefined;
  /** The setting that turns the fallback off, and the first version that knows it. */
  disableFallback?: string | undefined;
  disableFallbackSince?: ProductVersion | undefined;
  remedy: string;
  /** Where each fact comes from. */
  sources: readonly string[];
  /** Names of the fields that nobody has verified. */
  unverified?: readonly string[] | undefined;
}

/** Regular expressions, and names of packages, all of which have to fit. Linear in their input's length. */
export interface Condition {
  userAgent?: string | undefined;
  noUserAgent?: boolean | undefined;
  /** Of the executable's path. */
  executable?: string | undefined;
  /** Of the program as a person names it. */
  program?: string | undefined;
  startedBy?: string | undefined;
  /** Of one of the arguments. */
  args?: string | undefined;
  package?: readonly string[] | undefined;
}

/** Where a product's version stands: the first group of one of these. */
export interface VersionClue {
  product: string;
  userAgent?: string | undefined;
  executable?: string | undefined;
  args?: string | undefined;
}

/** A row with what it is recognised by: one condition is enough, none where nothing is its own. */
export interface ClientRow extends Client {
  match: readonly Condition[];
  /** The first is of the product itself, and of its package. */
  versions?: readonly VersionClue[] | undefined;
  /** Rows of the SDKs that it calls AWS with; the user agent of another one contradicts. */
  sdks?: readonly string[] | undefined;
}

export interface ClientMatch {
  client: Client;
  /** Of the product, read from user agent, package, executable or argv. */
  version?: string | undefined;
  /** From what that was read: `user agent`, `package`, `executable`, `argv`. */
  versionBy?: string | undefined;
  /** All versions that could be read, by product: `botocore` of boto3's user agent. */
  versions?: Readonly<Record<string, string>> | undefined;
  /** From what: `user agent`, `package`, `argv`, `executable`; `user agent and executable`. */
  by: string;
  /** Of a program: the row of the SDK that its user agent names. */
  sdk?: ClientMatch | undefined;
  /**
   * Whether the version is below the first one with IMDSv2; undefined where it cannot be told. Also true for
   * a product that never asks for a token, and false for one that always does.
   */
  predatesV2?: boolean | undefined;
  /** Whether the version is below the first one that knows the setting of `disableFallback`. */
  predatesSetting?: boolean | undefined;
  /** The version of the SDK tells that, and none of its own. */
  isToldBySdk: boolean;
}
