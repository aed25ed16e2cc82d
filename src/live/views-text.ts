import type { OpenedViews } from './open-views.ts';
import type { View } from './view.ts';

/** The witnesses of a session. */
export function viewsOf({ sockets, wire }: Pick<OpenedViews, 'sockets' | 'wire'>): View[] {
  return [sockets, wire].filter((view) => view !== undefined);
}

/** What a session sees, as its ready line and `imds doctor` say it: `views sockets, wire (any); attribution ebpf`. */
export function viewsText(views: Pick<OpenedViews, 'sockets' | 'wire' | 'attribution'>): string {
  const seen = viewsOf(views).map(({ description }) => description);
  return `views ${seen.join(', ')}; attribution ${views.attribution}`;
}
