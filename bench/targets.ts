import type { Measurement } from './measure.ts';

/** A promise of the project, and what was measured of it. */
export interface Verdict {
  /** What is compared with what. */
  subject: string;
  /** `≤ 1.00×` */
  target: string;
  measured: string;
  /** Undefined where the machine was too busy with other things to tell. */
  reached: boolean | undefined;
}

export function find(measurements: readonly Measurement[], name: string): Measurement | undefined {
  return measurements.find((measurement) => measurement.name === name);
}

/** Wall time of ours over that of the peer. No verdict where the peer is not on this machine. */
export function timeRatio(
  measurements: readonly Measurement[],
  ours: string,
  peer: string,
  most: number,
): Verdict[] {
  const a = find(measurements, ours);
  const b = find(measurements, peer);
  if (a === undefined || b === undefined) return [];
  const ratio = a.medianSeconds / b.medianSeconds;
  return [
    {
      subject: `${ours} / ${peer}`,
      target: `≤ ${format(most)}×`,
      measured: `${format(ratio)}×`,
      reached: ratio <= most,
    },
  ];
}

/** How many times as fast as the peer. */
export function timesFaster(
  measurements: readonly Measurement[],
  ours: string,
  peer: string,
  least: number,
): Verdict[] {
  const a = find(measurements, ours);
  const b = find(measurements, peer);
  if (a === undefined || b === undefined) return [];
  const ratio = b.medianSeconds / a.medianSeconds;
  return [
    {
      subject: `${ours}, faster than ${peer}`,
      target: `≥ ${format(least)}×`,
      measured: `${format(ratio)}×`,
      reached: ratio >= least,
    },
  ];
}

/** Cost of an added GB, ours over the peer's. */
export function slopeRatio(
  small: readonly Measurement[],
  large: readonly Measurement[],
  names: { ours: string; peer: string },
  addedGigabytes: number,
  most: number,
): Verdict[] {
  const ours = slope(small, large, names.ours, addedGigabytes);
  const peer = slope(small, large, names.peer, addedGigabytes);
  if (ours === undefined || peer === undefined) return [];
  const ratio = ours / peer;
  return [
    {
      subject: `each added GB: ${names.ours} (${format(ours)} s) / ${names.peer} (${format(peer)} s)`,
      target: `≤ ${format(most)}×`,
      measured: `${format(ratio)}×`,
      reached: ratio <= most,
    },
  ];
}

function slope(
  small: readonly Measurement[],
  large: readonly Measurement[],
  name: string,
  addedGigabytes: number,
): number | undefined {
  const a = find(small, name);
  const b = find(large, name);
  return a === undefined || b === undefined
    ? undefined
    : (b.medianSeconds - a.medianSeconds) / addedGigabytes;
}

export function memory(measurements: readonly Measurement[], name: string, mostMegabytes: number): Verdict[] {
  const measurement = find(measurements, name);
  if (measurement === undefined) return [];
  const { peakMegabytes } = measurement;
  return [
    {
      subject: `resident memory, ${name}`,
      target: `≤ ${mostMegabytes} MB`,
      measured: `${peakMegabytes.toFixed(0)} MB`,
      reached: peakMegabytes <= mostMegabytes,
    },
  ];
}

export function format(value: number): string {
  return value.toFixed(value < 10 ? 2 : 1);
}
