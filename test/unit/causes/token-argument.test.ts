import assert from 'node:assert/strict';
import { type TokenArgument, tokenArgumentOf } from '../../../src/causes/token-argument.ts';
import { maskArgs } from '../../../src/secrets.ts';

const NAME = 'X-aws-ec2-metadata-token';
const URL = 'http://169.254.169.254/latest/meta-data/';

const TABLE: [string[], TokenArgument][] = [
  [['curl', '-H', `${NAME}: AQAEAB==`, URL], 'value'],
  [['curl', '-H', `${NAME}:AQAEAB==`, URL], 'value'],
  [['curl', '-H', `${NAME.toLowerCase()} : AQAEAB==`, URL], 'value'],
  [['curl', `-H${NAME}: AQAEAB==`, URL], 'value'],
  [['curl', `-sH${NAME}: AQAEAB==`, URL], 'value'],
  [['curl', '--header', `${NAME}: AQAEAB==`, URL], 'value'],
  [['curl', `--header=${NAME}: AQAEAB==`, URL], 'value'],
  [['curl', '-H', `${NAME}: `, '-H', `${NAME}: AQAEAB==`, URL], 'value'],
  [['wget', '-qO-', `--header=${NAME}: AQAEAB==`, URL], 'value'],
  [['wget', '--header', `${NAME}: AQAEAB==`, URL], 'value'],
  [['http', URL, `${NAME}:AQAEAB==`], 'value'],
  // curl leaves it out; wget, and curl with a semicolon, send it empty.
  [['curl', '-H', `${NAME}: `, URL], 'empty'],
  [['curl', '-H', `${NAME}:`, URL], 'empty'],
  [['curl', '-H', `${NAME}:\t`, URL], 'empty'],
  [['curl', '-H', `${NAME};`, URL], 'empty'],
  [['curl', `--header=${NAME}: `, URL], 'empty'],
  [['wget', `--header=${NAME}: `, URL], 'empty'],
  [['curl', '-H', `${NAME}-ttl-seconds: 60`, '-X', 'PUT', URL], 'none'],
  [['curl', '-H', '@/run/token', URL], 'none'],
  [['curl', '-H', `X-Other: ${NAME}: x`, URL], 'none'],
  [['curl', `${URL}?${NAME}`], 'none'],
  // How a program makes the header, which is no token.
  [['bash', '-c', `curl -H "${NAME}: $TOKEN" ${URL}`], 'none'],
  [['python3', '-c', `get(url, headers={'${NAME}': token})`], 'none'],
  [['pwsh', '-Command', `Invoke-RestMethod -Headers @{"${NAME}" = $token} -Uri ${URL}`], 'none'],
  [['pwsh', '-Command', `irm ${URL} -Headers @{'${NAME}'=$token}`], 'none'],
  [['curl', 'x'.repeat(300_000) + NAME], 'none'],
  [[], 'none'],
];

describe('the token in the arguments of a process', () => {
  for (const [args, expected] of TABLE) {
    const shown = args.join(' ').slice(0, 90);
    it(`${shown}: ${expected}`, () => {
      assert.equal(tokenArgumentOf(args), expected);
      // It is looked for in what is shown, too.
      assert.equal(tokenArgumentOf(maskArgs(args)), expected, String(maskArgs(args)).slice(0, 200));
    });
  }

  it('is none where the arguments are not known', () => assert.equal(tokenArgumentOf(undefined), 'none'));
});
