import type { Diagnosis } from '../../causes/types.ts';
import type { Caller } from '../caller.ts';

export interface HtmlOptions {
  /** Why a caller does what it does. Without it, the page names no cause. */
  diagnose?: ((caller: Caller) => Diagnosis | undefined) | undefined;
}
