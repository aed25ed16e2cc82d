import assert from 'node:assert/strict';
import type { Namespace } from '../support/netns.ts';

/** What a scraper in a network namespace is told, by curl of this host. */
export async function scrapeWithin(where: Namespace, url: string): Promise<{ status: number; body: string }> {
  const args = ['--silent', '--show-error', '--max-time', '10', '--write-out', '\\n%{http_code}', url];
  const { code, stdout, stderr } = await where.run('curl', args);
  assert.equal(code, 0, stderr);
  const end = stdout.lastIndexOf('\n');
  return { status: Number(stdout.slice(end + 1)), body: stdout.slice(0, end) };
}
