import { strictEqual } from 'node:assert';
import type { ProcessIdentity } from '../../../src/model.ts';
import { ProcessViews } from '../../../src/report/process-view.ts';
import {
  isBareClient,
  programArgs,
  programName,
  scriptFile,
  withoutCode,
} from '../../../src/report/program.ts';

const ROWS: readonly (readonly [executable: string | undefined, args: string, expected: string])[] = [
  ['/usr/bin/curl', 'curl -s http://h/', 'curl'],
  ['/usr/bin/python3.11', 'python3 /opt/app/main.py --port 80', 'python3 /opt/app/main.py'],
  ['/usr/bin/python3.11', 'python3 -u -W ignore /opt/app/main.py', 'python3 /opt/app/main.py'],
  ['/usr/bin/python3.11', '/usr/bin/python3 -m http.server 80', 'python3 -m http.server'],
  ['/usr/bin/python3.11', 'python3 -um celery worker', 'python3 -m celery'],
  ['/usr/bin/python3.11', 'python3 -c import(x)', 'python3 -c import(x)'],
  ['/usr/bin/python3.11', '[worker]', 'python3.11'],
  ['/usr/bin/node', 'node --require ./a.js --inspect server.js', 'node server.js'],
  ['/usr/bin/node', 'node -e x', 'node -e x'],
  ['/usr/bin/node', 'node --eval x', 'node -e x'],
  ['/usr/bin/ruby3.1', 'ruby -I lib -r json app.rb', 'ruby app.rb'],
  ['/usr/bin/perl', 'perl -w -I/usr/share/x tool.pl', 'perl tool.pl'],
  ['/usr/bin/perl', 'perl -lne print', 'perl -e print'],
  ['/usr/bin/php8.2', 'php -d x=1 -f cron.php', 'php cron.php'],
  ['/usr/bin/php8.2', 'php -r x', 'php -r x'],
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
  ['/bin/busybox', '/bin/sh /opt/x.sh', 'sh /opt/x.sh'],
  ['/bin/busybox', 'sh -c x', 'sh -c'],
  ['/bin/busybox', '-sh', 'sh'],
  ['/bin/busybox', 'busybox wget -q http://h/', 'wget'],
  ['/bin/busybox', '/bin/busybox sh /x.sh', 'sh /x.sh'],
  ['/bin/busybox.nosuid', 'crond -f', 'crond'],
  ['/usr/bin/coreutils', '/usr/bin/coreutils --coreutils-prog=cat -', 'cat'],
  ['/usr/bin/coreutils', '/usr/bin/coreutils --coreutils-prog-shebang=cat /usr/bin/cat -', 'cat'],
  ['/usr/bin/coreutils', '/usr/bin/coreutils', 'coreutils'],
  [undefined, 'sshd:', 'sshd:'],
  ['/usr/bin/ksh93', 'ksh /opt/x.ksh a', 'ksh /opt/x.ksh'],
  ['/usr/bin/tcsh', 'tcsh -f /opt/x.csh', 'tcsh /opt/x.csh'],
  ['/usr/bin/fish', 'fish -C x /opt/x.fish', 'fish /opt/x.fish'],
  ['/usr/bin/fish', 'fish -c x', 'fish -c'],
  ['/usr/bin/bash', 'bash /dev/fd/63', 'bash /dev/fd/*'],
  ['/usr/lib/R/bin/exec/R', '/usr/lib/R/bin/exec/R --no-echo --file=/srv/job.R --args a', 'R /srv/job.R'],
  ['/usr/bin/expect', 'expect -f /opt/x.exp', 'expect /opt/x.exp'],
  ['/usr/bin/mono-sgen', 'mono --debug /opt/App.exe', 'mono /opt/App.exe'],
  ['/usr/lib/jvm/17/bin/java', 'java @/opt/app/args', 'java @/opt/app/args'],
  ['/usr/lib/jvm/17/bin/java', 'java @/opt/app/args com.example.Main', 'java com.example.Main'],
  [
    '/usr/bin/python3.11',
    'python3 /usr/bin/gunicorn --bind 0.0.0.0:80 shop.wsgi:application',
    'python3 /usr/bin/gunicorn shop.wsgi:application',
  ],
  ['/usr/bin/python3.11', 'python3 -m uvicorn main:app --port 80', 'python3 -m uvicorn main:app'],
  ['/usr/bin/python3.11', 'python3 /srv/manage.py report --all', 'python3 /srv/manage.py report'],
  ['/usr/bin/php8.2', 'php artisan queue:work --tries=3', 'php artisan queue:work'],
  ['/usr/bin/ruby3.1', 'ruby bin/rails server', 'ruby bin/rails server'],
  ['/usr/bin/node', 'node /usr/bin/npm run fetch', 'node /usr/bin/npm run fetch'],
  ['/usr/bin/node', 'node /opt/yarn/bin/yarn.js start', 'node /opt/yarn/bin/yarn.js start'],
  [
    '/usr/libexec/platform-python3.6',
    '/usr/libexec/platform-python -Es /usr/sbin/tuned',
    'platform-python /usr/sbin/tuned',
  ],
  ['/usr/bin/python3.11', '/opt/venv/bin/python /opt/venv/bin/aws s3 ls', 'python /opt/venv/bin/aws'],
  ['/usr/bin/python3.11', '/opt/venv/bin/python3 -X dev -m app', 'python3 -m app'],
  ['/usr/bin/python3.11', 'python3 -mapp.main --x', 'python3 -m app.main'],
  ['/usr/bin/python3.11', 'python3 /opt/tool.pyz run', 'python3 /opt/tool.pyz'],
  ['/usr/bin/python3.11', '/usr/bin/python3 -Es /usr/sbin/firewalld --nofork', 'python3 /usr/sbin/firewalld'],
  ['/usr/bin/python3.11', 'python3 -I -Wignore -', 'python3 -'],
  ['/usr/bin/python3.11', 'python3', 'python3'],
  ['/usr/bin/pypy3.9', 'pypy3 a.py', 'pypy3 a.py'],
  ['/usr/bin/node', 'node --max-old-space-size=4096 --env-file .env dist/main.js', 'node dist/main.js'],
  [
    '/usr/bin/node',
    '/usr/bin/node --inspect=0.0.0.0:9229 -r dotenv/config /srv/app/index.js',
    'node /srv/app/index.js',
  ],
  ['/usr/bin/node', 'node --enable-source-maps -- /srv/x.js', 'node /srv/x.js'],
  ['/usr/bin/node', 'node -pe process.version', 'node -p process.version'],
  ['/usr/bin/node', 'node --input-type module -e x', 'node -e x'],
  ['/usr/bin/deno', 'deno run --allow-net main.ts', 'deno run main.ts'],
  ['/usr/bin/bun', 'bun run index.ts', 'bun run index.ts'],
  ['/usr/bin/bun', 'bun index.ts', 'bun index.ts'],
  [
    '/usr/bin/ruby3.1',
    '/usr/bin/ruby3.1 /usr/local/bin/bundle exec puma -C config/puma.rb',
    'ruby3.1 /usr/local/bin/bundle exec puma',
  ],
  ['/usr/bin/ruby3.1', 'ruby /usr/bin/bundle install', 'ruby /usr/bin/bundle'],
  ['/usr/bin/ruby3.1', 'ruby --yjit -W0 bin/rails server', 'ruby bin/rails server'],
  ['/usr/bin/ruby3.1', 'ruby -e x', 'ruby -e x'],
  ['/usr/bin/perl', '/usr/bin/perl -T /usr/sbin/amavisd', 'perl /usr/sbin/amavisd'],
  ['/usr/bin/perl', 'perl -Mstrict -MJSON::PP -e 1', 'perl -e 1'],
  ['/usr/bin/perl', 'perl -I lib -d:NYTProf x.pl', 'perl x.pl'],
  ['/usr/bin/php8.2', 'php artisan queue:work', 'php artisan queue:work'],
  ['/usr/bin/php8.2', 'php -S 0.0.0.0:80 -t public router.php', 'php router.php'],
  ['/usr/bin/php-cgi8.2', 'php-cgi8.2 /srv/x.php', 'php-cgi8.2 /srv/x.php'],
  ['/usr/bin/bash', 'bash --rcfile /etc/x -i /opt/x.sh', 'bash /opt/x.sh'],
  ['/usr/bin/bash', 'bash +x -O extglob /opt/x.sh', 'bash /opt/x.sh'],
  ['/usr/bin/bash', 'bash -s arg', 'bash -s'],
  ['/usr/bin/bash', 'bash', 'bash'],
  ['/usr/lib/jvm/17/bin/java', 'java -jar -Xmx1g app.jar --port 80', 'java -jar app.jar'],
  ['/usr/lib/jvm/17/bin/java', 'java -javaagent:/opt/a.jar -Dx=y -jar app.jar', 'java -jar app.jar'],
  ['/usr/lib/jvm/17/bin/java', 'java @/etc/args --class-path a.jar com.Main', 'java com.Main'],
  ['/usr/lib/jvm/17/bin/java', 'java --class-path=a.jar com.Main', 'java com.Main'],
  ['/usr/lib/jvm/17/bin/java', 'java --module=app/com.Main', 'java -m app/com.Main'],
  ['/usr/lib/jvm/17/bin/java', 'java --source 17 Tool.java', 'java Tool.java'],
  [
    '/usr/lib/jvm/17/bin/java',
    'java -cp /srv/app.jar -Dloader.main=com.x.Main org.springframework.boot.loader.PropertiesLauncher',
    'java com.x.Main',
  ],
  [
    '/usr/lib/jvm/17/bin/java',
    'java -cp conf:/srv/app.jar org.springframework.boot.loader.launch.JarLauncher',
    'java -jar /srv/app.jar',
  ],
  [
    '/usr/lib/jvm/17/bin/java',
    'java org.springframework.boot.loader.launch.JarLauncher',
    'java org.springframework.boot.loader.launch.JarLauncher',
  ],
  ['/usr/lib/jvm/17/bin/java', 'java -Xmx1g', 'java'],
  [
    '/usr/bin/jsvc',
    'jsvc.exec -java-home /jvm -user tomcat -cp a.jar -pidfile /run/x org.apache.catalina.startup.Bootstrap',
    'jsvc.exec org.apache.catalina.startup.Bootstrap',
  ],
  ['/usr/share/dotnet/dotnet', '/usr/bin/dotnet /srv/App.dll --urls http://h', 'dotnet /srv/App.dll'],
  ['/usr/share/dotnet/dotnet', 'dotnet --roll-forward Major App.dll', 'dotnet App.dll'],
  ['/usr/share/dotnet/dotnet', 'dotnet run --project src/App', 'dotnet run src/App'],
  ['/srv/App', '/srv/App --urls http://h', 'App'],
];

