import type { ImdsCall } from '../model.ts';

export { KINDS, type Kind, type KindCounts, kindCounts } from '../callers/kinds.ts';

/** Index into {@link KINDS}. A call without a version is an attempt. */
export function kindOf(call: ImdsCall): number {
  switch (call.version) {
    case 'v1':
      return 0;
    case 'unknown':
      return 1;
    case 'v2':
      return 2;
    case 'foreign':
      return 3;
    case undefined:
      return 4;
  }
}
