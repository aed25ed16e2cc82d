import { MASK } from '../../secrets.ts';

/** 1 for each character that is kept, 0 for each that is blanked. */
export type Kept = Uint8Array;

/**
 * Beginnings that say what kind of secret follows, and nothing of the secret: with them, the blanked text is
 * masked where the original was.
 */
const PREFIX =
  /^(?:AQAE|AKIA|ASIA|ABIA|ACCA|IQoJ|IQoD|FwoG|FwoD|FQoG|FQoD|AQoD|AQoE|eyJ|gh[opsru]_|github_pat_|glpat-|xox[abprs]-)/;
/** A blanked text may show what is to be masked in its turn; fuzzing needed two rounds at most. */
const MAX_ROUNDS = 6;

/**
 * Which characters of a text may stay, if `mask` says how it may be shown: those that it shows. The
 * characters of each kept piece are a piece of the masked text, whatever the mask does.
 */
export function keptBy(mask: (text: string) => string, text: string): Kept {
  const kept = new Uint8Array(text.length).fill(1);
  let shown = text;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const masked = mask(shown);
    if (masked === shown) return kept;
    align(shown, masked, kept);
    const next = blanked(text, kept);
    if (next === shown) return kept;
    shown = next;
  }
  return kept.fill(0);
}

/** As {@link keptBy}, of a text that may go on: what would be a secret with a likely continuation is none to keep. */
export function keptByOfBeginning(mask: (text: string) => string, text: string): Kept {
  const kept = keptBy(mask, text);
  for (const continuation of ['A'.repeat(64), 'A@a']) {
    keptBy(mask, text + continuation).forEach((keep, i) => {
      if (keep === 0 && i < kept.length) kept[i] = 0;
    });
  }
  return kept;
}

/** The text as it is saved, white space where it was: that decides where a target ends. */
function blanked(text: string, kept: Kept): string {
  return Array.from(text, (character, i) => (kept[i] === 1 || isSpace(character) ? character : 'X')).join('');
}

function isSpace(character: string): boolean {
  return character === '\0' || /\s/.test(character);
}

/** Clears what stands in the text where the masked one has a mask. */
function align(text: string, masked: string, kept: Kept): void {
  const pieces = masked.split(MASK);
  const last = pieces.length - 1;
  let at = 0;
  pieces.forEach((piece, i) => {
    const from = at;
    if (i === 0) at = text.startsWith(piece) ? 0 : text.length;
    else if (i === last) at = Math.max(at, text.endsWith(piece) ? text.length - piece.length : text.length);
    else at = text.indexOf(piece, at);
    if (at < 0) at = text.length;
    clear(text, from, at, kept);
    at = Math.min(text.length, at + piece.length);
  });
  clear(text, at, text.length, kept);
}

function clear(text: string, from: number, to: number, kept: Kept): void {
  const span = text.slice(from, to);
  if (span === MASK) return;
  const prefix = PREFIX.exec(span)?.[0].length ?? 0;
  // The padding ends it: what follows may be shown, and no longer would be.
  const padding = prefix === 0 ? 0 : span.length - span.replace(/=+$/, '').length;
  for (let i = from + prefix; i < to - padding; i++) kept[i] = 0;
}
