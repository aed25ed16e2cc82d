import {
  CIPHER_KEY,
  CLUSTER_AGENT,
  CONTAINER_CLIENT,
  CURL_FLAGS,
  DATABASE_TOOL,
  DIRECTORY_CLIENT,
  DIRECTORY_FLAGS,
  DOCUMENT_CLIENT,
  HEADS,
  type Head,
  KEY_VALUE_CLIENT,
  LOWER_P_CLIENT,
  ODBC_CLIENT,
  PACKER,
  REGISTRY_CLIENT,
  REMOTE_DESKTOP,
  SAMBA_CLIENT,
  SNMP_CLIENT,
  TDS_CLIENT,
  UPPER_P_CLIENT,
  W_CLIENT,
  WEB_TERMINAL,
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
  /** So many arguments that are no options stand before it, or more. */
  behind?: number;
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

/** What is no option. */
const WORD = /^(?=[^-])/;

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
  client(DATABASE_TOOL, /^(?:userid=)?(?=[^-/@=][^=/]*\/)/i, 'logon', { until: HEADS.logon }),
  client(UPPER_P_CLIENT, /^-P/, 'value'),
  client(LOWER_P_CLIENT, /^-p/, 'value'),
  client(W_CLIENT, /^-w/, 'value'),
  client(PACKER, /^-h?p(?=.)/s, 'value'),
  client(SNMP_CLIENT, /^-[cAX]/, 'value'),
  client(REMOTE_DESKTOP, /^\/p:/, 'value'),
  client('ssh-keygen', /^-[NP]/, 'value'),
  client('slappasswd', /^-s/, 'value'),
  client('influx|doctl', /^-t$/, 'value'),
  client('login', /^-t$/, 'value', { of: /^glab$/ }),
  client('push', /^-k$/, 'value', { of: /^dotnet$/ }),
  // Vault's other methods than a token have fields: `vault login -method=aws role=x`.
  client('login|unlock|obscure|setApiKey', /^(?=[^-=]+$)/, 'value', {
    of: /^(?:vault|bao|cargo|bw|rclone|nuget)$/,
    until: /^[^-@]+$|^--?method/,
  }),
  client('passwd', WORD, 'value', { of: /^openssl$/ }),
  client('(?:add-)?authtoken', WORD, 'value', { of: /^ngrok$/ }),
  client('auth|AUTH', WORD, 'value', { of: new RegExp(`^(?:${KEY_VALUE_CLIENT})$`) }),
  client('add_user|change_password|authenticate_user', WORD, 'value', { of: /^rabbitmqctl$/, behind: 1 }),
  // The key's id, and the key.
  client('set|add', WORD, 'value', { of: /^(?:alias|host)$/, behind: 2 }),
  client('htpasswd', WORD, 'value', { behind: 2 }),
  client('wpa_passphrase', WORD, 'value', { behind: 1 }),
  client(ODBC_CLIENT, /^-P/, 'value'),
  client(ODBC_CLIENT, WORD, 'value', { behind: 2, until: /^-[SUP]/ }),
  // Without a file, which `-n` is.
  client(String.raw`(?=\w*b)\w{0,6}n\w{0,6}`, WORD, 'value', { of: /^htpasswd$/, behind: 1 }),
  client('secret', /^--from-literal(?:=|$)/, 'pair', { of: /^(?:kubectl|oc)$/ }),
  client('put-parameter', /^--value(?:=|$)/, 'value', { of: /^aws$/ }),
  client(CLUSTER_AGENT, /^--?encrypt(?:=|$)/, 'value'),
  client('put|patch', /^[^-=@][^=]*=(?!@)/, 'value', { of: /^(?:vault|bao)$/ }),
  client('unseal', WORD, 'value', { of: /^(?:vault|bao)$/ }),
  client('agent|server', /^-t$/, 'value', { of: /^(?:k3s|rke2)$/ }),
  client('register', /^-r$/, 'value', { of: /^gitlab-runner$/ }),
  // Of an agent of Jenkins: its secret, and its name.
  client(String.raw`hudson\.remoting\.jnlp\.Main`, /^(?=[0-9a-f]{64}$)/, 'value'),
  client('sendEmail|sendemail', /^-xp$/, 'value'),
  client('swaks', /^-ap$/, 'value'),
  client(WEB_TERMINAL, /^-c$/, 'user'),
  client('reset-admin-password', WORD, 'value', { of: /^grafana(?:-cli)?$/ }),
  client('auth', WORD, 'value', { of: /^snyk$/ }),
  client('(?:user|owner|input)_pw', WORD, 'value', { of: /^pdftk$/, until: /^/ }),
  client('mega-login', WORD, 'value', { behind: 1 }),
  client('using', WORD, 'value', { of: /^db2$/, until: /^/ }),
];

/** What tells a published port from a password. */
export const PUBLISHING = client('run|create', /^/, 'value', { of: new RegExp(`^(?:${CONTAINER_CLIENT})$`) });