/** By their manuals: letters in one word, values behind a letter or in the next word, and where options end. */
const COMMANDS: readonly (readonly [command: string, expected: string])[] = [
  ['python3 -mceleryd', 'python3 -m celeryd'],
  ['python3 -mceleryd -A app', 'python3 -m celeryd'],
  ['python3 -ummycron.c', 'python3 -m mycron.c'],
  ['python3 -Wc app.py', 'python3 app.py'],
  ['python3 -Ximporttime -Wignore::c -mpip', 'python3 -m pip'],
  ['python3 -W c -X dev app.py', 'python3 app.py'],
  ['python3 -OOBsc x=1', 'python3 -c x=1'],
  ['python3 -Scx', 'python3 -c x'],
  ['python3 -u -- /opt/-c.py', 'python3 /opt/-c.py'],
  ['python3 -', 'python3 -'],
  ['python2.7 -Qnew -3 old.py', 'python2.7 old.py'],
  ['python3.13t -X gil=0 main.py', 'python3.13t main.py'],
  ['ruby -W:no-deprecated -S rake x', 'ruby rake x'],
  ['ruby -W:no-experimental -eputs', 'ruby -e puts'],
  ['ruby -W0 -Ku -T1 -w app.rb', 'ruby app.rb'],
  ['ruby -rjson -e puts', 'ruby -e puts'],
  ['ruby -rerb -Ilib -C/srv/e app.rb', 'ruby app.rb'],
  ['ruby -C /srv -E UTF-8:UTF-8 -rubygems app.rb', 'ruby app.rb'],
  ['ruby -i.bake -pe gsub!', 'ruby -e gsub!'],
  ['ruby -n0777e print', 'ruby -e print'],
  ['ruby -F: -ane p', 'ruby -e p'],
  ['ruby --disable gems --encoding utf-8 app.rb', 'ruby app.rb'],
  ['ruby --disable=gems --external-encoding=utf-8 -- -e.rb', 'ruby -e.rb'],
  ['perl -i.before -pe s/a/b/', 'perl -e s/a/b/'],
  ['perl -0777 -ne print', 'perl -e print'],
  ['perl -l012ne print', 'perl -e print'],
  ['perl -F/:e/ -ane print', 'perl -e print'],
  ['perl -F: -lane print', 'perl -e print'],
  ['perl -CSDE tool.pl', 'perl tool.pl'],
  ['perl -Mre=eval -I/opt/lib -Esay', 'perl -E say'],
  ['perl -d:NYTProfEe tool.pl', 'perl tool.pl'],
  ['perl -de 0', 'perl -e 0'],
  ['perl -x/opt/e -T tool.pl', 'perl tool.pl'],
  ['perl -I /opt/e -w -- tool.pl', 'perl tool.pl'],
  ['node -r ./e.js -C dev app.js', 'node app.js'],
  ['node --eval=fetch(1) x', 'node -e fetch(1)'],
  ['node --print=1', 'node -p 1'],
  ['node -p 1', 'node -p 1'],
  ['node --inspect-port 9229 --import=tsx app.ts', 'node app.ts'],
  ['node --inspect 9229 app.js', 'node 9229'],
  ['node --run build', 'node --run build'],
  ['node --test-name-pattern e --test app.test.js', 'node app.test.js'],
  ['bun --watch --cwd /srv run start', 'bun run start'],
  ['deno task start', 'deno task start'],
  ['php -dmemory_limit=1G artisan queue:work', 'php artisan queue:work'],
  ['php -derror_reporting=E_ALL -c/etc/php.ini cron.php', 'php cron.php'],
  ['php -d x=1 -fcron.php', 'php cron.php'],
  ['php --file=cron.php -- -r', 'php cron.php'],
  ['php --define x=1 --file cron.php', 'php cron.php'],
  ['php -qnr echo', 'php -r echo'],
  ['php --run echo', 'php -r echo'],
  ['php -e cron.php', 'php cron.php'],
  ['php -S0.0.0.0:80 -t/srv/r router.php', 'php router.php'],
  ['bash -euxo pipefail /opt/x.sh', 'bash /opt/x.sh'],
  ['bash -oeu pipefail /opt/x.sh', 'bash /opt/x.sh'],
  ['bash -eu -o pipefail -c x', 'bash -c'],
  ['bash -xco pipefail x', 'bash -c'],
  ['bash +O extglob +e /opt/x.sh', 'bash /opt/x.sh'],
  ['bash --norc -- /opt/x.sh', 'bash /opt/x.sh'],
  ['bash --rcfile /etc/x -ls arg', 'bash -s'],
  ['sh - /opt/x.sh', 'sh /opt/x.sh'],
  ['zsh -f /opt/x.sh', 'zsh /opt/x.sh'],
  ['ksh -p /opt/x.sh -c', 'ksh /opt/x.sh'],
  ['java -ea -Xss1m -XX:Flags=x -Dc=m -splash:x com.Main -m x', 'java com.Main'],
  ['java -p mods --add-modules ALL-MODULE-PATH --module app/com.Main', 'java -m app/com.Main'],
  ['java -cp a.jar -javaagent:b.jar=c -jar -Dx=y app.jar -cp', 'java -jar app.jar'],
  ['java --enable-native-access ALL-UNNAMED --source=17 Tool.java', 'java Tool.java'],
  ['dotnet run --project=src/App', 'dotnet run src/App'],
  ['lua -lsocket -e print', 'lua -e print'],
  ['luajit -jv -O3 app.lua', 'luajit app.lua'],
  ['tclsh -encoding utf-8 app.tcl', 'tclsh app.tcl'],
  ['Rscript --vanilla -e print', 'Rscript -e print'],
  ['Rscript --vanilla app.R', 'Rscript app.R'],
  ['pwsh -NoProfile -ExecutionPolicy Bypass -File job.ps1', 'pwsh job.ps1'],
  ['pwsh -nop -Command Get-Date', 'pwsh -c Get-Date'],
];

