import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { closure, cycles, importsOf, nativeOf, type Sources, violations } from './support/imports.ts';

const src = join(import.meta.dirname, '..', 'src');

function sourcesOfProject(): Sources {
  const names = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  );
  return new Map(names.map((name) => [name.split(sep).join('/'), readFileSync(join(src, name), 'utf8')]));
}

describe('architecture', () => {
  const sources = sourcesOfProject();

  it('keeps the direction of imports', () => {
    assert.ok(sources.size > 20, 'the sources were found');
    assert.deepEqual(violations(sources), []);
  });

  it('has no cycle of imports', () => {
    assert.deepEqual(cycles(sources), []);
  });

  it('loads nothing native, and starts no process, for analyze', () => {
    const { files, packages } = closure('commands/analyze.ts', sources);
    assert.ok(files.has('pipeline.ts') || files.has('pipeline/index.ts'), 'the closure was followed');
    assert.deepEqual(nativeOf(packages), []);
  });

  it('loads nothing native, starts no process, and of live only how captures are saved, for scrub', () => {
    const { files, packages } = closure('commands/scrub.ts', sources);
    assert.ok(files.has('scrub/index.ts'), 'the closure was followed');
    assert.deepEqual(nativeOf(packages), []);
    const ofLive = [...files].filter((path) => path.startsWith('live/') && !path.startsWith('live/save/'));
    assert.deepEqual(ofLive, []);
  });

  it('reads no packet in the process that keeps root for look-ups', () => {
    const { files, packages } = closure('live/procfs/worker.ts', sources);
    assert.ok(files.has('live/procfs/socket-owners.ts'), 'the closure was followed');
    // Addresses as text are all that it knows of traffic.
    assert.deepEqual(
      [...files].filter((path) => path.startsWith('capture/')),
      ['capture/address.ts'],
    );
    assert.deepEqual(nativeOf(packages), []);
  });

  it('reads no packet, and renders nothing, in the process that keeps root to ask the host', () => {
    const { files, packages } = closure('live/host/worker.ts', sources);
    assert.ok(files.has('live/host/dpkg.ts'), 'the closure was followed');
    assert.deepEqual(
      [...files].filter((path) => /^(?:capture|bpf|report|pipeline|inputs|events)\b/.test(path)),
      [],
    );
    // It asks rpm.
    assert.deepEqual(nativeOf(packages), ['node:child_process']);
    const starters = [...files].filter((path) => /node:child_process/.test(sources.get(path) ?? ''));
    assert.deepEqual(starters, ['live/host/rpm.ts']);
  });

  it('starts processes for the service in one place, and none for what a live session tells of itself', () => {
    const starters = [...sources].filter(
      ([path, text]) => path.startsWith('service/') && /node:child_process/.test(text),
    );
    assert.deepEqual(
      starters.map(([path]) => path),
      ['service/systemctl.ts'],
    );
    const { files } = closure('cli/live-service.ts', sources);
    assert.ok(files.has('service/notifier.ts'), 'the closure was followed');
    assert.ok(!files.has('service/systemctl.ts'));
  });

  it('loads the second reader only when it is asked for', () => {
    const eager = [...sources].filter(([, text]) => /^import (?!type)[^;]*\/cross-check\//m.test(text));
    assert.deepEqual(
      eager.map(([path]) => path).filter((path) => !path.startsWith('capture/cross-check/')),
      [],
    );
  });

  it('loads the parser of the configuration only where there is one', () => {
    const named = (path: string) => (path.startsWith('config/') ? './parse' : '/config/parse');
    const eager = [...sources].filter(([path, text]) =>
      text.split('\n').some((line) => /^import (?!type)/.test(line) && line.includes(`${named(path)}.ts'`)),
    );
    assert.deepEqual(
      eager.map(([path]) => path),
      [],
    );
    assert.match(sources.get('config/index.ts') ?? '', /await import\('\.\/parse\.ts'\)/);
  });

  it('loads the page of --format html, and its charts, only when it is asked for', () => {
    const eager = [...sources].filter(
      ([path, text]) => !path.startsWith('report/html/') && /^import (?!type)[^;]*\/html\//m.test(text),
    );
    assert.deepEqual(
      eager.map(([path]) => path),
      [],
    );
    const { packages } = closure('report/html/index.ts', sources);
    assert.ok(packages.has('d3-scale') && packages.has('d3-shape'), 'the closure was followed');
  });

  it('loads the metrics, and what they are served with, only when they are asked for', () => {
    const eager = [...sources].filter(
      ([path, text]) => !path.startsWith('metrics/') && /^import (?!type)[^;]*\/metrics\//m.test(text),
    );
    assert.deepEqual(
      eager.map(([path]) => path),
      [],
    );
    const { packages } = closure('metrics/index.ts', sources);
    assert.ok(packages.has('prom-client') && packages.has('node:http'), 'the closure was followed');
  });

  describe('its checker', () => {
    const of = (files: Record<string, string>): Sources => new Map(Object.entries(files));

    it('reads every form of import', () => {
      const text = [
        "import './a.ts';",
        "import type { B } from './b.ts';",
        'import {\n  type C,\n  c,\n} from "./c.ts";',
        "export * from './d.ts';",
        "export type { E } from './e.ts';",
        "const f = await import('./f.ts');",
        "import g, * as h from 'g/h';",
      ].join('\n');
      assert.deepEqual(
        importsOf('x/y.ts', text).map(({ specifier, target, typeOnly }) => [target ?? specifier, typeOnly]),
        [
          ['x/a.ts', false],
          ['x/b.ts', true],
          ['x/c.ts', false],
          ['x/d.ts', false],
          ['x/e.ts', true],
          ['x/f.ts', false],
          ['g/h', false],
        ],
      );
    });

    it('catches a part that reaches into another', () => {
      assert.deepEqual(violations(of({ 'capture/a.ts': "import '../report/b.ts';", 'report/b.ts': '' })), [
        'capture/a.ts imports report/b.ts: capture must not know report',
      ]);
    });

    it('catches types that reach into another part', () => {
      assert.deepEqual(
        violations(of({ 'model.ts': "import type { B } from './ports.ts';", 'ports.ts': '' })),
        ['model.ts imports ports.ts (types): model must not know ports'],
      );
    });

    it('catches packages outside their place', () => {
      const files = {
        'capture/read.ts': "import { parse } from 'pcap-parser';",
        'report/text.ts': "import { Command } from '@oclif/core/command';",
        'commands/live.ts': "const { Cap } = await import('cap');",
      };
      assert.deepEqual(violations(of(files)), [
        'capture/read.ts imports pcap-parser, which is for capture/cross-check/',
        'report/text.ts imports @oclif/core, which is for commands/, cli/',
        'commands/live.ts imports cap, which is for live/wire-view.ts',
      ]);
    });

    it('catches a part that nobody named', () => {
      assert.deepEqual(violations(of({ 'utils/a.ts': "import '../model.ts';", 'model.ts': '' })), [
        'utils/a.ts is in no part that the rules know',
      ]);
    });

    it('catches a cycle', () => {
      const files = { 'a.ts': "import './b.ts';", 'b.ts': "import './c.ts';", 'c.ts': "import './b.ts';" };
      assert.deepEqual(cycles(of(files)), [['b.ts', 'c.ts', 'b.ts']]);
    });

    it('catches what is native, through other files and behind import()', () => {
      const files = { 'a.ts': "import './b.ts';", 'b.ts': "await import('node:child_process');" };
      assert.deepEqual(nativeOf(closure('a.ts', of(files)).packages), ['node:child_process']);
    });
  });
});
