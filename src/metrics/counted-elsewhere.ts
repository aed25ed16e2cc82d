import { Counter, type Registry } from 'prom-client';

interface Description<Label extends string> {
  name: string;
  help: string;
  labelNames: readonly Label[];
}

/**
 * A counter of what something else counts, which is asked at each scrape. It never falls, as Prometheus wants
 * it: what is found to be less than it was before stays as it was.
 */
export function countedElsewhere<Label extends string>(
  registry: Registry,
  { name, help, labelNames }: Description<Label>,
  read: () => Iterable<[labels: Record<Label, string>, count: number]>,
): void {
  const told = new Map<string, number>();
  new Counter<Label>({
    name,
    help,
    labelNames,
    registers: [registry],
    collect() {
      // One without labels begins as 0, also where nobody counts.
      if (told.size === 0 && labelNames.length === 0) this.remove();
      for (const [labels, count] of read()) {
        const key = JSON.stringify(labels);
        const before = told.get(key) ?? 0;
        this.inc(labels, Math.max(0, count - before));
        told.set(key, Math.max(count, before));
      }
    },
  });
}
