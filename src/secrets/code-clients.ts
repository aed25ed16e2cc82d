import {
  CIPHER_KEY,
  CLUSTER_AGENT,
  CURL_FLAGS,
  DATABASE_TOOL,
  DIRECTORY_CLIENT,
  DIRECTORY_FLAGS,
  DOCUMENT_CLIENT,
  type Head,
  KEY_VALUE_CLIENT,
  LOWER_P_CLIENT,
  ODBC_CLIENT,
  PACKER,
  REGISTRY_CLIENT,
  REMOTE_DESKTOP,
  SAMBA_CLIENT,
  SNMP_CLIENT,
  SQL_CLIENT,
  SQL_FLAGS,
  TDS_CLIENT,
  UPPER_P_CLIENT,
  W_CLIENT,
  WEB_TERMINAL,
} from './clients.ts';

/** Within code of a shell, a client and its option. */
export interface CodeClient {
  /** Part of a regular expression, without groups. */
  program: string;
  /** Within what follows the program, up to where the value begins. */
  option: RegExp;
  /** What of the value is not secret. */
  head?: Head;
}

const BLANK = String.raw`(?:[ \t]|\\\n)+`;
/** Behind an option that may have its value in the same word. */
const MAYBE_BLANK = `(?:['"]?${BLANK})?`;

/** An option of one word that is not the end of a longer one. */
function option(pattern: string, behind = MAYBE_BLANK): RegExp {
  return new RegExp(String.raw`[ \t\n]['"]?(?:${pattern})${behind}`, 'g');
}

/** The argument behind others, of which some may be options. */
function argument(before: string): RegExp {
  return new RegExp(String.raw`^['"]?(?:${BLANK}-\S{1,64}){0,4}${BLANK}${before}(?=[^\s;&|<>()-])`, 'g');
}

const WORDS = String.raw`(?:[^\s;&|<>-][^\s;&|<>]{0,255}${BLANK})`;

/** A long option, of which the value may follow an equals sign. */
function long(name: string): string {
  return String.raw`--${name}(?=['"]?[= \t\\])=?`;
}

const LONG_USER = long('user');

