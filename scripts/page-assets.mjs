/**
 * The style and the script of the HTML report are files of their own, so that tools know what they are. In the
 * bundle they are texts: a few files less to find, and none that could be missing.
 */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** @type {import('esbuild').Plugin} */
export const pageAssets = {
  name: 'page-assets',
  setup(build) {
    build.onLoad({ filter: /[\\/]report[\\/]html[\\/]assets\.ts$/ }, ({ path }) => {
      /** @param {string} name */
      const text = (name) => JSON.stringify(readFileSync(join(dirname(path), 'page', name), 'utf8'));
      const source = readFileSync(path, 'utf8').replace(/\bread\('([^']+)'\)/g, (_, name) => text(name));
      return { contents: source, loader: 'ts' };
    });
  },
};
