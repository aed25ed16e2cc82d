import {
  CIPHER_KEY,
  CONTAINER_CLIENT,
  CURL_FLAGS,
  DIRECTORY_CLIENT,
  DIRECTORY_FLAGS,
  DOCUMENT_CLIENT,
  HEADS,
  type Head,
  REGISTRY_CLIENT,
  SAMBA_CLIENT,
  TDS_CLIENT,
} from './clients.ts';
import type { Table } from './nearest.ts';

/** In argv, an option that only its program tells from others. */
export interface ClientOption {
  /** Of one row: what one client is called is, to another, but the name of a host. */
  table: Table;
  /** The program whose command the first one is: `docker … login`. */
  of?: RegExp;
  /** Behind an argument like this, it is none. */
  until?: RegExp;
  role: 'value' | Head;
}

/** The option: what matches is not secret, and the secret is the rest of the argument, or the next one. */
function client(
  program: string,
  option: RegExp,
  role: ClientOption['role'],
  more: Partial<ClientOption> = {},
): ClientOption {
  return { table: [[new RegExp(`^(?:${program})$`), option]], role, ...more };
}

export const CLIENT_OPTIONS: readonly ClientOption[] = [
  client('curl', new RegExp(`^-${CURL_FLAGS}E|^--(?:proxy-)?cert$`), 'certificate'),
  client('login', /^-p/, 'value', { of: new RegExp(`^(?:${REGISTRY_CLIENT})$`) }),
  client(DOCUMENT_CLIENT, /^-p/, 'value'),
  client(SAMBA_CLIENT, /^-U|^--user(?:=|$)/, 'sambaUser'),
  client('lftp', /^-u|^--user(?:=|$)/, 'ftpUser'),
  client(TDS_CLIENT, /^-P/, 'value'),
  client(DIRECTORY_CLIENT, new RegExp(`^-${DIRECTORY_FLAGS}w`), 'value'),
  // Both the old and the new password.
  client('ldappasswd', new RegExp(`^-${DIRECTORY_FLAGS}[asw]`), 'value'),
  client('openssl', new RegExp(`^${CIPHER_KEY}$`), 'value'),
  // Behind the logon come a script and its arguments.
  client('sqlplus(?:64)?', /^(?=[^-/@])/, 'logon', { until: new RegExp(`^@|${HEADS.logon.source}`) }),
];

/** What tells a published port from a password. */
export const PUBLISHING = client('run|create', /^/, 'value', { of: new RegExp(`^(?:${CONTAINER_CLIENT})$`) });
