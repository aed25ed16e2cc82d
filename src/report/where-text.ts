import { countOf } from '../words.ts';
import type { Caller } from './caller.ts';
import type { CallerRow } from './caller-row.ts';
import { escapeText } from './escape.ts';
import { fewText, joinKnown } from './layout.ts';
import { baseName } from './program.ts';

/** Host, where it is not as it stands above, container, unit, user, and who it was forwarded for; escaped. */
export function whereText(row: CallerRow, { containers }: Caller): string {
  const container = containerText(row, containers.length);
  // Registry and folders before an image's name say little; what it is of says the pod.
  const image = row.image && `image ${escapeText(baseName(row.image.replace(/@sha256:.*$/, '')))}`;
  const pod = row.pod && podText(row.pod);
  const isOwnScope = row.container_id !== undefined && row.unit?.includes(row.container_id);
  const unit = row.unit && !isOwnScope && escapeText(row.unit);
  const timer = row.timer && escapeText(row.timer);
  const known = row.package && `package ${escapeText(row.package)}`;
  const proxied = row.forwarded_for.length > 0 ? `for ${fewText(row.forwarded_for, 1)}` : '';
  const user = row.user && `${/^\d+$/.test(row.user) ? 'uid' : 'user'} ${escapeText(row.user)}`;
  const host = row.host_names && calledText(row);
  return joinKnown([host, container, image, pod, unit || undefined, timer, user, known, proxied]);
}

/** Names that are nobody's own. */
const LOCAL = /^localhost(?:\..*)?$/i;

/** Of one of several machines with one id, or of a host that got another name: as it was called then. */
function calledText({ host, host_names: names = [] }: CallerRow): string | undefined {
  const own = names.filter((name) => !LOCAL.test(name));
  const others = own.filter((name) => name.toLowerCase() !== host?.toLowerCase());
  return others.length === 0 ? undefined : `on ${fewText(own, 2)}`;
}

/** Of several, their number, and what they are called where no pod says it. */
function containerText({ container_id: id, container_name: name, pod }: CallerRow, joined: number) {
  if (joined === 0) return id && `container ${escapeText(id.slice(0, 12))}`;
  const isOfPod = pod?.includes('/') === true && !pod.startsWith('arn:');
  const called = isOfPod || name === undefined ? '' : ` called ${escapeText(name)}`;
  return countOf(joined, 'container') + called;
}

/** Of a task, the last part of its ARN. */
function podText(pod: string): string {
  const task = /^(?:arn:.*\/)?([0-9a-f]{32}|\*)$/.exec(pod)?.[1];
  return task === undefined ? `pod ${escapeText(pod)}` : `task ${task}`;
}
