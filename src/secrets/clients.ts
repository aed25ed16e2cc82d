import type { Span } from './spans.ts';

/**
 * Programs that take a secret by an option of their own, as parts of regular expressions: the same in argv and
 * within the code of a shell.
 */
export const SQL_CLIENT =
  'mysql(?:dump|admin|import|check|show|slap|pump|binlog|sh|_upgrade)?|mariadb(?:-[a-z-]{1,16})?|mycli';
/** Their options that take no value, behind which `p` may stand in one word. */
export const SQL_FLAGS = '[ABbCcEfGHijLNnoqrstUVvWwX]{0,8}';
export const KEY_VALUE_CLIENT = '(?:redis|valkey|keydb)-cli';

/** Folders of data and settings: what is called like a program there is none. */
export const NO_PROGRAMS = String.raw`\b(?:lib|etc|log|run|cache|share)`;

/** Their `-p` publishes a port behind `run`, and is a password behind `login`. */
export const CONTAINER_CLIENT = 'docker|podman|nerdctl';
export const REGISTRY_CLIENT = `${CONTAINER_CLIENT}|buildah|skopeo|helm|oras|crane|oc|az`;
/** `3306:3306`, `127.0.0.1:80-81:8080-8081/tcp`. */
export const PUBLISHED_PORTS =
  /^(?:[\d.]{7,15}:|\[[\da-f:]{2,39}\]:)?\d{1,5}(?:-\d{1,5})?:\d{1,5}(?:-\d{1,5})?(?:\/(?:tcp|udp|sctp))?$/;

export const CURL_FLAGS = '[#0-4689aBfgGiIjJklLMnNOpqRsSvVZ]{0,8}';
export const DOCUMENT_CLIENT = 'mongo(?:sh|dump|restore|export|import|files|stat|top)?';
export const SAMBA_CLIENT =
  'smbclient|smbget|smbcacls|smbcquotas|smbtree|rpcclient|samba-tool|net|winexe|wmic';
export const TDS_CLIENT = 'sqlcmd|osql|bcp|tsql|freebcp|defncopy';
export const DIRECTORY_CLIENT = 'ldap(?:search|modify|add|delete|modrdn|compare|exop|whoami)';
export const DIRECTORY_FLAGS = '[acCAIkKLMnNqQrtuvVWxZ]{0,8}';
/** Options of them are the same: `-P`, `-p`, `-w`. */
export const UPPER_P_CLIENT = 'zip|unzip|zipcloak|ipmitool|mosquitto_(?:pub|sub|rr)';
export const LOWER_P_CLIENT =
  'cqlsh|hdbsql|beeline|rdesktop|twine|rabbitmqadmin|ncftp(?:put|get|ls)|user(?:add|mod)|mydumper|myloader';
export const W_CLIENT = String.raw`vsql|ora2pg|dsconf|ipa-client-install|kadmin(?:\.local)?`;
/** Their `-p` has its value in the same word: `-p`, `-hp`. */
export const PACKER = '7z[arz]?|(?:un)?rar';
/** Community, and the passphrases of version 3. */
export const SNMP_CLIENT =
  'snmp(?:bulk)?(?:get(?:next)?|walk|set|table|trap|inform|status|delta|df|test|ps|netstat|usm|vacm)';
export const REMOTE_DESKTOP = '(?:[xw]l?|sdl-)freerdp3?';
/** Of unixODBC by place, `isql DSN user password`; of Sybase and FreeTDS by `-P`. */
export const ODBC_CLIENT = 'iu?sql';
export const CLUSTER_AGENT = 'consul|nomad|serf';
export const WEB_TERMINAL = 'ttyd|gotty';
export const DATABASE_TOOL = 'impdp|expdp|sqlldr|rman';

/** A key, not that of a certificate, which is a file. */
export const CIPHER_KEY = '-{1,2}(?:k|K|psk|hmac)';

/** What stands before the secret of a value that is not all secret. */
export const HEADS = {
  /** `user:password` */
  user: /^[^:]*:/,
  /** `cookie=value` */
  pair: /^[^=:]*[=:]/,
  /** `DOMAIN\user%password` */
  sambaUser: /^[^:%]*[:%](?=.)/s,
  /** `user,password` */
  ftpUser: /^[^:,]*[:,](?=.)/s,
  /** `file:passphrase`, where a backslash takes the meaning from a colon; not `pkcs11:object=x`. */
  certificate: /^(?!pkcs11:|\w{1,16}:\/\/)(?:[^:\\]|\\.)*:(?=.)/s,
  /** `user/password@database` */
  logon: /^[^\s/@:'"-][^\s/@:'"]{0,127}\/(?=[^\s@])/,
} as const;

export type Head = keyof typeof HEADS;

/** The secret of such a value: all behind its head, but not the database that a password is for. */
export function secretPart(head: Head, value: string): Span | undefined {
  const match = HEADS[head].exec(value);
  if (match === null) return undefined;
  const database = head === 'logon' ? value.lastIndexOf('@') : -1;
  return { from: match[0].length, to: database < match[0].length ? value.length : database };
}
