import { setFlagsFromString } from 'node:v8';

/**
 * Keeps the young generation at the size that V8 starts with (2 MB) instead of up to 34 MB: a session is
 * there for weeks, and seldom busy. Read by V8 when it is about to grow; as an option of node itself a
 * factor of 1 would be taken for 2.
 */
export function keepYoungGenerationSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}
