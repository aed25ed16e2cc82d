import { strictEqual } from 'node:assert';
import type { ProcessIdentity } from '../../../src/model.ts';
import { isBareClient, programName } from '../../../src/report/program.ts';

const ROWS: readonly (readonly [executable: string | undefined, args: string, expected: string])[] = [
  ['/usr/bin/curl', 'curl -s http://h/', 'curl'],
  ['/usr/bin/python3.11', 'python3 /opt/app/main.py --port 80', 'python3 /opt/app/main.py'],
  ['/usr/bin/python3.11', 'python3 -u -W ignore /opt/app/main.py', 'python3 /opt/app/main.py'],
  ['/usr/bin/python3.11', '/usr/bin/python3 -m http.server 80', 'python3 -m http.server'],
  ['/usr/bin/python3.11', 'python3 -um celery worker', 'python3 -m celery'],
  ['/usr/bin/python3.11', 'python3 -c import(x)', 'python3 -c'],
  ['/usr/bin/python3.11', '[worker]', 'python3.11'],
  ['/usr/bin/node', 'node --require ./a.js --inspect server.js', 'node server.js'],
  ['/usr/bin/node', 'node -e x', 'node -e'],
  ['/usr/bin/node', 'node --eval x', 'node -e'],
  ['/usr/bin/ruby3.1', 'ruby -I lib -r json app.rb', 'ruby app.rb'],
  ['/usr/bin/perl', 'perl -w -I/usr/share/x tool.pl', 'perl tool.pl'],
  ['/usr/bin/perl', 'perl -lne print', 'perl -e'],
  ['/usr/bin/php8.2', 'php -d x=1 -f cron.php', 'php cron.php'],
  ['/usr/bin/php8.2', 'php -r x', 'php -r'],
  ['/usr/bin/bash', '/bin/bash ./makeCalls.sh a', 'bash ./makeCalls.sh'],
  ['/usr/bin/bash', 'bash -euo pipefail /opt/x.sh', 'bash /opt/x.sh'],
  ['/usr/bin/bash', 'bash -lc x', 'bash -c'],
  ['/usr/bin/bash', '-bash', 'bash'],
  ['/usr/bin/dash', 'sh /opt/x.sh', 'sh /opt/x.sh'],
  ['/usr/lib/jvm/17/bin/java', 'java -Xmx1g -jar /opt/agent.jar x', 'java -jar /opt/agent.jar'],
  ['/usr/lib/jvm/17/bin/java', 'java -cp a.jar:b.jar -Dx=y com.example.Main z', 'java com.example.Main'],
  ['/usr/lib/jvm/17/bin/java', 'java -p mods -m app/com.Main', 'java -m app/com.Main'],
  ['/usr/bin/dotnet', 'dotnet exec --depsfile d app.dll', 'dotnet app.dll'],
  ['/usr/bin/dotnet', 'dotnet app.dll', 'dotnet app.dll'],
  ['/opt/agent (deleted)', 'agent', 'agent'],
  ['/bin/busybox', 'wget -q http://h/', 'wget'],
  [undefined, 'sshd:', 'sshd:'],
];

describe('program name', () => {
  for (const [executable, args, expected] of ROWS) {
    it(`${executable ?? '?'}: ${args} → ${expected}`, () => {
      const identity: ProcessIdentity = { pid: 1, start: '1', args: args.split(' ') };
      if (executable !== undefined) identity.executable = executable;
      strictEqual(programName(identity), expected);
    });
  }

  it('falls back to the name, and says when there is none', () => {
    strictEqual(programName({ pid: 1, start: '1', name: 'kworker' }), 'kworker');
    strictEqual(programName({ pid: 1, start: '1' }), undefined);
    strictEqual(programName({ pid: 1, start: '1', args: [] }), undefined);
  });

  it('bounds the length', () => {
    strictEqual(programName({ pid: 1, start: '1', executable: `/x/${'a'.repeat(999)}` })?.length, 240);
  });

  it('knows which programs say nothing of who is to be fixed', () => {
    for (const program of ['curl', 'wget', 'sh -c', 'bash -c']) strictEqual(isBareClient(program), true);
    for (const program of ['aws', 'bash /opt/x.sh', 'bash']) strictEqual(isBareClient(program), false);
  });
});
