import { ACCESS_KEY_ID, SECRET_ACCESS_KEY, SESSION_TOKEN, TOKEN } from '../support/packets/index.ts';

/** What stands in the fixtures' headers, bodies, targets and arguments and may stand in no output. */
export const SECRETS: readonly string[] = [
  TOKEN,
  SECRET_ACCESS_KEY,
  ACCESS_KEY_ID,
  SESSION_TOKEN,
  'hunter2',
  'k-123456',
];
