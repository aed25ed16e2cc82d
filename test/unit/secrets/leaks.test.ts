import { deepStrictEqual, ok, strictEqual } from 'node:assert';
import { viewHeader, viewUrl } from '../../../src/report/url.ts';
import { MASK, maskArgs, maskText } from '../../../src/secrets.ts';

const SECRET = 'hUnT3r';
const TOKEN = 'AQAEAHJ5c2VjcmV0dG9rZW5mb3J0ZXN0c29ubHlub3RyZWFsMDEyMzQ1Njc4OQ==';

/** Command lines in which the secret is to be masked; the last element is code of a shell unless said. */
const ARGS: readonly (readonly string[])[] = [
  ['bash', '-c', String.raw`curl -d "{\"password\":\"hUnT3r\"}" http://x/`],
  ['bash', '-c', String.raw`ssh h "sh -c \"curl -d '{\\\"password\\\":\\\"a hUnT3r\\\"}'\""`],
  ['python3', '-c', 'import os; os.environ["DB_PASSWORD"] = "hUnT3r"'],
  ['python3', '-c', 'os.environ.setdefault("DB_PASSWORD", "hUnT3r")'],
  ['python3', '-c', 'requests.get(u, auth=("admin","hUnT3r"))'],
  ['python3', '-c', "password=b'hUnT3r'"],
  ['python3', '-c', 'password = f"hUnT3r"'],
  ['python3', '-c', "passwords=['hUnT3r']"],
  ['python3', '-c', 'password = """hUnT3r"""'],
  ['python3', '-c', "password = '''a 'hUnT3r'''"],
  ['python3', '-c', 'password: str = "hUnT3r"'],
  ['python3', '-c', 'db.setPassword("hUnT3r")'],
  ['python3', '-c', 'print("token: " + "hUnT3r")'],
  ['node', '-e', 'x={"password":["hUnT3r"]}'],
  ['node', '-e', 'x={"password":{"value":"hUnT3r"}}'],
  ['node', '-e', 'c={password:`hUnT3r`}'],
  ['x', '{"password":{"value":"hUnT3r"}}'],
  ['x', '{"password":\n"hUnT3r"}'],
  ['x', '{"password"\n:"hUnT3r"}'],
  ['x', '{"name":"password","value":"hUnT3r"}'],
  ['curl', '-d', 'user[password]=hUnT3r', 'http://x/'],
  ['curl', '-d', 'user[password]=a hUnT3r', 'http://x/'],
  ['curl', '-d', '<login><password>hUnT3r</password></login>', 'http://x/'],
  ['curl', '-d', '<w:Password Type="PasswordText">hUnT3r</w:Password>', 'http://x/'],
  ['mysql', '-u', 'root', '-phUnT3r', 'db'],
  ['sudo', '-u', 'backup', '/usr/bin/mysqldump', '--all-databases', '-phUnT3r'],
  ['timeout', '5', 'mariadb-dump', '-pa b hUnT3r'],
  ['sh', '-c', 'mysql -uroot -phUnT3r shop < dump.sql'],
  ['sh', '-c', "cd /srv && /usr/bin/mysqldump --all-databases -p'a hUnT3r' | gzip > d.gz"],
  ['bash', '-lc', 'mysql -u root "-phUnT3r" shop'],
  ['sh', '-c', 'for i in 1 2; do mysql -e "select 1"; mariadb-admin -phUnT3r ping; done'],
  ['sh', '-c', 'sshpass -p hUnT3r ssh -p 2222 h'],
  ['sh', '-c', 'sshpass -phUnT3r ssh h'],
  ['sh', '-c', 'redis-cli -h r -a hUnT3r ping'],
  ['sudo', '-u', 'root', 'sshpass', '-p', 'hUnT3r', 'ssh', 'h'],
  ['sshpass', '-phUnT3r', 'ssh', 'h'],
  ['sshpass', '-v', '-vp', 'hUnT3r', 'ssh', 'h'],
  ['docker', 'exec', 'c', 'redis-cli', '-h', 'h', '-a', 'hUnT3r'],
  ['mysql', '-BNphUnT3r', 'shop'],
  ['sh', '-c', 'mysql -BNphUnT3r shop'],
  ['sh', '-c', 'mysql -u root \\\n -phUnT3r'],
  ['sh', '-c', 'sshpass -p \\\n hUnT3r ssh h'],
  ['sh', '-c', "mysql -e 'select 1; select 2' -phUnT3r"],
  ['sh', '-c', 'mysqldump --where="a>1 && b<2" -phUnT3r'],
  ['sh', '-c', 'mysqldump -px|mysql -phUnT3r'],
  ['sh', '-c', 'mysqldump -px;mysql -phUnT3r'],
  ['sh', '-c', 'mysql -pa -phUnT3r'],
  ['sh', '-c', 'mysql -h $(redis-cli -a hUnT3r get h) -px'],
  ['sh', '-c', "'/usr/bin/mysql' -phUnT3r"],
  ['sh', '-c', '/opt/mysql-8/mysqldump -phUnT3r shop'],
  ['/usr/local/mysql/mysql', '-phUnT3r', 'shop'],
  ['sh', '-c', 'docker exec -it --name mysql -phUnT3r'],
  ['sh', '-c', `redis-cli "-a" "hUnT3r"`],
  ['curl', '-sIu', 'admin:hUnT3r', 'http://x/'],
  ['curl', '-sGu', 'admin:hUnT3r', 'http://x/'],
  ['sh', '-c', 'curl -sIu admin:hUnT3r http://x/'],
  ['sh', '-c', 'curl -u "admin":"hUnT3r" http://x/'],
  ['sh', '-c', `curl -u 'admin:a"hUnT3r' http://x/`],
  ['sh', '-c', 'curl -u admin:"x hUnT3r" http://x/'],
  ['python3', '-c', "run(['curl', '-u', 'admin:hUnT3r'])"],
  ['docker', 'run', '-e', 'DB_PASSPHRASE=correct horse hUnT3r', 'img'],
  ['docker', 'run', '--env', 'DB_PASSPHRASE=correct horse hUnT3r', 'img'],
  ['docker', 'run', '--env=DB_PASSPHRASE=correct horse hUnT3r', 'img'],
  ['docker', 'run', '--entrypoint', 'sh', '-e', 'DB_PASSPHRASE=correct horse hUnT3r', 'img'],
  ['x', 'authorization=Bearer hUnT3r'],
  ['sh', '-c', 'x authorization=Bearer hUnT3r'],
  ['sh', '-c', String.raw`http x Authorization:Basic\ hUnT3r`],
  ['sh', '-c', 'PASSWORD=ab"hUnT3r" x'],
  ['sh', '-c', `PASSWORD='ab'"hUnT3r" x`],
  ['sh', '-c', String.raw`PASSWORD=ab\ hUnT3r x`],
  ['sh', '-c', "PASSWORD=$'hUnT3r' x"],
  ['sh', '-c', 'PASSWORD=$(echo hUnT3r) x'],
  ['sh', '-c', 'PASSWORD=`echo hUnT3r` x'],
  ['sh', '-c', 'PASSWORD=\\\nhUnT3r x'],
  ['sh', '-c', `curl -H 'X-Vault-Token: '"hUnT3r" x`],
  ['x', 'Server=a;Pwd=a b hUnT3r;'],
  ['sh', '-c', 'x "Server=a;Pwd=a b hUnT3r;"'],
  ['aws', 'configure', 'set', 'aws_secret_access_key', 'hUnT3r'],
  ['aws', 'configure', 'set', 'default.aws_secret_access_key', 'hUnT3r'],
  ['aws', 'configure', 'set', 'profile.a.aws_session_token', 'hUnT3r'],
  ['sh', '-c', 'aws configure set default.aws_secret_access_key hUnT3r'],
  ['sh', '-c', 'setenv DB_PASSWORD hUnT3r'],
  ['fish', '-c', 'set -gx DB_PASSWORD hUnT3r'],
  ['sh', '-c', 'machine h login u password hUnT3r'],
  ['x', 'machine h\nlogin u\npassword hUnT3r\n'],
  ['x', 'password', 'hUnT3r'],
  ['x', '--password', '--hUnT3r'],
  ['x', '--password\nhUnT3r'],
  ['x', '--password', 'https://u:hUnT3r@h/'],
  ['curl', 'http://x/?q=a b hUnT3r'],
  ['curl', 'http://x/?q="a" hUnT3r'],
  ['curl', 'http://x/?hUnT3r'],
  ['curl', 'http://x/?x=%26hUnT3r'],
  ['curl', '169.254.169.254/x?q=a hUnT3r'],
  ['sh', '-c', 'curl "http://x/?q=a b hUnT3r"'],
  ['curl', 'http://x/;jsessionid=hUnT3r'],
  ['curl', 'http://x/?a=1#hUnT3r'],
  ['curl', '//user:hUnT3r@host/'],
  ['curl', String.raw`http:\/\/user:hUnT3r@host/`],
  ['sh', '-c', 'curl //user:hUnT3r@host/'],
  ['curl', '-b', 'session=hUnT3r'],
  ['http', '-a', 'u:hUnT3r', 'x'],
  ['sh', '-c', 'curl -d "a=1&password=a hUnT3r" x'],
  ['sh', '-c', "curl -F 'password=a hUnT3r' x"],
  ['psql', 'postgres://u:p@ss/hUnT3r@h/db'],
  ['curl', 'http://user:hUnT3r/3r@h/'],
  ['node', '-e', 'fetch(u,{headers:{"authorization":"Bearer " + "hUnT3r"}})'],
  ['node', '-e', 'fetch(u,{headers:{"x-api-key":k||"hUnT3r"}})'],
  ['pwsh', '-Command', '$password = ConvertTo-SecureString "hUnT3r" -AsPlainText'],
  ['perl', '-e', '$h{password} = "hUnT3r"'],
  ['x', 'pass%77ord=hUnT3r'],
  ['x', 'password%3DhUnT3r'],
  ['x', 'password%253DhUnT3r'],
  ['x', 'password%3AhUnT3r'],
  ['x', '{"p\\u0061ssword":"hUnT3r"}'],
  ['x', 'pass\u200bword=hUnT3r'],
  ['x', 'password\u00a0=a hUnT3r'],
  ['x', 'Ｐassword=a hUnT3r'],
  ['x', 'pass\\xADword=hUnT3r'],
  ['python3', '-c', 'x\u00ad; pass\u00adword\u00a0= "hUnT3r"'],
  ['x', '-----BEGIN PRIVATE KEY-----\nhUnT3rMIIEvQIBADANBgkqhk\n-----END PRIVATE KEY-----\n'],
  ['x', 'key: |\n  -----BEGIN RSA PRIVATE KEY-----\n  MIIEvQIBADANBgkqhk\n  hUnT3r'],
  ['x', '-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nMIIEvQIBADANBgkqhk hUnT3r'],
  ['x', '-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nlQOYBF2hUnT3r0x1y2z3\n-----END PGP PRIVATE KEY BLOCK-----'],
  ['x', '{"k":"-----BEGIN PRIVATE KEY-----\\nMIIEvQIBADANBgkqhUnT3r\\n-----END PRIVATE KEY-----"}'],
  ['x', 'k=-----BEGIN+PRIVATE+KEY-----%0AMIIEvQIBADANBgkqhUnT3r'],
  ['sh', '-c', "echo '-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXkhUnT3r' | ssh-add -"],
  ['x', 'sk-0123456789abcdefghUnT3r'],
  ['x', '-Hx-api-key:sk-ant-api03-0123456789-hUnT3r'],
  ['sh', '-c', 'llm keys set openai sk-proj-ABCDEFGHIJKLMNhUnT3r'],
  ['x', 'AIzaSyA0123456789abcdefghijklmnhUnT3r'],
  ['pkcs11-tool', '--login', '--pin', 'hUnT3r', '--list-objects'],
  ['pkcs11-tool', '--pin=hUnT3r', '--new-pin', 'hUnT3r'],
  ['sh', '-c', 'pkcs11-tool --so-pin hUnT3r --init-token'],
  ['sh', '-c', 'x(session_id "hUnT3r")'],
  ['sh', '-c', 'x "DB_pw->hUnT3r"'],
];