/** What servers write over their arguments. */
const TITLES: readonly (readonly [executable: string, title: string, expected: string])[] = [
  ['/usr/sbin/php-fpm8.2', 'php-fpm: pool www', 'php-fpm pool www'],
  [
    '/usr/sbin/php-fpm8.2',
    'php-fpm: master process (/etc/php/8.2/fpm/php-fpm.conf)',
    'php-fpm master process',
  ],
  ['/usr/bin/python3.11', 'gunicorn: worker [app:app]', 'gunicorn [app:app]'],
  ['/usr/bin/python3.11', 'gunicorn: master [app:app]', 'gunicorn [app:app]'],
  ['/usr/bin/python3.11', '[celeryd: celery@web-7:ForkPoolWorker-1]', 'celery celery@web-7'],
  [
    '/usr/bin/python3.11',
    '[celeryd: celery@web-7:MainProcess] -active- (worker -A proj)',
    'celery celery@web-7',
  ],
  ['/usr/bin/uwsgi-core', 'uWSGI worker 1', 'uwsgi'],
  ['/usr/bin/ruby3.1', 'puma: cluster worker 0: 812 [app]', 'puma [app]'],
  ['/usr/bin/ruby3.1', 'puma 6.4.2 (tcp://0.0.0.0:3000) [app]', 'puma [app]'],
  ['/usr/bin/ruby3.1', 'sidekiq 7.2.0 app [0 of 10 busy]', 'sidekiq app'],
  ['/usr/bin/ruby3.1', 'unicorn worker[3] -c config/unicorn.rb', 'unicorn'],
  ['/usr/bin/ruby3.1', 'Passenger RubyApp: /var/www/app (production)', 'Passenger RubyApp /var/www/app'],
  ['/usr/bin/node', 'npm run start:prod', 'npm run start:prod'],
  ['/usr/bin/node', 'npm start', 'npm start'],
  ['/usr/bin/ruby2.7', 'codedeploy-agent: master 4711', 'codedeploy-agent'],
  [
    '/usr/bin/ruby2.7',
    'codedeploy-agent: InstanceAgent::Plugins::CodeDeployPlugin::CommandPoller of master 4711',
    'codedeploy-agent',
  ],
  ['/opt/puppetlabs/puppet/bin/ruby', 'puppet agent: applying configuration', 'puppet agent'],
  ['/opt/cinc/embedded/bin/ruby', 'chef-client worker: ppid=12;start=10:00:01;', 'chef-client worker'],
  ['/usr/bin/ruby3.1', 'solid-queue-worker(1.1.0): waiting for jobs in *', 'solid-queue worker'],
  ['/usr/bin/python3.11', 'airflow task runner: daily load manual__2026-01-01 12', 'airflow task daily load'],
  [
    '/usr/bin/python3.11',
    "airflow task supervisor: ['airflow', 'tasks', 'run', 'daily', 'load', 'manual__2026-01-01']",
    'airflow task daily load',
  ],
  ['/usr/bin/python3.11', 'airflow scheduler -- DagFileProcessorManager', 'airflow scheduler'],
  ['/usr/bin/node', 'next-server (v14.1.0)', 'next-server'],
  ['/usr/bin/node', 'PM2 v5.3.0: God Daemon (/root/.pm2)', 'PM2 God Daemon'],
  ['/usr/bin/node', 'node /srv/app.js', 'node /srv/app.js'],
  ['/usr/bin/node', 'doing job 4711 of 9000', 'node'],
];

