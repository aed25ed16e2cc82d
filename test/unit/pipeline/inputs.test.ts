import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { CorrelationsReader } from '../../../src/bpf/correlations.ts';
import { UsageError } from '../../../src/errors.ts';
import { type InputOptions, openInputs } from '../../../src/inputs.ts';
import { journal, sidecar } from '../../support/journal.ts';
import { EPOCH_NS, TcpConversation, writePcap, writePcapng } from '../../support/packets/index.ts';

/** A capture of one packet, some seconds after all began. */
function pcap(second: number): Buffer {
  const startNs = EPOCH_NS + BigInt(second) * 1_000_000_000n;
  return writePcap(new TcpConversation({ startNs }).syn().packets());
}

function pcapng(session: string, part: number): Buffer {
  return writePcapng([
    { type: 'interface' },
    { type: 'journal', record: journal.session({ session, part }) },
  ]);
}

const IGNORE = {
  nextStop: Number.POSITIVE_INFINITY,
  beforePacket: () => {},
  packet: () => {},
  record: () => {},
};

describe('inputs', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'imds-inputs-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const put = (name: string, content: string | Buffer): string => {
    const file = join(folder, name);
    writeFileSync(file, content);
    return file;
  };
  /** Names of the files of each capture with their sidecars, and the problems' codes. */
  const opened = async (paths: string[], options: Partial<InputOptions> = {}) => {
    const { captures, problems } = await openInputs(paths, { ring: false, ...options });
    const relative = (path: string) => path.replace(`${folder}/`, '');
    return {
      captures: captures.map(({ parts }) =>
        parts.map(({ path, correlations }) =>
          correlations === undefined ? relative(path) : `${relative(path)} + ${relative(correlations)}`,
        ),
      ),
      problems: problems.map(({ code, damage }) => (damage ? code : `${code} (note)`)),
    };
  };

  it('are captures of their own', async () => {
    const paths = [put('b.pcap', pcap(1)), put('a.pcap', pcap(2))];
    assert.deepEqual(await opened(paths), { captures: [['b.pcap'], ['a.pcap']], problems: [] });
    const { captures } = await openInputs(paths, { ring: false });
    assert.equal(captures[0]?.name, paths[0]);
    assert.deepEqual(captures[0]?.files, [paths[0]]);
    assert.equal((await captures[0]?.parts[0]?.open())?.name, paths[0]);
  });

  it('are one capture with --ring, by their first packets', async () => {
    const paths = [
      put('c.pcap', pcap(9)),
      put('empty.pcap', writePcap([])),
      put('b.pcap', pcap(10)),
      put('a.pcap', pcap(8)),
    ];
    assert.deepEqual((await opened(paths, { ring: true })).captures, [
      ['a.pcap', 'c.pcap', 'b.pcap', 'empty.pcap'],
    ]);
  });

  it('are one capture where they are of one session, by their parts', async () => {
    const second = put('1.pcapng', pcapng('s', 2));
    const other = put('2.pcapng', pcapng('t', 1));
    const first = put('3.pcapng', pcapng('s', 1));
    const third = put('4.pcap', pcap(5));
    put('4.pcap.correlations.jsonl', sidecar([0, journal.session({ session: 's', part: 3 })]));
    assert.deepEqual((await opened([second, other, first, third])).captures, [
      ['3.pcapng', '1.pcapng', '4.pcap + 4.pcap.correlations.jsonl'],
      ['2.pcapng'],
    ]);
  });

  it('are read once where a part of a session stands in several files, from the largest', async () => {
    const whole = put('host.pcapng', Buffer.concat([pcapng('s', 1), pcapng('s', 1)]));
    const cut = put('cut.pcapng', pcapng('s', 1));
    const scrubbed = put('scrubbed.pcapng', Buffer.concat([pcapng('s', 1), pcapng('s', 1)]));
    const next = put('next.pcapng', pcapng('s', 2));
    const { captures, problems } = await openInputs([cut, whole, next, scrubbed], { ring: false });
    assert.deepEqual(
      captures.map(({ files }) => files),
      [[whole, next]],
    );
    assert.deepEqual(
      problems.map(({ code, message, damage }) => [code, message, damage]),
      [cut, scrubbed].map((path) => [
        'input.copy',
        `${path}: not read, for it is the same part of the same session as ${whole}`,
        false,
      ]),
    );
  });

  it('have their records beside them', async () => {
    const lines = sidecar([0, journal.session()]);
    for (const [capture, records] of [
      ['a.pcap', 'a.pcap.correlations.jsonl'],
      ['b.pcap', 'b.pcap.correlations.jsonl.gz'],
      ['c.pcap.gz', 'c.pcap.gz.correlations.jsonl'],
      ['d.pcap.gz', 'd.pcap.correlations.jsonl'],
    ] as const) {
      const path = put(capture, capture.endsWith('.gz') ? gzipSync(pcap(1)) : pcap(1));
      put(records, records.endsWith('.gz') ? gzipSync(lines) : lines);
      assert.deepEqual((await opened([path])).captures, [[`${capture} + ${records}`]]);
    }
  });

  it('take the records that are named, for one capture only', async () => {
    const path = put('a.pcap', pcap(1));
    const correlations = put('records', sidecar([0, journal.session()]));
    assert.deepEqual((await opened([path], { correlations })).captures, [['a.pcap + records']]);
    await assert.rejects(opened([path, put('b.pcap', pcap(1))], { correlations }), UsageError);
    assert.deepEqual((await opened(['-'], { correlations })).captures, [['stdin + records']]);
  });

  it('may be standard input, once', async () => {
    assert.deepEqual(await opened(['-']), { captures: [['stdin']], problems: [] });
    await assert.rejects(opened(['-', '-']), UsageError);
  });

  it('are looked for in a folder, and in folders in it', async () => {
    put('b.pcap', pcap(1));
    put('a', pcapng('s', 1));
    put('b.pcap.correlations.jsonl', sidecar([0, journal.session({ session: 't' })]));
    put('.hidden.pcap', pcap(1));
    put('notes.txt', 'notes');
    mkdirSync(join(folder, 'more'));
    put('more/c.pcap', pcap(1));
    put('more/c.pcap.correlations.jsonl', sidecar([0, journal.session({ session: 'u' })]));
    put('more/d.txt', 'notes');
    symlinkSync(join(folder, 'a'), join(folder, 'more/link'));
    mkdirSync(join(folder, 'more/deeper'));
    put('more/deeper/e.pcap', pcap(1));
    mkdirSync(join(folder, '.cache'));
    put('.cache/f.pcap', pcap(1));
    symlinkSync(join(folder, 'more/deeper/e.pcap'), join(folder, 'link'));
    symlinkSync(join(folder, 'nothing'), join(folder, 'dangling'));
    assert.deepEqual(await opened([folder]), {
      captures: [
        ['a'],
        ['b.pcap + b.pcap.correlations.jsonl'],
        ['link'],
        ['more/c.pcap + more/c.pcap.correlations.jsonl'],
      ],
      problems: ['input.skipped (note)'],
    });
    const { problems } = await openInputs([folder], { ring: false });
    assert.equal(problems[0]?.message, `${folder}: no captures, skipped: notes.txt, d.txt`);
    // The parts of one capture are in one folder.
    const [ring] = (await opened([folder], { ring: true })).captures;
    assert.ok(ring?.every((name) => !name.startsWith('more')));
  });

  it('are not passed over where a file is called one and is none', async () => {
    put('empty.pcap', Buffer.alloc(0));
    put('text.pcapng', Buffer.from('no capture'));
    put('notes.txt', Buffer.from('no capture'));
    const { captures, problems } = await openInputs([folder], { ring: false });
    assert.deepEqual(
      captures.map(({ name }) => name.slice(folder.length + 1)),
      ['empty.pcap', 'text.pcapng'],
    );
    assert.deepEqual(
      problems.map(({ message }) => message),
      [`${folder}: no captures, skipped: notes.txt`],
    );
  });

  it('are looked for in a folder that has nothing but folders, no deeper', async () => {
    mkdirSync(join(folder, 'web-1/deep'), { recursive: true });
    put('web-1/deep/a.pcap', pcap(1));
    const { problems } = await openInputs([folder], { ring: false });
    assert.deepEqual(
      problems.map(({ message, remedy }) => `${message}. ${remedy}`),
      [
        `${folder}: a folder without captures. Name a folder that holds pcap or pcapng files; folders in those in it are not searched.`,
      ],
    );
    put('web-1/b.pcap', pcap(1));
    assert.deepEqual((await opened([folder])).captures, [['web-1/b.pcap']]);
    assert.deepEqual(await opened([folder], { ring: true }), {
      captures: [],
      problems: ['input.no_captures'],
    });
  });

  it('are looked for in so many folders and no more, which is told', async () => {
    for (let number = 0; number <= 4096; number++) mkdirSync(join(folder, `host-${1000 + number}`));
    put('host-1000/a.pcap', pcap(1));
    put('host-5096/a.pcap', pcap(1));
    assert.deepEqual(await opened([folder]), {
      captures: [['host-1000/a.pcap']],
      problems: ['input.folders'],
    });
  });

  it('may have names that are no UTF-8', async () => {
    const name = (text: string) => Buffer.concat([Buffer.from(`${folder}/`), Buffer.from(text, 'latin1')]);
    writeFileSync(name('inv\xff\xc3\xa4\xfe.pcap.gz'), gzipSync(pcap(1)));
    writeFileSync(name('inv\xff\xc3\xa4\xfe.pcap.correlations.jsonl'), sidecar([0, journal.session()]));
    put('inv\\xFFä\\xFE.pcap.gz', pcap(2));
    assert.deepEqual(await opened([folder]), {
      captures: [
        ['inv\\xFFä\\xFE.pcap.gz'],
        ['inv\\xFFä\\xFE.pcap.gz + inv\\xFFä\\xFE.pcap.correlations.jsonl'],
      ],
      problems: [],
    });
    const { captures } = await openInputs([folder], { ring: false });
    for (const { parts } of captures) {
      const source = await parts[0]?.open();
      await source?.read({ accepts: () => false }, IGNORE, () => undefined);
      assert.equal(source?.statistics.packets, 1);
    }
    const [described] = captures.flatMap(({ parts }) =>
      parts.filter((part) => part.correlations !== undefined),
    );
    const reader = await CorrelationsReader.open(described?.correlations ?? '', described?.correlationsAt);
    assert.equal(reader.next?.record.type, 'session');
    reader.close();
  });

  it('are read once, by however many names they are given', async () => {
    const path = put('a.pcap', pcap(1));
    symlinkSync(path, join(folder, 'b.pcap'));
    assert.deepEqual((await opened([path, folder, join(folder, 'b.pcap')])).captures, [['a.pcap']]);
  });

  it('that cannot be used are problems, and the others are used', async () => {
    const empty = join(folder, 'empty');
    mkdirSync(empty);
    const path = put('a.pcap', pcap(1));
    assert.deepEqual(await opened([join(folder, 'none'), empty, join(path, 'x'), path]), {
      captures: [['a.pcap']],
      problems: ['input.unreadable', 'input.no_captures', 'input.unreadable'],
    });
  });

  it('that are no captures are left to the reader to say so', async () => {
    assert.deepEqual(await opened([put('a.txt', 'text')]), { captures: [['a.txt']], problems: [] });
  });
});
