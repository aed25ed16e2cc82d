import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { FileTree } from '../../../../src/live/host/file-tree.ts';
import { MadeUpRoot } from './root.ts';

describe('files below a root that somebody else writes', () => {
  it('reads regular files up to a size, and follows links within the root', () =>
    MadeUpRoot.with((root, tree) => {
      root.file('etc/real', 'content').link('etc/relative', './real').link('etc/absolute', '/etc/real');
      root.link('lib', 'usr/lib').file('usr/lib/x', 'lib').link('etc/up', '../../../../etc/real');
      for (const path of [
        '/etc/real',
        'etc/real',
        '/etc/../etc/./real',
        '/etc/relative',
        '/etc/absolute',
        '/etc/up',
      ])
        assert.equal(tree.read(path, 7)?.toString(), 'content', path);
      assert.equal(tree.read('/lib/x', 10)?.toString(), 'lib');
      assert.equal(tree.resolve('/lib/x'), '/usr/lib/x');
      assert.equal(tree.link('/', 'lib'), 'usr/lib');
      assert.equal(tree.link('/', 'etc'), undefined);
      assert.equal(tree.read('/etc/real', 6), undefined);
    }));

  it('lets no way lead out of the root', () =>
    MadeUpRoot.with((root, tree) => {
      root.link('passwd', '/etc/passwd').link('up', '../../../../../../../etc/passwd').link('etc', '/');
      for (const path of [
        '/passwd',
        '/up',
        '/../../../etc/passwd',
        '/etc/etc/passwd',
        '/etc/../../etc/passwd',
      ])
        assert.equal(tree.read(path, 1_000_000), undefined, path);
    }));

  it('ends in loops of links, in long ways and in names that are none', () =>
    MadeUpRoot.with((root, tree) => {
      root.link('a', 'b').link('b', 'a').link('self', 'self/self/self');
      for (let i = 0; i < 60; i++) root.link(`chain${i}`, `chain${i + 1}`);
      root.file('chain60', 'far').file('near', 'x');
      for (const path of [
        '/a',
        '/self',
        '/chain0',
        '/near\0x',
        `/${'d/'.repeat(5000)}x`,
        `/${'n'.repeat(5000)}`,
      ])
        assert.equal(tree.read(path, 100), undefined, path.slice(0, 20));
      assert.equal(tree.read('/chain30', 100)?.toString(), 'far');
    }));

  it('opens no FIFO, folder or device, and does not wait for one', () =>
    MadeUpRoot.with((root, tree) => {
      root.fifo('fifo').link('to-fifo', 'fifo').file('folder/x', '').link('null', '/dev/null');
      const began = performance.now();
      for (const path of ['/fifo', '/to-fifo', '/folder', '/', '/null', '/fifo/x'])
        assert.equal(tree.read(path, 100), undefined, path);
      const names: string[] = [];
      tree.readEach('/', ['fifo', 'folder', '..', 'folder/x', ''], 100, (name) => names.push(name) > 0);
      assert.deepEqual(names, []);
      assert.ok(performance.now() - began < 10_000);
    }));

  it('lists a folder up to a number of names', () =>
    MadeUpRoot.with((root, tree) => {
      for (let i = 0; i < 30; i++) root.file(`many/${i}`, '');
      assert.equal(tree.list('/many', 10).length, 10);
      assert.equal(tree.list('/many', 100).length, 30);
      assert.deepEqual(tree.list('/many/1', 10), []);
      assert.deepEqual(tree.list('/nowhere', 10), []);
    }));

  it('does not enter file systems whose reads may never end, nor /proc', () => {
    const tree = FileTree.open('/');
    assert.equal(tree?.resolve('/proc/self/exe'), undefined);
    assert.equal(tree?.read('/proc/self/status', 100_000), undefined);
    assert.equal(tree?.resolve('/usr'), '/usr');
    tree?.close();
    assert.equal(FileTree.open('/proc'), undefined);
    assert.equal(FileTree.open('/nowhere'), undefined);
    // Mounts that are not in the list: those of another namespace.
    assert.equal(FileTree.open('/', '/dev/null'), undefined);
    assert.equal(FileTree.open('/', '/nowhere'), undefined);
  });

  it('leaves no descriptor open', () =>
    MadeUpRoot.with((root, tree) => {
      root.file('a/b/c', 'x').link('loop', 'loop').fifo('fifo');
      const before = readdirSync('/proc/self/fd').length;
      for (let i = 0; i < 50; i++) {
        for (const path of ['/a/b/c', '/loop', '/fifo', '/a/../a/b', '/a/b/c/d', '/none'])
          tree.read(path, 10);
        tree.list('/a', 10);
        tree.readEach('/a/b', ['c', 'd'], 10, () => false);
      }
      assert.equal(readdirSync('/proc/self/fd').length, before);
    }));
});
