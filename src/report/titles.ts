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
  [/^codedeploy-agent: /, 'codedeploy-agent'],
  [/^puppet agent: /, 'puppet agent'],
  [/^chef-client worker: /, 'chef-client worker'],
  [/^solid-queue-([a-z-]+)\(/, 'solid-queue $1'],
  [/^shoryuken [\d.]+ /, 'shoryuken'],
  // Of a task of Airflow, what runs it and what watches over that: DAG and task.
  [/^airflow task runner: (\S+) (\S+)/, 'airflow task $1 $2'],
  [/^airflow task supervisor: \['airflow', 'tasks', 'run', '([^']+)', '([^']+)'/, 'airflow task $1 $2'],
  [/^airflow (scheduler|triggerer|worker|executor|dag-processor|serve-logs)\b/, 'airflow $1'],
  [/^php-fpm[\d.]*: pool (\S+)/, 'php-fpm pool $1'],
  [/^php-fpm[\d.]*: master process/, 'php-fpm master process'],
  [/^PM2 v[\d.]+: God Daemon/, 'PM2 God Daemon'],
  [/^(npm|yarn|pnpm) ((?:run(?:-script)? )?[\w:.-]+)/, '$1 $2'],
  // Next.js
  [/^next-server \(v[\d.]+\)/, 'next-server'],
  [/^starman (?:master|worker)/, 'starman'],
];

/** The names themselves, which are all that is recorded with `--argv program`. */
const NAMES = TITLES.filter(([, name]) => !name.startsWith('$')).map(
  ([, name]) => new RegExp(`^${name.replace(/[[\]]/g, '\\$&').replace(/\$\d/g, '\\S*')}$`),
);

/** What a title names, once its end, which may be padded, is cut; undefined for one of unknown form. */
export function programOfTitle(title: string): string | undefined {
  for (const [pattern, name] of TITLES) {
    const match = pattern.exec(title);
    if (match !== null) return name.replace(/\$(\d)/g, (_, group: string) => match[Number(group)] ?? '');
  }
  return isTitleName(title) ? title : undefined;
}

export function isTitleName(title: string): boolean {
  return NAMES.some((name) => name.test(title));
}
