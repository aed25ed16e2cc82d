import assert from 'node:assert/strict';
import { readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { recordsOf } from './journal-reader.ts';
import { callsOf, capinfos, conversations, feed, Place, saved, sourceOf, tshark } from './scenario.ts';

const captures = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => !name.endsWith('.jsonl') && name.startsWith('a'))
    .sort();

describe('rotation', function () {
  this.timeout(60_000);
  let place: Place;
  beforeEach(() => {
    place = new Place();
  });
  afterEach(() => place[Symbol.dispose]());

  for (const ending of ['pcapng', 'pcap']) {
    for (const rotateBytes of [1500, 8000, 50_000]) {
      it(`changes no call: ${ending} of ${rotateBytes} bytes`, async () => {
        const entries = conversations(40);
        const writer = await place.open(`a.${ending}`, { rotateBytes });
        await feed(writer, entries);
        await writer.close();
        assert.deepEqual(writer.losses, {});
        const names = captures(place.folder);
        assert.ok(names.length > 1, `${names.length} files`);
        assert.equal(names[0], `a_00001.${ending}`);
        assert.deepEqual(
          writer.files,
          names.map((name) => place.path(name)),
        );
        for (const name of names.slice(0, 5)) await capinfos(place.path(name));
        await tshark(place.path(names[1] ?? ''));
        // What a file repeats makes up half of it at most, and so it may have to be larger than was asked.
        const maximum = Math.max(rotateBytes, 4000) + 400;
        for (const name of readdirSync(place.folder)) {
          assert.ok(
            statSync(place.path(name)).size <= maximum,
            `${name}: ${statSync(place.path(name)).size}`,
          );
        }
        const expected = await callsOf(place.write('source.pcapng', sourceOf(entries)));
        rmSync(place.path('source.pcapng'));
        assert.equal(await callsOf(place.folder), expected);
      });
    }

    it(`leaves files that tell processes when the first ones are gone: ${ending}`, async () => {
      const entries = conversations(40);
      const writer = await place.open(`a.${ending}`, { rotateBytes: 8000, rotateCount: 3 });
      await feed(writer, entries);
      await writer.close();
      const names = captures(place.folder);
      assert.equal(names.length, 3);
      assert.equal(readdirSync(place.folder).length, ending === 'pcap' ? 6 : 3);
      const expected = await callsOf(place.write('source.pcapng', sourceOf(entries)));
      rmSync(place.path('source.pcapng'));
      const left = (await callsOf(place.folder)).split('\n').slice(0, -1);
      assert.ok(left.length > 10);
      const whole = new Map(expected.split('\n').map((line) => [pathOf(line), processOf(line)]));
      // At the beginning, a request may be gone, or its connection's socket be closed already.
      const tellable = left.filter((line) => pathOf(line) !== undefined && line.includes('"cookie"'));
      assert.ok(tellable.length >= left.length - 2);
      for (const line of tellable) assert.deepEqual(processOf(line), whole.get(pathOf(line)), line);
    });
  }

  it('repeats session, sockets, processes and losses in each file', async () => {
    const writer = await place.open('a.pcapng', { rotateBytes: 8000 });
    await feed(writer, conversations(20));
    await writer.close();
    for (const [index, name] of captures(place.folder).entries()) {
      const [session, ...records] = recordsOf(place.path(name));
      assert.ok(session?.type === 'session');
      assert.equal(session.part, index + 1);
      assert.equal(session.session, 's-1');
      if (index === 0) continue;
      const begun = records.slice(0, records.findIndex(({ type }) => type === 'tick') + 1);
      const types = begun.map(({ type }) => type);
      // The connection that stays open is the oldest; another one may be open as well.
      const inOrder = ['process', 'process', 'socket_opened', 'stream', 'losses', 'tick'];
      assert.deepEqual(
        types.filter((type, at) => (type === 'process' ? at < 2 : types.indexOf(type) === at)),
        inOrder,
        name,
      );
    }
  });

  it('goes on from the numbers of an earlier run, and deletes only its own files', async () => {
    for (const name of ['a_00001.pcapng', 'a_00007.pcapng.gz', 'a.pcapng', 'a_x.pcapng', 'a_00002.txt']) {
      writeFileSync(place.path(name), 'theirs');
    }
    const writer = await place.open('a.pcapng', { rotateBytes: 8000, rotateCount: 2 });
    assert.deepEqual(writer.files, [place.path('a_00008.pcapng')]);
    const entries = conversations(12);
    await feed(writer, entries);
    await writer.close();
    const names = captures(place.folder);
    assert.equal(names.length, 7);
    assert.ok(names.includes('a_00001.pcapng') && names.includes('a.pcapng'));
    assert.ok(!names.includes('a_00008.pcapng'));
  });

  it('leaves a file that has taken the place of its own', async () => {
    const writer = await place.open('a.pcapng', { rotateBytes: 4000, rotateCount: 1 });
    renameSync(place.path('a_00001.pcapng'), place.path('moved'));
    writeFileSync(place.path('a_00001.pcapng'), 'theirs');
    await feed(writer, conversations(12));
    await writer.close();
    assert.equal(statSync(place.path('a_00001.pcapng')).size, 6);
    assert.ok(statSync(place.path('moved')).size > 0);
    assert.equal(captures(place.folder).length, 2);
  });

  it('takes the next number where somebody else has the next name', async () => {
    const writer = await place.open('a.pcapng', { rotateBytes: 4000 });
    writeFileSync(place.path('a_00002.pcapng'), 'theirs');
    await feed(writer, conversations(6));
    await writer.close();
    assert.deepEqual(writer.losses, {});
    assert.equal(statSync(place.path('a_00002.pcapng')).size, 6);
    const records = recordsOf(place.path('a_00003.pcapng'));
    assert.ok(records[0]?.type === 'session' && records[0].part === 2);
  });

  it('does not fill files with what they repeat', async () => {
    const [first] = conversations(0).filter((entry) => 'packet' in entry);
    assert.ok(first !== undefined && 'packet' in first);
    const writer = await place.open('a.pcapng', { rotateBytes: 500 });
    await feed(writer, conversations(3));
    for (let i = 0; i < 100; i++) writer.packet(saved(first.packet));
    await writer.close();
    assert.ok(captures(place.folder).length < 30, `${captures(place.folder).length} files`);
  });
});

function pathOf(line: string): string | undefined {
  return line === '' ? undefined : JSON.parse(line).url?.path;
}

function processOf(line: string): unknown {
  return line === '' ? undefined : [JSON.parse(line).process, JSON.parse(line).imds.ancestors];
}