const TARGETS = [
  '/x?password%3DhUnT3r',
  '/x?hUnT3r',
  '/x?a&hUnT3r',
  '/x?a=b&hUnT3r x',
  '/x?a=b hUnT3r',
  `/x?${'hUnT3r'.repeat(8)}==`,
  `/x?${'hUnT3r'.repeat(8)}=a`,
  '/x?hUnT3rc2VjcmV0c2VjcmV0c2Vjcg&b',
  '/x?c2VjcmV0dG9rZW5mb3J0hUnT3rJ0ZXN0',
  '/x%3Ftoken%3DhUnT3r',
  '/x%26token=hUnT3r',
  '/x;jsessionid=hUnT3r',
  '/x;v=hUnT3r/y',
  '/x#token=hUnT3r',
  '//user:hUnT3r@host/',
  'http://user:hUnT3r@host/x',
  '/login/password=hUnT3r',
];

/** Of which no part may be seen. */
const TOKENS = [
  `/${TOKEN}`,
  `/%41${TOKEN.slice(1)}`,
  `/%41%51%41%45${TOKEN.slice(4)}`,
  `/${TOKEN.slice(0, 12)}/${TOKEN.slice(12)}`,
  `/x?${TOKEN.slice(0, 20)}&${TOKEN.slice(20)}`,
  ...[' ', '\r\n ', '.', '!', '&', '\xe2\x80\x8b', '\xad', '%E2%80%8B', '\0'].map(
    (separator) => `${TOKEN.slice(0, 20)}${separator}${TOKEN.slice(20)}`,
  ),
];

