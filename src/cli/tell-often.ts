/** Milliseconds. */
export interface TellingTimes {
  /** Since the beginning, for whoever tries it out, who looks before long or ends it by force. */
  first: readonly number[];
  every: number;
}

const TIMES: TellingTimes = { first: [10_000, 60_000], every: 300_000 };

/** Has something told again and again. @returns what ends that */
export function tellOften(tell: () => void, { first, every }: TellingTimes = TIMES): () => void {
  const timers = [...first.map((ms) => setTimeout(tell, ms)), setInterval(tell, every)];
  return () => {
    for (const timer of timers) clearTimeout(timer);
  };
}