describe('program name', () => {
  for (const [executable, args, expected] of ROWS) {
    it(`${executable ?? '?'}: ${args} → ${expected}`, () => {
      const identity: ProcessIdentity = { pid: 1, start: '1', args: args.split(' ') };
      if (executable !== undefined) identity.executable = executable;
      strictEqual(programName(identity), expected);
    });
  }

  for (const [command, expected] of COMMANDS) {
    it(`${command} → ${expected}`, () => {
      const args = command.split(' ');
      strictEqual(programName({ pid: 1, start: '1', executable: `/usr/bin/${args[0]}`, args }), expected);
    });
  }

  for (const [executable, title, expected] of TITLES) {
    it(`${executable} as "${title}" → ${expected}`, () => {
      for (const args of [[title], [`${title}   `], [title, '', '']]) {
        strictEqual(programName({ pid: 1, start: '1', executable, args }), expected);
      }
    });
  }

  it('is the same where no more than what names it was recorded', () => {
    for (const [executable, title, expected] of TITLES) {
      const process = { pid: 1, start: '1', executable, args: [title] };
      strictEqual(programName({ ...process, args: programArgs(process) }), expected);
    }
  });

  it('knows the file of a script, where there is one', () => {
    const file = (executable: string, args: string) =>
      scriptFile({ pid: 1, start: '1', executable, args: args.split(' ') });
    strictEqual(file('/usr/bin/python3.11', 'python3 -u /usr/bin/cloud-init init'), '/usr/bin/cloud-init');
    strictEqual(file('/jvm/bin/java', 'java -jar /opt/a.jar'), '/opt/a.jar');
    strictEqual(file('/usr/bin/python3.11', 'python3 -m app'), undefined);
    strictEqual(file('/jvm/bin/java', 'java com.Main'), undefined);
    strictEqual(file('/usr/bin/curl', 'curl /x'), undefined);
  });

  it('shows the head of code in one line, and none of a shell', () => {
    const name = (...args: string[]) =>
      programName({ pid: 1, start: '1', executable: `/usr/bin/${args[0]}`, args });
    strictEqual(name('python3', '-c', '\nimport os;\n  print(1);\n'), 'python3 -c import os; print(1)');
    strictEqual(name('python3', '-cprint(1)'), 'python3 -c print(1)');
    const long = name('python3', '-c', 'x'.repeat(99)) ?? '';
    strictEqual(long, `python3 -c ${'x'.repeat(39)}…`);
    strictEqual(withoutCode(long), 'python3 -c');
    strictEqual(withoutCode('python3 /opt/x.py'), 'python3 /opt/x.py');
    strictEqual(name('python3', '-c'), 'python3 -c');
    strictEqual(name('bash', '-c', 'curl x'), 'bash -c');
    strictEqual(
      programName({ pid: 1, start: '1', executable: '/bin/busybox', args: ['sh', '-c', 'x'] }),
      'sh -c',
    );
  });

  it('names who runs a client by way of a wrapper', () => {
    const one = (pid: number, ...args: string[]) => ({
      pid,
      start: '1',
      executable: `/usr/bin/${args[0]}`,
      args,
    });
    const process = {
      ...one(9, 'curl', 'http://h/'),
      ancestors: [one(8, 'timeout', '5', 'curl'), one(7, 'xargs', 'timeout'), one(6, 'bash', '/opt/x.sh')],
    };
    strictEqual(new ProcessViews().view(process).startedBy, 'bash /opt/x.sh');
    strictEqual(
      new ProcessViews().view({ ...process, ancestors: [one(8, 'sudo', 'curl')] }).startedBy,
      undefined,
    );
  });

  it('passes over what only runs another program, whatever it is made of', () => {
    const script = { pid: 6, start: '1', executable: '/usr/bin/bash', args: ['bash', '/opt/x.sh'] };
    for (const [executable, args] of [
      ['/usr/bin/sudo-rs', 'sudo curl'],
      ['/usr/bin/sudo.ws', 'sudo curl'],
      ['/usr/bin/su-rs', 'su app -c curl'],
      ['/usr/bin/coreutils', 'timeout 5 curl'],
      ['/usr/bin/coreutils', '/usr/bin/coreutils --coreutils-prog-shebang=timeout /usr/bin/timeout 5 curl'],
      ['/usr/bin/strace', 'strace -f curl'],
      ['/usr/bin/script', 'script -qc curl /dev/null'],
      ['/usr/bin/perl', '/usr/bin/perl /usr/bin/parallel curl'],
      ['/usr/bin/perl', '/usr/bin/perl -w /usr/bin/chronic curl'],
      ['/usr/bin/systemd-run', 'systemd-run --pipe curl'],
      ['/usr/bin/find', 'find /srv -exec curl {} ;'],
      ['/usr/bin/python3.11', 'python3 -'],
      ['/usr/bin/python3.11', 'python3'],
      ['/usr/bin/bash', 'bash'],
      ['/usr/bin/bash', 'bash -s x'],
      ['/usr/bin/bash', 'bash /dev/fd/63'],
    ] as const) {
      const wrapper = { pid: 8, start: '1', executable, args: args.split(' ') };
      const curl = { pid: 9, start: '1', executable: '/usr/bin/curl', args: ['curl'] };
      strictEqual(
        new ProcessViews().view({ ...curl, ancestors: [wrapper, script] }).startedBy,
        'bash /opt/x.sh',
        args,
      );
    }
  });

  it('names a shell of a person, and not what gave it to him', () => {
    const curl = { pid: 9, start: '1', executable: '/usr/bin/curl', args: ['curl'] };
    const by = (...ancestors: string[]) =>
      new ProcessViews().view({
        ...curl,
        ancestors: ancestors.map((words, index) => {
          const args = words.split(' ');
          return { pid: 8 - index, start: '1', executable: `/usr/bin/${args[0]?.replace(/^-/, '')}`, args };
        }),
      }).startedBy;
    strictEqual(by('bash', 'sudo -i', '-bash', 'sshd'), 'bash');
    strictEqual(by('bash', 'tmux'), 'bash');
    strictEqual(by('sh', 'ssm-session-worker x'), 'sh');
    strictEqual(by('bash', 'su - gitlab-runner', 'gitlab-runner run'), 'gitlab-runner');
  });

  it('falls back to the name, and says when there is none', () => {
    strictEqual(programName({ pid: 1, start: '1', name: 'kworker' }), 'kworker');
    strictEqual(programName({ pid: 1, start: '1' }), undefined);
    strictEqual(programName({ pid: 1, start: '1', args: [] }), undefined);
  });

  it('bounds the length', () => {
    strictEqual(programName({ pid: 1, start: '1', executable: `/x/${'a'.repeat(999)}` })?.length, 240);
  });

  it('knows which programs say nothing of who is to be fixed', () => {
    for (const program of [
      'curl',
      'wget',
      'sh -c',
      'bash -c',
      'python3 /usr/bin/http',
      'perl /usr/bin/GET',
      'nc.openbsd',
      'lynx',
      'python3 -',
      'python3',
      'ruby -',
    ])
      strictEqual(isBareClient(program), true);
    for (const program of [
      'aws',
      'bash /opt/x.sh',
      'bash',
      'python3 /opt/app/http',
      'python3 -m http',
      'python3.11',
      'ruby',
    ])
      strictEqual(isBareClient(program), false);
  });
});
