/** What becomes of the PUT that asks for a token, as options of the stand-in endpoint. */
export const MODES = {
  granted: [],
  '403': ['--put', '403'],
  '404': ['--put', '404'],
  '405': ['--put', '405'],
  unanswered: ['--put', 'silence'],
  /** Behind a router, where an answer with a hop limit of one ends: that to the PUT does not arrive, all others do. */
  routed: ['--put', 'silence'],
  slow: ['--put', 'late:2000'],
  required: ['--tokens', 'required'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type Mode = keyof typeof MODES;

export const MODE_NAMES: readonly Mode[] = [
  'granted',
  '403',
  '404',
  '405',
  'unanswered',
  'routed',
  'slow',
  'required',
];
