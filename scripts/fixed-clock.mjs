/**
 * Loaded with `node --import` into the commands whose output stands in documents: the clock begins at noon of the day
 * that the demo was recorded on, so that "24 hours ago" is the same for everybody.
 */
const NOON = Date.parse('2026-01-15T12:00:00Z');

const real = Date.now;
const begun = real();
Date.now = () => NOON + (real() - begun);