export const CODE_CLIENTS: readonly CodeClient[] = [
  {
    program: SQL_CLIENT,
    // Behind flags that take no value; alone, it asks for the password. Elsewhere, `-p` is a port.
    option: new RegExp(String.raw`[ \t\n]['"]?-${SQL_FLAGS}p(?=[^\s'"])|[ \t\n]-p(?=(['"])(?!\1))`, 'g'),
  },
  {
    program: 'sshpass',
    // What comes behind its own options is another command.
    option:
      /^['"]?(?:(?:[ \t]|\\\n)+['"]?-(?:v{1,3}|P[ \t]{0,4}\S{1,64})['"]?)*(?:[ \t]|\\\n)+['"]?-v{0,3}p(?:['"]?(?:[ \t]|\\\n)+)?/g,
  },
  { program: KEY_VALUE_CLIENT, option: option('-a', `['"]?${BLANK}`) },
  {
    program: 'curl',
    option: option(String.raw`-${CURL_FLAGS}E|--(?:proxy-)?cert(?=['"]?[ \t\\])`),
    head: 'certificate',
  },
  {
    program: String.raw`(?:${REGISTRY_CLIENT})(?=(?:[ \t]{1,4}[^\s;&|]{1,64}){0,4}?[ \t]{1,4}login[ \t\\])`,
    option: option('-p'),
  },
  { program: DOCUMENT_CLIENT, option: option(String.raw`-p(?!['"]?[ \t]{1,8}-)`) },
  { program: SAMBA_CLIENT, option: option(`-U|${LONG_USER}`), head: 'sambaUser' },
  // Its own code has a command for it: `lftp -c "open -u user,password host"`.
  { program: 'lftp|open', option: option(`-u|${LONG_USER}`), head: 'ftpUser' },
  { program: TDS_CLIENT, option: option('-P') },
  { program: DIRECTORY_CLIENT, option: option(`-${DIRECTORY_FLAGS}w`) },
  { program: 'ldappasswd', option: option(`-${DIRECTORY_FLAGS}[asw]`) },
  { program: 'openssl', option: option(CIPHER_KEY, `['"]?${BLANK}`) },
  {
    program: 'sqlplus(?:64)?',
    // The first word that is no option; behind it come a script and its arguments.
    option: new RegExp(
      String.raw`^['"]?(?:${BLANK}(?:-\S{1,32}|[\d.]{1,8}|"[^"/]{1,64}"))*${BLANK}(?=['"]?[^\s/@'"-])`,
      'g',
    ),
    head: 'logon',
  },
  {
    program: DATABASE_TOOL,
    option: argument(String.raw`(?:target${BLANK})?(?:userid=)?(?=['"]?[^\s/@'"=-]{1,128}\/)`),
    head: 'logon',
  },
  { program: UPPER_P_CLIENT, option: option('-P') },
  { program: LOWER_P_CLIENT, option: option('-p') },
  { program: W_CLIENT, option: option('-w') },
  { program: PACKER, option: /[ \t\n]['"]?-h?p(?=[^\s'"]|(['"])(?!\1))/g },
  { program: SNMP_CLIENT, option: option('-[cAX]') },
  { program: REMOTE_DESKTOP, option: /[ \t\n]['"]?\/p:/g },
  { program: 'ssh-keygen', option: option('-[NP]') },
  { program: 'slappasswd', option: option('-s') },
  { program: 'influx|doctl', option: option('-t', `['"]?${BLANK}`) },
  {
    program: String.raw`(?:vault|bao)(?=[ \t]{1,4}kv[ \t]{1,4}(?:put|patch)[ \t])`,
    option: /[ \t](?!-)[^\s=@;&|<>]{1,128}=(?=[^\s@])/g,
  },
  {
    program: String.raw`(?:vault|bao)(?=[ \t]{1,4}operator[ \t]{1,4}unseal[ \t])`,
    option: argument(`operator${BLANK}unseal${BLANK}(?:-\\S{1,64}${BLANK}){0,3}`),
  },
  {
    program: 'vault|bao|cargo|bw|rclone|nuget',
    option: argument(
      String.raw`(?:(?:login|unlock)${BLANK}(?:-(?!-?method[ \t])[^\s=]{1,64}${BLANK}){0,3}` +
        String.raw`(?:[^\s@=]{1,64}@\S{1,64}${BLANK})?|(?:obscure|setApiKey)${BLANK})(?![^\s=;&|]{1,64}=)`,
    ),
  },
  { program: 'ngrok', option: argument(`(?:config${BLANK})?(?:add-)?authtoken${BLANK}`) },
  {
    program: 'rabbitmqctl',
    option: argument(`(?:add_user|change_password|authenticate_user)${BLANK}${WORDS}`),
  },
  {
    program: 'mc(?:li)?',
    option: argument(`(?:alias|config${BLANK}host)${BLANK}(?:set|add)${BLANK}${WORDS}{3}`),
  },
  { program: 'htpasswd(?=[ \t]{1,4}-[a-zA-Z0-9]{0,6}n)', option: argument(WORDS) },
  { program: 'htpasswd', option: argument(`${WORDS}{2}`) },
  {
    program: ODBC_CLIENT,
    option: new RegExp(`${option('-P').source}|${argument(`${WORDS}{2}`).source}`, 'g'),
  },
  { program: 'kubectl|oc', option: option(long('from-literal')), head: 'pair' },
  { program: 'put-parameter', option: option(long('value')) },
  { program: CLUSTER_AGENT, option: option(String.raw`--?encrypt(?=['"]?[= \t\\])=?`) },
  {
    program: 'k3s|rke2',
    option: new RegExp(
      String.raw`^['"]?${BLANK}(?:agent|server)[ \t][^;&|]{0,256}?(?<=[ \t])-t${BLANK}`,
      'g',
    ),
  },
  {
    program: 'gitlab-runner',
    option: new RegExp(String.raw`^['"]?${BLANK}register[ \t][^;&|]{0,256}?(?<=[ \t])-r${BLANK}`, 'g'),
  },
  { program: 'sendEmail|sendemail', option: option('-xp', BLANK) },
  { program: 'swaks', option: option('-ap', BLANK) },
  { program: WEB_TERMINAL, option: option('-c', BLANK), head: 'user' },
  {
    program: 'grafana(?:-cli)?',
    option: argument(`(?:cli${BLANK})?admin${BLANK}reset-admin-password${BLANK}`),
  },
  { program: 'snyk', option: argument(`auth${BLANK}`) },
  { program: 'wpa_passphrase', option: argument(WORDS) },
];
