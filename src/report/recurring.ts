/*
 * Names that are made anew each time something is run, and what they are each time: a job of every minute is one
 * caller, and not one for each minute.
 */

const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi;

const UNITS: readonly (readonly [made: RegExp, name: string])[] = [
  // A login has its number; where PAM asks systemd-logind for one, as on Amazon Linux and RHEL, so has each job of cron.
  [/^session-c?\d+\.scope$/, 'session-*.scope'],
  // systemd-run(1), without --unit
  [/^run-(?:u\d+|r[0-9a-f]{32}|p\d+-i\d+)\.(scope|service)$/, 'run-*.$1'],
  // systemd.socket(5), Accept=yes: number, and addresses, or process and user, of the connection
  [/@\d+-(?:\d+-\d+|[\d.:a-f[\]]+:\d+-[\d.:a-f[\]]+:\d+)\.service$/, '@*.service'],
  // XDG's names of what a desktop starts: app-flatpak-ID-PID.scope
  [/^(app-(?:flatpak|gnome|kde)-.+)-\d{1,10}\.scope$/, '$1-*.scope'],
  // snap-confine: snap.NAME.APP-UUID.scope
  [UUID, '*'],
];

const PATHS: readonly (readonly [made: RegExp, name: string])[] = [
  // SSM's Run Command (…/document/orchestration/UUID/…), CodeDeploy, runners of GitHub and GitLab
  [UUID, '*'],
  // CodeDeploy: deployment-root/UUID/d-ABCDEF123/deployment-archive
  [/\/d-[A-Z0-9]{9}(?=\/)/g, '/d-*'],
  // Capistrano and the like; Rundeck
  [/\/releases\/20\d{12}(?=\/)/g, '/releases/*'],
  [/\/\d+-\d+-([\w.-]{1,128}-dispatch-script\.tmp)/g, '/*-$1'],
  // Ansible: ~/.ansible/tmp/ansible-tmp-1717171717.17-2345-98765/
  [/\/ansible-tmp-[\d.]+(?:-\d+)+(?=\/)/g, '/ansible-tmp-*'],
  // mktemp(1), and Python's tempfile
  [/\/tmp\.\w{10}(?=\/|$)/g, '/tmp.*'],
  [/\/tmp(?=[a-z]{0,7}[0-9_])[a-z0-9_]{8}(?=\/|$)/g, '/tmp*'],
  // Process substitution of shells
  [/^\/dev\/fd\/\d+$|(?<= )\/dev\/fd\/\d+$/, '/dev/fd/*'],
  [/\/proc\/(?:self|\d+)\/fd\/\d+$/, '/proc/*/fd/*'],
  // Rust's tempfile, as uv has it; Ruby's, as Chef has it; Salt's; those of Airflow
  [/\/\.tmp(?=[a-z]{0,5}[A-Z0-9])\w{6}(?=\/)/g, '/.tmp*'],
  [/(?<=[a-z_-])20\d{6}-\d{1,7}-[0-9a-z]{5,7}(?=[/.]|$)/g, '*'],
  [/\/__salt\.tmp\.\w{8}(?=\/|\.|$)/g, '/__salt.tmp.*'],
  [/\/tmp\/(airflowtmp|venv)[a-z0-9_]{8}(?=\/|$)/g, '/tmp/$1*'],
  // What an AppImage is mounted at; what go run has compiled; Terraform; TeamCity
  [/\/\.mount_([^/]{1,6}?)\w{6}(?=\/)/g, '/.mount_$1*'],
  [/\/go-build\d{6,12}(?=\/)/g, '/go-build*'],
  [/\/terraform_\d{6,10}(?=\.sh$)/g, '/terraform_*'],
  [/\/custom_script\d{10,20}(?=\.|$)/g, '/custom_script*'],
  // Jenkins: its shell steps, and those of its pipelines
  [/\/jenkins\d{4,20}(?=\.(?:sh|bat)$)/g, '/jenkins*'],
  [/\/durable-[0-9a-f]{4,8}(?=\/)/g, '/durable-*'],
];

const PODS: readonly (readonly [made: RegExp, name: string])[] = [
  // Tasks of ECS
  [/^(arn:.*\/)?[0-9a-f]{32}$/, '$1*'],
  // Executors of Spark, which are numbered within an application
  [/-[0-9a-f]{16}-exec-\d+$/, '-*-exec-*'],
  [/-[0-9a-f]{16}-driver$/, '-*-driver'],
  // Agents of Jenkins: JOB-BUILD-…
  [/-\d+(?:-[bcdfghjklmnpqrstvwxz0-9]{5}){3}$/, '-*'],
  // CronJobs, with indexes too; then Jobs, DaemonSets and ReplicaSets
  [/(?:-\d{8}|-\d{10})(?:-\d{1,6})?-[bcdfghjklmnpqrstvwxz2456789]{5}$/, '-*'],
  [/-[bcdfghjklmnpqrstvwxz2456789]{5}$/, '-*'],
];

/** The unit of each run: `session-*.scope`. */
export function recurringUnit(unit: string): string {
  return replaced(unit, UNITS);
}

/** A path of a program, as it is in each run, and whether it was replaced since or not. */
export function recurringExecutable(path: string): string {
  return recurringPath(path.replace(/ \(deleted\)$/, ''));
}

/** A path, or words with one in them, as they are in each run. */
export function recurringPath(path: string): string {
  return replaced(path, PATHS);
}

/**
 * A pod's name, or `namespace/name`, as it is in each run: kube-controller-manager makes it of its owner's name, of a
 * CronJob the minute in which it was due (the second, before Kubernetes 1.21), and five characters of an alphabet of its
 * own.
 */
export function recurringPod(pod: string): string {
  return replaced(pod, PODS);
}

/** Of Docker and Podman (names-generator), for a container that nobody has named: `dreamy_hopper`. */
const GENERATED_NAME = new RegExp(
  `^(?:${(
    'admiring adoring affectionate agitated amazing angry awesome beautiful blissful bold boring brave busy charming ' +
      'clever compassionate competent condescending confident cool cranky crazy dazzling determined distracted dreamy ' +
      'eager ecstatic elastic elated elegant eloquent epic exciting fervent festive flamboyant focused friendly frosty ' +
      'funny gallant gifted goofy gracious great happy hardcore heuristic hopeful hungry infallible inspiring intelligent ' +
      'interesting jolly jovial keen kind laughing loving lucid magical modest musing mystifying naughty nervous nice nifty ' +
      'nostalgic objective optimistic peaceful pedantic pensive practical priceless quirky quizzical recursing relaxed ' +
      'reverent romantic sad serene sharp silly sleepy stoic strange stupefied suspicious sweet tender thirsty trusting ' +
      'unruffled upbeat vibrant vigilant vigorous wizardly wonderful xenodochial youthful zealous zen'
  ).replaceAll(' ', '|')})_[a-z]+\\d?$`,
);

/** The name of a container as it is each time: of `docker compose run`, of nerdctl, and where nobody gave one. */
export function recurringContainer(name: string): string {
  return name
    .replace(GENERATED_NAME, '*')
    .replace(/([-_]run[-_])[0-9a-f]{12}$/, '$1*')
    .replace(/-[0-9a-f]{5}$/, '-*');
}

function replaced(text: string, rules: readonly (readonly [RegExp, string])[]): string {
  return rules.reduce((left, [made, name]) => left.replace(made, name), text);
}
