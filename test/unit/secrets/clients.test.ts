import { deepStrictEqual, ok } from 'node:assert';
import { MASK, maskArgs } from '../../../src/secrets.ts';

const SECRET = 'hUnT3r';

/** Each both as argv and as code of a shell; what is to be masked stands as `hUnT3r`, and nothing else may be. */
const MASKED = [
  'curl -E client.pem:hUnT3r https://h/',
  'curl -sSE client.pem:hUnT3r https://h/',
  'curl -Eclient.pem:hUnT3r https://h/',
  'sudo -n curl --cert /etc/c.pem:hUnT3r https://h/',
  'curl --proxy-cert c:hUnT3r https://h/',
  String.raw`curl --cert c\:d.pem:hUnT3r https://h/`,
  'docker login -u me -p hUnT3r registry.example',
  'docker --config /srv/c login -phUnT3r',
  'podman login -p hUnT3r quay.example',
  'sudo nerdctl login -u me -p hUnT3r',
  'helm registry login -u me -p hUnT3r h',
  'docker exec -it mysql mysql -phUnT3r login',
  'mongosh -u root -p hUnT3r --quiet',
  'mongo -u root -phUnT3r admin',
  '/usr/bin/mongodump -h db -p hUnT3r',
  'timeout 9 mongorestore -p hUnT3r /dump',
  'smbclient //srv/share -U me%hUnT3r -c ls',
  'smbclient -UDOM/me%hUnT3r //srv/share',
  'smbclient --user=me%hUnT3r //srv/share',
  'rpcclient -U me%hUnT3r srv',
  'net ads join -U admin%hUnT3r',
  'lftp -u me,hUnT3r ftp://h/',
  'lftp -ume,hUnT3r h',
  'lftp --user me,hUnT3r h',
  'sqlcmd -S db -U sa -P hUnT3r -Q x',
  'sqlcmd -S db -U sa -PhUnT3r',
  'bcp db.dbo.t out f -S db -U sa -P hUnT3r',
  'bcp db.dbo.t out f -PhUnT3r',
  'sqlplus me/hUnT3r@db',
  'sqlplus -S -L me/hUnT3r@//db:1521/svc @/srv/x/y.sql in/out',
  'sudo sqlplus me/hUnT3r',
  'sqlplus me/hUnT3r@3r@db',
  'ldapsearch -x -D cn=admin -w hUnT3r -b dc=x',
  'ldapsearch -LLLxw hUnT3r -b dc=x',
  'ldapmodify -D cn=admin -whUnT3r -f /srv/x.ldif',
  'ldapadd -w hUnT3r -x',
  'ldapdelete -w hUnT3r cn=x',
  'ldapwhoami -xw hUnT3r',
  'ldappasswd -x -w hUnT3r -s hUnT3r -a hUnT3r cn=x',
  'openssl enc -aes-256-cbc -k hUnT3r -in f',
  'openssl aes-128-cbc -K hUnT3r -iv 00',
  'openssl s_client -connect h:443 -psk hUnT3r',
  'openssl dgst -sha256 -hmac hUnT3r f',
  'mysql -p3306:3306 -phUnT3r',
  'isql DSN me hUnT3r -b',
  'isql -v DSN me hUnT3r',
  'iusql DSN me hUnT3r',
  'isql -S SYB -U sa -P hUnT3r',
  'htpasswd -nb me hUnT3r',
  'htpasswd -b /srv/users me hUnT3r',
  'ora2pg -u me -w hUnT3r',
  'winexe -U DOM/me%hUnT3r //srv cmd',
  'kubectl -n a create secret generic x --from-literal=foo=hUnT3r --from-literal bar=hUnT3r',
  'aws ssm put-parameter --name /a --value hUnT3r --type SecureString',
  'aws ssm put-parameter --value=hUnT3r --name /a',
  'consul agent -encrypt hUnT3r -server',
  'nomad agent -encrypt=hUnT3r -server',
  'vault kv put -mount=secret a foo=hUnT3r bar=hUnT3r',
  'bao kv patch secret/a foo=hUnT3r',
  'vault operator unseal hUnT3r',
  'k3s agent -s https://h:6443 -t hUnT3r',
  'gitlab-runner register -n -r hUnT3r -u https://h/',
  'sendemail -f a -xu me -xp hUnT3r -u x',
  'swaks -t a -au me -ap hUnT3r',
  'ttyd -p 80 -c me:hUnT3r bash',
  'grafana-cli admin reset-admin-password hUnT3r',
  'snyk auth hUnT3r',
];

/** Code of a shell alone. */
const CODE = [
  `curl -E "client.pem:hUnT3r" https://h/`,
  `docker login -u me -p 'hUnT3r' h && docker pull h/x`,
  'docker login -p \\\n hUnT3r',
  'mongosh -p "hUnT3r"; mkdir -p /srv/x',
  `smbclient -U 'me%hUnT3r' //srv/share`,
  `lftp -c "open -u me,hUnT3r h; mirror a"`,
  'sqlcmd -P hUnT3r; cp -P a b',
  `sqlplus -S 'me/hUnT3r@db' @x.sql`,
  'sqlplus -M "HTML ON" me/hUnT3r@db <<EOF',
  'cd /srv;ldapsearch -w hUnT3r|grep -w cn',
  'tar c . | openssl enc -aes-256-cbc -k "hUnT3r" > /srv/x.enc',
  'redis-cli -h docker -a hUnT3r login',
];

