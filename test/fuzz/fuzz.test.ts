import { campaign } from './campaign.ts';
import { newSeed, TARGETS } from './targets/index.ts';

/** Of all targets together. */
const SECONDS = Number(process.env.IMDS_FUZZ_SECONDS ?? 20);

describe('fuzzing', function () {
  this.timeout(SECONDS * 1000 + 60_000);

  for (const target of TARGETS) {
    const seed = Number(process.env.IMDS_FUZZ_SEED ?? newSeed());
    it(`${target.name} stands any bytes (seed ${seed})`, () =>
      campaign(target, { seed, seconds: SECONDS / TARGETS.length }));
  }
});
