import type { Target } from '../target.ts';
import { blanked, blankedPackets } from './blank.ts';
import { config } from './config.ts';
import { events } from './events.ts';
import { packets } from './packets.ts';
import { reader } from './reader.ts';
import { streams } from './streams.ts';

export const TARGETS: readonly Target[] = [reader, events, packets, streams, blanked, blankedPackets, config];

/** Another one each time; it is printed, so that a run can be repeated. */
export function newSeed(): number {
  return Math.floor(Math.random() * 2 ** 31);
}
