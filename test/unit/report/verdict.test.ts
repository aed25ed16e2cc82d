import { match } from 'node:assert/strict';
import { attributed, CURL, render } from './samples.ts';

/** What the report says of `HttpTokens=required`, of IMDSv1 calls with these answers. */
async function enforcementOf(...statuses: (number | undefined)[]): Promise<string> {
  const { text } = await render(statuses.map((status) => attributed({ status }, CURL)));
  return (/^Enforce.*?(?=^\w)/ms.exec(text)?.[0] ?? '').replace(/\s+/g, ' ');
}

describe('what a verdict says of enforcement, of calls by IMDSv1', () => {
  it('would break them', async () => {
    for (const statuses of [[200], [200, 401], [404], [403, 404], [401, 403], [403, undefined], [undefined]])
      match(await enforcementOf(...statuses), /NOT READY: HttpTokens=required would break the IMDSv1 calls/);
  });

  it('is there already, where each was answered 401', async () => {
    match(await enforcementOf(401, 401), /NOT READY: each .* 401: HttpTokens=required is set already/);
  });

  it('breaks nothing that works, where each was answered 403: IMDS is off', async () => {
    match(
      await enforcementOf(403, 403),
      /NOT READY: each .* 403: IMDS is turned off \(HttpEndpoint=disabled\)/,
    );
  });
});
