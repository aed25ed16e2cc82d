/**
 * Titles that servers write over their arguments, and what names the program in them. Others are not used:
 * one that tells what its process is doing now would make a caller of each.
 */
const TITLES: readonly (readonly [title: RegExp, name: string])[] = [
  // gunicorn, with setproctitle
  [/^gunicorn: (?:master|worker|arbiter) \[([^\]]+)\]/, 'gunicorn [$1]'],
  // celery, with setproctitle: [celeryd: celery@web-7:ForkPoolWorker-1]
  [/^\[celeryd?: ([^\]:]+)(?::[^\]]*)?\]/, 'celery $1'],
  [/^\[celery beat\]/, 'celery beat'],
  [/^uwsgi (?:master|worker \d+|http \d+)/i, 'uwsgi'],
  // puma 6.4.2 (tcp://0.0.0.0:3000) [app], puma: cluster worker 0: 812 [app]
  [/^puma(?: [\d.]+|: cluster worker \d+:).*\[([^\]]+)\]$/, 'puma [$1]'],
  [/^puma(?: [\d.]+|:)/, 'puma'],
  // sidekiq 7.2.0 app [0 of 10 busy]
  [/^sidekiq [\d.]+ (\S+) \[/, 'sidekiq $1'],
  [/^unicorn(_rails)? (?:master|worker\[\d+\])/, 'unicorn$1'],
  [/^resque(?:-[\d.]+)?:/, 'resque'],
  [/^Passenger (\w+): (\S+)/, 'Passenger $1 $2'],
  [/^php-fpm[\d.]*: pool (\S+)/, 'php-fpm pool $1'],
  [/^php-fpm[\d.]*: master process/, 'php-fpm master process'],
  [/^PM2 v[\d.]+: God Daemon/, 'PM2 God Daemon'],
  [/^(npm|yarn|pnpm) ((?:run(?:-script)? )?[\w:.-]+)/, '$1 $2'],
  // Next.js
  [/^next-server \(v[\d.]+\)/, 'next-server'],
  [/^starman (?:master|worker)/, 'starman'],
];

/** What a title names, once its end, which may be padded, is cut; undefined for one of unknown form. */
export function programOfTitle(title: string): string | undefined {
  for (const [pattern, name] of TITLES) {
    const match = pattern.exec(title);
    if (match !== null) return name.replace(/\$(\d)/g, (_, group: string) => match[Number(group)] ?? '');
  }
  return undefined;
}
