import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Namespace, shown } from '../../support/netns.ts';
import { succeed } from '../probe/world.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const PROGRAMS = join(ROOT, '.cache', 'clients', 'root', 'usr', 'bin');
export const ALERTS = join(ROOT, 'packaging', 'prometheus', 'imds-alerts.yaml');
export const ALERT_TESTS = join(import.meta.dirname, 'imds-alerts.test.yaml');
export const DASHBOARD = join(ROOT, 'packaging', 'grafana', 'imds-dashboard.json');

const ADDRESS = '127.0.0.1:9090';

/** Whether the set-up has fetched Debian's Prometheus. */
export function isPrometheusThere(): boolean {
  return ['prometheus', 'promtool'].every((name) => existsSync(join(PROGRAMS, name)));
}

/** What promtool says, and whether it is content. */
export function promtool(args: readonly string[]): { ok: boolean; text: string } {
  const { status, stdout, stderr } = spawnSync(join(PROGRAMS, 'promtool'), args, {
    encoding: 'utf8',
    timeout: 30_000,
  });
  return { ok: status === 0, text: `${stdout}${stderr}` };
}

interface Panel {
  title: string;
  targets: { expr: string }[];
}

/** Each query of the dashboard, as Grafana would send it for all hosts. */
export function dashboardQueries(): { title: string; expr: string }[] {
  const { panels }: { panels: Panel[] } = JSON.parse(readFileSync(DASHBOARD, 'utf8'));
  const filled = (expr: string) =>
    expr.replaceAll('$instance', '.*').replaceAll('$__rate_interval', '10s').replaceAll('$__range', '1m');
  return panels.flatMap(({ title, targets }) => targets.map(({ expr }) => ({ title, expr: filled(expr) })));
}

export interface Sample {
  metric: Record<string, string>;
  value: [time: number, value: string];
}

interface Alert {
  labels: Record<string, string>;
  state: string;
}

/** A Prometheus in a namespace, which scrapes one target each second. */
export class Prometheus {
  readonly #where: Namespace;

  private constructor(where: Namespace) {
    this.#where = where;
  }

  /** Resolves when it answers. It ends with its namespace. */
  static async start(where: Namespace, target: string, folder: string): Promise<Prometheus> {
    const config = join(folder, 'prometheus.yml');
    writeFileSync(
      config,
      `global: { scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s }
rule_files: ['${ALERTS}']
scrape_configs:
  - job_name: imds
    static_configs: [{ targets: ['${target}'] }]
`,
    );
    const args = [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=${ADDRESS}`,
    ];
    const child = where.spawn(join(PROGRAMS, 'prometheus'), args, { stdio: ['ignore', 'ignore', 'pipe'] });
    await shown(child, child.stderr, /Server is ready to receive web requests/);
    return new Prometheus(where);
  }

  async query(expr: string): Promise<Sample[]> {
    const { result } = await this.#ask<{ result: Sample[] }>('query', ['--data-urlencode', `query=${expr}`]);
    return result;
  }

  async alerts(): Promise<Alert[]> {
    return (await this.#ask<{ alerts: Alert[] }>('alerts')).alerts;
  }

  async #ask<T>(what: string, args: readonly string[] = []): Promise<T> {
    const url = `http://${ADDRESS}/api/v1/${what}`;
    const text = await succeed(this.#where.run('curl', ['-s', '-m', '10', '-G', ...args, url]));
    const { status, error, data } = JSON.parse(text);
    if (status !== 'success') throw new Error(`${what} ${args.join(' ')}: ${error}`);
    return data;
  }
}
