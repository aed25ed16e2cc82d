import assert from 'node:assert/strict';
import Ajv from 'ajv/dist/2020.js';
import schema from '../../../schemas/report.schema.json' with { type: 'json' };
import { callerOf } from '../../../src/events/saved-caller.ts';
import type { AttributedCall } from '../../../src/model.ts';
import { Aggregate } from '../../../src/report/aggregate.ts';
import { callerObject } from '../../../src/report/caller-json.ts';
import { callerRow } from '../../../src/report/caller-row.ts';
import { summarize } from '../../../src/report/completeness.ts';
import { Ignored } from '../../../src/report/ignored.ts';
import { VerdictSink } from '../../../src/report/index.ts';
import { ProcessViews } from '../../../src/report/process-view.ts';
import { verdictOf } from '../../../src/report/verdict.ts';
import { DEFAULT_VERDICT } from '../../../src/report/verdict-options.ts';
import { attributed, CURL, capture, PYTHON } from './samples.ts';

function ofHost(name: string, process = PYTHON): AttributedCall {
  return attributed({ status: 200 }, process, { host: { name } });
}

/** A report with room for no caller: all share the row of the others. */
function reportOf(...calls: readonly AttributedCall[]) {
  const aggregate = new Aggregate(new ProcessViews(), 0);
  const sink = new VerdictSink(
    { aggregate, call: (call) => aggregate.add(call), ready: () => undefined, end: () => Promise.resolve() },
    DEFAULT_VERDICT,
  );
  for (const call of calls) sink.call(call);
  return { aggregate, sink };
}

describe('the row of other callers', () => {
  const calls = [
    ofHost('web-2'),
    ofHost('web-1'),
    ofHost('web-2', CURL),
    attributed({ version: 'unknown' }, undefined, { capture: 'b.pcap' }),
    attributed({ version: 'v2' }, CURL, { host: { id: 'id-3' } }),
  ];
  const hostsOf = (sink: VerdictSink) => {
    void sink.end([capture()]);
    return sink
      .verdicts()
      .filter(({ host }) => host !== 'a.pcap')
      .map(({ host, status, calls: { v1, unknown, v2 }, withoutName, noToken }) => [
        host,
        status,
        [v1, unknown, v2],
        withoutName,
        noToken.total,
      ]);
  };
  const expected = [
    ['web-2', 'not-ready', [2, 0, 0], 0, 2],
    ['web-1', 'not-ready', [1, 0, 0], 0, 1],
    ['b.pcap', 'not-enough-evidence', [0, 1, 0], 1, 0],
    ['id-3', 'not-enough-evidence', [0, 0, 1], 0, 0],
  ];

  it('is of no host where it is of several, and says of which', () => {
    const { aggregate, sink } = reportOf(...calls);
    const [row, ...others] = aggregate.callers();
    assert.ok(row?.identity.isOther);
    assert.equal(others.length, 0);
    assert.deepEqual([callerRow(row, aggregate.views).host, row.place], [undefined, 'several hosts']);
    assert.deepEqual(hostsOf(sink), expected);
    const { aggregate: one } = reportOf(ofHost('web-1'), ofHost('web-1', CURL));
    const [ofOne] = one.callers();
    assert.equal(ofOne && callerRow(ofOne, one.views).host, 'web-1');
  });

  it('gives each host its calls again, however reports of it are put together', () => {
    const validate = new Ajv.Ajv2020({ strict: false }).compile({
      ...schema,
      ...schema.$defs.caller,
      oneOf: undefined,
    });
    const saved = (report: Aggregate) =>
      report.callers().map((row) => {
        const json: unknown = JSON.parse(JSON.stringify(callerObject(row, report.views)));
        assert.ok(validate(json), JSON.stringify(validate.errors));
        const read = callerOf(json);
        assert.ok(read);
        return read;
      });
    const parts = [calls.slice(0, 1), calls.slice(1, 4), calls.slice(4)].map((some) => reportOf(...some));
    const { aggregate, sink } = reportOf();
    for (const part of parts) for (const read of saved(part.aggregate)) sink.target?.addCaller(read);
    assert.deepEqual(hostsOf(sink), expected);
    const again = reportOf();
    for (const read of saved(aggregate)) again.sink.target?.addCaller(read);
    assert.deepEqual(hostsOf(again.sink), expected);
  });

  it('tells hosts apart by their ids, where two have one name', () => {
    const local = (id: string) => attributed({ status: 200 }, PYTHON, { host: { id, name: 'localhost' } });
    const first = reportOf(local('id-1'), local('id-2'), local('id-1'));
    const hosts = [
      ['localhost (id-1)', 'not-ready', [2, 0, 0], 0, 2],
      ['localhost (id-2)', 'not-ready', [1, 0, 0], 0, 1],
    ];
    assert.deepEqual(hostsOf(first.sink), hosts);
    const [row] = first.aggregate.callers();
    assert.ok(row);
    const json = JSON.parse(JSON.stringify(callerObject(row, first.aggregate.views)));
    assert.deepEqual(
      json.by_host.map((part: Record<string, unknown>) => [part.host, part.host_id, part.v1]),
      [
        ['localhost', 'id-1', 2],
        ['localhost', 'id-2', 1],
      ],
    );
    assert.deepEqual([json.host, json.host_id], [undefined, undefined]);
    const read = callerOf(json);
    assert.ok(read);
    const again = reportOf();
    again.sink.target?.addCaller(read);
    assert.deepEqual(hostsOf(again.sink), hosts);
    json.by_host[1].host_id = 'id-1';
    assert.equal(callerOf(json), undefined);
  });

  it('is read only where its hosts have all of its calls, and none has more', () => {
    const { aggregate } = reportOf(...calls);
    const [row] = aggregate.callers();
    assert.ok(row);
    const json = JSON.stringify(callerObject(row, aggregate.views));
    assert.ok(callerOf(JSON.parse(json)));
    for (const [from, to] of [
      ['"host":"web-2","v1":2', '"host":"web-2","v1":1'],
      ['"host":"web-2","v1":2', '"host":"web-2","v1":4'],
      ['"host":"web-2"', '"host":"web-1"'],
      ['"host":"web-2",', ''],
      ['"without_name":1', '"without_name":2'],
      [/"by_host":\[.*?\]/, '"by_host":[]'],
      [/"by_host":\[.*?\]/, '"by_host":{}'],
    ] as const)
      assert.equal(callerOf(JSON.parse(json.replace(from, to))), undefined, to);
  });

  it('is told apart from callers that are', () => {
    const textOf = (maximum: number) => {
      const aggregate = new Aggregate(new ProcessViews(), maximum);
      for (const call of calls) aggregate.add(call);
      return verdictOf(aggregate, aggregate.callers(), summarize([capture()]), [], Ignored.NONE).text;
    };
    assert.match(textOf(0), /^Callers that are not told apart still use IMDSv1: other callers \(3 calls\)/);
    assert.match(textOf(1), /^More than 1 caller still uses IMDSv1: python3 .*, other callers \(3 calls\)/);
    assert.match(textOf(9), /^3 callers still use IMDSv1/);
  });
});