/** Look-alikes: none of it is a secret. */
const PLAIN = [
  'curl -E client.pem https://h:8443/a',
  'curl -E pkcs11:object=x https://h/',
  'curl --cert-type PEM https://h:8443/a',
  'sed -E s:a:b: f',
  'grep -E a:b /srv/curl',
  'docker run -p 80:80 nginx',
  'docker run --rm -p 8080 nginx',
  'podman run -p 127.0.0.1:27017:27017 --name mongo mongo',
  'docker run -d --name mongo -p 27017:27017 mongo',
  'docker run -d --name mysql -p3306:3306 mysql',
  'sudo nerdctl container create --name mysql -p 3306:3306/tcp -p3306:3306 mysql',
  'docker login --password-stdin h',
  'getent login -p x',
  'mongod -p 27017',
  'mongodump --port 27017 -o /srv/x',
  'mongosh -u me -p --quiet',
  'smbclient -U me -N //srv/share',
  'smbclient -U % -L srv',
  'date -U +%Y',
  'lftp -u me h',
  'sort -u a,b',
  'sqlcmd -S db -E -p 1',
  'mysql -P 3306',
  'cp -P bcp.txt x',
  'sqlplus / as sysdba',
  'sqlplus /nolog @/srv/a/b.sql',
  'sqlplus me@db/svc',
  'ls sql/plus',
  'ldapsearch -x -W -D cn -b dc',
  'grep -w ldap f',
  'iwlist -w 5',
  'openssl x509 -in k -keyout k.pem',
  'openssl req -keyform PEM -iv 00',
  'curl -k --retry 3 https://h/',
  'isql DSN -b',
  'isql DSN me',
  'isql -S SYB -U sa -D db',
  'kubectl get pods -n a',
  'kubectl create configmap x --from-file=a=b',
  'aws s3 cp --value x y',
  'aws ssm get-parameter --name /a',
  'consul agent -server -config-dir /etc/consul.d',
  'vault kv get secret/a',
  'vault kv put secret/a @data.json',
  'vault operator unseal -migrate',
  'kubectl put x',
  'k3s server -c /etc/rancher/config.yaml',
  'gitlab-runner run -c x -r y',
  'swaks -t a -a PLAIN',
  'bash -c me:x',
  'snyk test -d',
];

describe('secrets, of clients', () => {
  for (const line of MASKED) {
    it(`argv: ${line}`, () => {
      const args = line.split(' ');
      const expected = line.replace(/hUnT3r(@3r)?/g, MASK).split(' ');
      if (line.startsWith('mysql')) expected[1] = `-p${MASK}`;
      deepStrictEqual(maskArgs(args), expected);
      deepStrictEqual(maskArgs(expected), expected);
    });
  }

  for (const line of [...MASKED, ...CODE]) {
    it(`code: ${line}`, () => {
      const masked = maskArgs(['sh', '-c', line]);
      ok(!masked.join(' ').includes(SECRET), masked.join(' '));
      deepStrictEqual(maskArgs(masked), masked);
    });
  }

  it('are masked behind an option that is taken for the value of one', () => {
    const args = ['keytool', '-genkey', '-srcstorepass', 'hUnT3r', '-alias', 'a'];
    deepStrictEqual(maskArgs(args), ['keytool', '-genkey', MASK, MASK, '-alias', 'a']);
  });

  it('are masked in argv alone, where their place in code tells less', () => {
    const hex = 'a1'.repeat(32);
    const agent = ['java', '-cp', 'a.jar', 'hudson.remoting.jnlp.Main', '-url', 'http://h/', hex, 'build-1'];
    deepStrictEqual(maskArgs(agent), agent.with(6, MASK));
    const pdf = ['pdftk', 'a.pdf', 'output', 'b.pdf', 'user_pw', 'hUnT3r', 'allow', 'x'];
    deepStrictEqual(maskArgs(pdf), pdf.with(5, MASK));
    const wpa = ['wpa_cli', '-i', 'wlan0', 'set_network', '0', 'psk', 'hUnT3r'];
    deepStrictEqual(maskArgs(wpa), wpa.with(6, MASK));
  });

  it('are masked behind an option that stands where a value would', () => {
    const args = ['x', '--pin', '-u', 'me:hUnT3r', 'mongosh', '-p', '-u', 'a:hUnT3r'];
    deepStrictEqual(maskArgs(args), ['x', '--pin', MASK, `me:${MASK}`, 'mongosh', '-p', MASK, `a:${MASK}`]);
  });

  for (const line of PLAIN) {
    it(`none in: ${line}`, () => {
      deepStrictEqual(maskArgs(line.split(' ')), line.split(' '));
      deepStrictEqual(maskArgs(['sh', '-c', line]), ['sh', '-c', line]);
    });
  }
});