const HEADERS = [
  'foo authorization=Bearer hUnT3r',
  'authorization=Digest username="a", response="hUnT3r"',
  'tok\0en=hUnT3r',
  't\xc2\xado\xc2\xadken=hUnT3r',
  'tok\xe2\x80\x8ben=hUnT3r',
  'token\xc2\xa0=hUnT3r',
  'token%3DhUnT3r',
  'x (token "hUnT3r")',
  'token(hUnT3r)',
  'token[hUnT3r]',
  'token{hUnT3r}',
  'token->hUnT3r',
  'token=>hUnT3r',
  'token:=hUnT3r',
  'Bearer hUnT3r',
  'Bearer%20hUnT3r',
  'Bearer+hUnT3r',
  'Basic hUnT3r',
  '<token>hUnT3r</token>',
  String.raw`{\"token\":\"hUnT3r\"}`,
];

const EXACT: readonly (readonly [input: string, expected: string])[] = [
  [
    String.raw`curl -d "{\"password\":\"x\",\"user\":\"me\"}" http://h/`,
    String.raw`curl -d "{\"password\":\"${MASK}\",\"user\":\"me\"}" http://h/`,
  ],
  [`ssh h 'export TOKEN=abc' && curl http://h/`, `ssh h 'export TOKEN=${MASK}' && curl http://h/`],
  ['f(password="a", user="b")', `f(password="${MASK}", user="b")`],
  ['{"password":12,"user":"c"}', `{"password":${MASK},"user":"c"}`],
  ['curl -u "me":"pw" http://h/', `curl -u "me":${MASK} http://h/`],
  [`curl -u 'me:pw' http://h/`, `curl -u 'me:${MASK}' http://h/`],
  ['PASSWORD=a"b c" curl http://h/', `PASSWORD=${MASK} curl http://h/`],
  ['"Server=a;Pwd=b c;Timeout=5"', `"Server=a;Pwd=${MASK};Timeout=5"`],
  ['A=1;TOKEN=abc curl -s http://h/', `A=1;TOKEN=${MASK} curl -s http://h/`],
  ['authorization=Bearer abc next', `authorization=${MASK} next`],
  ['<a><password>x</password><b>c</b></a>', `<a><password>${MASK}</password><b>c</b></a>`],
  ['user[password]=x y', `user[password]=${MASK} y`],
  ['echo $TOKEN "http://h/"', 'echo $TOKEN "http://h/"'],
  ["curl -H 'X: AQAEAL-lBwoP' http://h/latest/", `curl -H 'X: ${MASK}' http://h/latest/`],
  [
    'AQAEAL-lBwoP http://169.254.169.254/latest/meta-data/',
    `${MASK} http://169.254.169.254/latest/meta-data/`,
  ],
  ['http://h:8080/@scope/p@1', 'http://h:8080/@scope/p@1'],
  ["ssh h 'TOKEN=abc curl -s http://h/'", `ssh h 'TOKEN=${MASK} curl -s http://h/'`],
  [
    'a -----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhk\n-----END PRIVATE KEY----- b',
    `a -----BEGIN PRIVATE KEY-----${MASK}-----END PRIVATE KEY----- b`,
  ],
  ['/x?token=a&key=b', `/x?token=${MASK}&key=${MASK}`],
];

