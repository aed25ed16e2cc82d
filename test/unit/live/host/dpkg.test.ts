import assert from 'node:assert/strict';
import { findPackages, hasDpkg } from '../../../../src/live/host/dpkg.ts';
import type { FileTree } from '../../../../src/live/host/file-tree.ts';
import { installed, MadeUpRoot } from './root.ts';

const never = () => false;

/** `name version` by path. */
function find(tree: FileTree, ...paths: string[]): Record<string, string> {
  const found = findPackages(tree, paths, never);
  return Object.fromEntries([...found].map(([path, { name, version }]) => [path, `${name} ${version}`]));
}

describe('packages of dpkg', () => {
  it('are found by the paths of their files', () =>
    MadeUpRoot.with((root, tree) => {
      assert.equal(hasDpkg(tree), false);
      installed(root, {
        curl: { files: ['/usr/bin/curl'], version: '7.88.1-10+deb12u14' },
        'curl-doc': { files: ['/usr/share/doc/curl', '/usr/bin/curl-x'] },
        libc6: { files: ['/usr/lib/libc.so.6'], architecture: 'i386', isMultiarch: true, version: '1:2-3~x' },
      });
      assert.equal(hasDpkg(tree), true);
      assert.deepEqual(
        find(
          tree,
          '/usr/bin/curl',
          '/usr/lib/libc.so.6',
          '/usr/bin/cur',
          '/usr/bin',
          '/opt/x',
          '/usr/bin/curl\n/x',
        ),
        { '/usr/bin/curl': 'curl 7.88.1-10+deb12u14', '/usr/lib/libc.so.6': 'libc6 1:2-3~x' },
      );
    }));

  it('have the version of their own architecture', () =>
    MadeUpRoot.with((root, tree) => {
      installed(root, { lib: { files: ['/usr/lib/a'], architecture: 'arm64', isMultiarch: true } });
      const other = 'Package: lib\nStatus: install ok installed\nArchitecture: i386\nVersion: 9\n\n';
      const own = 'Package: lib\nStatus: install ok installed\nArchitecture: arm64\nVersion: 8\n';
      root.file('var/lib/dpkg/status', other + own);
      assert.deepEqual(find(tree, '/usr/lib/a'), { '/usr/lib/a': 'lib 8' });
    }));

  it('may name their files where they were before /usr was merged', () =>
    MadeUpRoot.with((root, tree) => {
      installed(root, { bash: { files: ['/bin/bash'] }, kmod: { files: ['/usr/sbin/modprobe'] } });
      assert.deepEqual(find(tree, '/usr/bin/bash', '/sbin/modprobe'), {});
      root.link('bin', 'usr/bin');
      assert.deepEqual(find(tree, '/usr/bin/bash', '/sbin/modprobe'), {
        '/usr/bin/bash': 'bash 1.0',
        '/sbin/modprobe': 'kmod 1.0',
      });
    }));

  it('are told apart where one diverts the file of another', () =>
    MadeUpRoot.with((root, tree) => {
      installed(root, {
        firefox: { files: ['/usr/bin/firefox'] },
        wrapper: { files: ['/usr/bin/firefox'] },
        sh: { files: ['/usr/bin/local'] },
      });
      root.file(
        'var/lib/dpkg/diversions',
        '/usr/bin/firefox\n/usr/bin/firefox.real\nwrapper\n/usr/bin/local\n/usr/bin/local.distrib\n:\n/cut',
      );
      assert.deepEqual(
        find(tree, '/usr/bin/firefox', '/usr/bin/firefox.real', '/usr/bin/local', '/usr/bin/local.distrib'),
        {
          '/usr/bin/firefox': 'wrapper 1.0',
          '/usr/bin/firefox.real': 'firefox 1.0',
          '/usr/bin/local.distrib': 'sh 1.0',
        },
      );
    }));

  it('have no version where they are not installed, or where it is none', () =>
    MadeUpRoot.with((root, tree) => {
      installed(root, {
        gone: { files: ['/usr/bin/gone'], status: 'deinstall ok config-files' },
        odd: { files: ['/usr/bin/odd'], version: '1; rm -rf' },
      });
      assert.deepEqual(find(tree, '/usr/bin/gone', '/usr/bin/odd'), {
        '/usr/bin/gone': 'gone undefined',
        '/usr/bin/odd': 'odd undefined',
      });
    }));

  it('are not believed whatever stands in the folder', () =>
    MadeUpRoot.with((root, tree) => {
      installed(root, { good: { files: ['/usr/bin/good'] } });
      const info = 'var/lib/dpkg/info';
      root
        .fifo(`${info}/fifo.list`)
        .link(`${info}/loop.list`, 'loop.list')
        .link(`${info}/out.list`, '/etc/passwd');
      root
        .file(`${info}/Bad Name.list`, '\n/usr/bin/bad\n')
        .file(`${info}/x\nPackage: y.list`, '\n/usr/bin/bad\n');
      root.file(`${info}/bytes.list`, Buffer.from([0xff, 0xfe, 0x0a, 0, 0x0a]));
      root.file(`${info}/huge.list`, Buffer.alloc(17 * 1024 * 1024, '\n/usr/bin/huge\n'));
      const began = performance.now();
      assert.deepEqual(find(tree, '/usr/bin/good', '/usr/bin/bad', '/usr/bin/huge'), {
        '/usr/bin/good': 'good 1.0',
      });
      assert.ok(performance.now() - began < 10_000);
    }));

  it('are searched no longer than is allowed', () =>
    MadeUpRoot.with((root, tree) => {
      const packages = Array.from({ length: 50 }, (_, i) => [`p${i}`, { files: [`/usr/bin/p${i}`] }]);
      installed(root, Object.fromEntries(packages));
      let asked = 0;
      findPackages(tree, ['/usr/bin/none'], () => ++asked >= 5);
      assert.equal(asked, 5);
    }));

  it('are none where a file takes the place of a folder, or a FIFO that of the status', () =>
    MadeUpRoot.with((root, tree) => {
      root.file('var/lib/dpkg/info', 'x').fifo('var/lib/dpkg/status').fifo('var/lib/dpkg/diversions');
      assert.equal(hasDpkg(tree), false);
      assert.deepEqual(find(tree, '/usr/bin/x'), {});
    }));
});
