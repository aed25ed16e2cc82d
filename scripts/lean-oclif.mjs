/**
 * What @oclif/core does at every start though imds does not need it, changed while it is bundled. Each
 * change names the text it replaces: where a new version of oclif has another, the build fails and
 * someone looks. Milliseconds are of Node 20 on a machine that takes 45 ms for `node -e 0`.
 */
import { readFileSync } from 'node:fs';

const CHANGES = [
  {
    // 9 ms: the first localeCompare loads ICU's collation, to sort the names of commands.
    file: 'lib/config/plugin.js',
    from: '.sort((a, b) => a.id.localeCompare(b.id))',
    to: '.sort((a, b) => (a.id < b.id ? -1 : 1))',
  },
  {
    // 3 ms: searching for commands is for when there is no manifest.
    file: 'lib/config/plugin.js',
    from: 'const tinyglobby_1 = require("tinyglobby");',
    to: 'const tinyglobby_1 = { get glob() { return require("tinyglobby").glob; } };',
  },
  {
    // 1 ms: patterns select plugins, which imds has none of.
    file: 'lib/config/plugin-loader.js',
    from: 'const minimatch_1 = require("minimatch");',
    to: 'const minimatch_1 = { get minimatch() { return require("minimatch").minimatch; } };',
  },
  {
    // Read from the home, which may be that of whoever called sudo: a FIFO there would hold root's imds up.
    file: 'lib/config/config.js',
    from: 'this.theme = await this.loadTheme();',
    to: 'this.theme = undefined;',
  },
];

/** @type {import('esbuild').Plugin} */
export const leanOclif = {
  name: 'lean-oclif',
  setup(build) {
    build.onLoad(
      { filter: /[\\/]@oclif[\\/]core[\\/]lib[\\/]config[\\/](plugin(-loader)?|config)\.js$/ },
      ({ path }) => {
        let contents = readFileSync(path, 'utf8');
        for (const { file, from, to } of CHANGES) {
          if (!path.replaceAll('\\', '/').endsWith(file)) continue;
          if (!contents.includes(from)) throw new Error(`@oclif/core/${file} no longer holds: ${from}`);
          contents = contents.replace(from, () => to);
        }
        return { contents, loader: 'js' };
      },
    );
  },
};