describe('secrets, leaks that were', () => {
  for (const args of ARGS) {
    it(`argv: ${JSON.stringify(args.join(' '))}`, () => {
      const masked = maskArgs(args);
      ok(!masked.join('\n').includes(SECRET), masked.join(' '));
      deepStrictEqual(maskArgs(masked), masked);
      strictEqual(masked[0], args[0]);
    });
  }

  for (const target of TARGETS) {
    it(`target: ${target}`, () =>
      ok(!JSON.stringify(viewUrl(target)).includes(SECRET), viewUrl(target).original));
  }

  for (const text of TOKENS) {
    it(`token: ${JSON.stringify(text)}`, () => {
      for (const shown of [JSON.stringify(viewUrl(text)), viewHeader(text)]) {
        for (let at = 8; at < TOKEN.length - 8; at += 4) ok(!shown.includes(TOKEN.slice(at, at + 8)), shown);
      }
    });
  }

  for (const header of HEADERS) {
    it(`header: ${JSON.stringify(header)}`, () =>
      ok(!viewHeader(header).includes(SECRET), viewHeader(header)));
  }

  for (const [input, expected] of EXACT) {
    it(`keeps the rest: ${input}`, () => strictEqual(maskText(input), expected));
  }

  it('takes a plain option for an option', () => {
    const args = ['x', '--password', '--dry-run', '--token', '--output=json'];
    deepStrictEqual(maskArgs(args), args);
  });

  it('shows names of parameters that are names', () => {
    strictEqual(
      viewUrl('/x?list-type=2&X-Amz-Date=1&AWSAccessKeyId=x&prefix=').query,
      'list-type&X-Amz-Date&AWSAccessKeyId&prefix',
    );
    strictEqual(viewUrl('/x?recursive&uploads').query, 'recursive&uploads');
    strictEqual(viewUrl('/x?user%5Bname%5D=1').query, 'user%5Bname%5D');
  });
});
