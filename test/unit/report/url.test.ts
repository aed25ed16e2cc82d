import { deepStrictEqual } from 'node:assert';
import { viewUrl } from '../../../src/report/url.ts';

describe('url', () => {
  const targets: readonly (readonly [target: string, path: string, query: string | undefined])[] = [
    ['/latest/meta-data/?a=1&b', '/latest/meta-data/', 'a&b'],
    ['http://169.254.169.254/latest/', '/latest/', undefined],
    ['/latest/meta-data/#hunter2Secret', '/latest/meta-data/', undefined],
    ['/latest/?recursive#top', '/latest/', 'recursive'],
    ['/latest/#top?a=1', '/latest/', undefined],
  ];
  for (const [target, path, query] of targets) {
    it(`has the path ${path} and the query ${query} for ${target}`, () => {
      const view = viewUrl(target);
      deepStrictEqual([view.path, view.query], [path, query]);
    });
  }
});
