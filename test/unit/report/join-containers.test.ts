import { deepEqual, equal, ok } from 'node:assert/strict';
import { Ajv2020 } from 'ajv/dist/2020.js';
import schema from '../../../schemas/report.schema.json' with { type: 'json' };
import { callerOf } from '../../../src/events/saved-caller.ts';
import type { AttributedCall, ContainerFacts, Process } from '../../../src/model.ts';
import { Aggregate } from '../../../src/report/aggregate.ts';
import { callerObject } from '../../../src/report/caller-json.ts';
import { callerFields, callerRow } from '../../../src/report/caller-row.ts';
import { groupsOf } from '../../../src/report/groups.ts';
import { findIgnored } from '../../../src/report/ignored.ts';
import { whereText } from '../../../src/report/where-text.ts';
import { attributed, PYTHON, render, TIME } from './samples.ts';

const FACTS: ContainerFacts = {
  image: 'registry/backup:3',
  podNamespace: 'shop',
  orchestrator: 'kubernetes',
};

/** A call of a container, in which a pod of that name is known or not. */
function ofPod(container: number, podName: string | undefined, over: Partial<Process> = {}): AttributedCall {
  const containerId = String(container).padStart(64, '0');
  const process: Process = {
    ...PYTHON,
    pid: 5000 + container,
    start: `${container}`,
    containerId,
    unit: `cri-containerd-${containerId}.scope`,
    facts: podName === undefined ? {} : { container: { ...FACTS, podName } },
    ...over,
  };
  const eventId = `${container}`.padStart(32, '0');
  return attributed({ time: TIME + BigInt(container) }, process, { eventId });
}

function rowsOf(
  calls: readonly AttributedCall[],
): [pod: string | undefined, v1: number, containers: number][] {
  const aggregate = new Aggregate();
  for (const call of calls) aggregate.add(call);
  return aggregate
    .callers()
    .map((caller) => [callerFields(caller, aggregate.views).pod, caller.kinds.v1, caller.containers.length]);
}

const CRON_JOB = [1, 2, 3].map((run) => ofPod(run, `backup-2847392${run}-x7k2p`));

describe('callers of containers that come and go', () => {
  it('are one for the pods of a CronJob, in whatever order they are read', () => {
    deepEqual(rowsOf(CRON_JOB), [['shop/backup-*', 3, 3]]);
    const objects = [CRON_JOB, CRON_JOB.toReversed()].map((calls) => {
      const aggregate = new Aggregate();
      for (const call of calls) aggregate.add(call);
      return aggregate.callers().map((caller) => callerObject(caller, aggregate.views));
    });
    ok(JSON.stringify(objects[0]) === JSON.stringify(objects[1]));
  });

  it('are one for a container of which the first call had no pod yet', () => {
    deepEqual(rowsOf([ofPod(1, undefined), ...CRON_JOB]), [['shop/backup-*', 4, 3]]);
    deepEqual(rowsOf([...CRON_JOB, ofPod(1, undefined)]), [['shop/backup-*', 4, 3]]);
  });

  it('are one for the containers that a pod had, and keep its name', () => {
    deepEqual(rowsOf([ofPod(1, 'db-0'), ofPod(2, 'db-0')]), [['shop/db-0', 2, 2]]);
  });

  it('stay apart where the workload, the image, the namespace or the program is another, or not known', () => {
    const other = (facts: ContainerFacts) => ofPod(9, undefined, { facts: { container: facts } });
    const [backup = ofPod(1, undefined)] = CRON_JOB;
    for (const call of [
      ofPod(9, 'mirror-28473921-x7k2p'),
      ofPod(9, 'backup-7d4b9c6f5-x7k2p'),
      ofPod(9, 'backup'),
      ofPod(9, undefined),
      other({ ...FACTS, podName: 'backup-28473929-x7k2p', image: 'registry/backup:4' }),
      other({ ...FACTS, podName: 'backup-28473929-x7k2p', podNamespace: 'lab' }),
      ofPod(9, 'backup-28473929-x7k2p', { args: ['python3', '/opt/app/other.py'] }),
    ])
      equal(rowsOf([backup, call]).length, 2);
  });

  it('are one for containers without a pod that are made anew, where their names tell that they are', () => {
    const of = (container: number, facts: ContainerFacts, args = PYTHON.args) =>
      ofPod(container, undefined, { args, facts: { container: { image: 'backup:3', ...facts } } });
    const task = (id: string, cluster = 'main') => `arn:aws:ecs:eu-west-1:1:task/${cluster}/${id.repeat(32)}`;
    const rows = (a: AttributedCall, b: AttributedCall) => rowsOf([a, b]).length;
    equal(rows(of(1, { name: 'backup' }), of(2, { name: 'backup' })), 1);
    equal(rows(of(1, { name: 'backup' }), of(2, { name: 'mirror' })), 2);
    equal(rows(of(1, { name: 'backup' }), of(2, { name: 'backup', image: 'backup:4' })), 2);
    equal(
      rows(of(1, { name: 'shop-backup-run-0a1b2c3d4e5f' }), of(2, { name: 'shop-backup-run-f5e4d3c2b1a0' })),
      1,
    );
    equal(
      rows(of(1, { name: 'shop-backup-run-0a1b2c3d4e5f' }), of(2, { name: 'shop-mirror-run-f5e4d3c2b1a0' })),
      2,
    );
    equal(rows(of(1, { name: 'dreamy_hopper' }), of(2, { name: 'zen_curie' })), 1);
    const other = [...(PYTHON.args ?? []), '--all'];
    equal(rows(of(1, { name: 'dreamy_hopper' }), of(2, { name: 'zen_curie' }, other)), 2);
    equal(
      rows(of(1, { name: 'daily/app', task: task('a') }), of(2, { name: 'daily/app', task: task('b') })),
      1,
    );
    equal(
      rows(of(1, { name: 'daily/app', task: task('a') }), of(2, { name: 'hourly/app', task: task('b') })),
      2,
    );
    equal(
      rows(
        of(1, { name: 'daily/app', task: task('a') }),
        of(2, { name: 'daily/app', task: task('b', 'lab') }),
      ),
      2,
    );
    equal(rows(of(1, { name: 'app', task: task('a') }), of(2, { name: 'app', task: task('b') })), 2);
    equal(rows(of(1, { name: 'app', podId: 'u-1' }), of(2, { name: 'app', podId: 'u-2' })), 2);
  });

  it('are the same from reports, whichever of them has which call', () => {
    const read = (parts: readonly (readonly AttributedCall[])[]) => {
      const whole = new Aggregate();
      for (const calls of parts) {
        const aggregate = new Aggregate();
        for (const call of calls) aggregate.add(call);
        for (const caller of aggregate.callers()) {
          for (const one of caller.containers.length > 0 ? caller.containers : [caller]) {
            const summary = callerOf(JSON.parse(JSON.stringify(callerObject(one, aggregate.views))));
            if (summary !== undefined) whole.addCaller(summary);
          }
        }
      }
      return JSON.stringify(whole.callers().map((caller) => callerObject(caller, whole.views)));
    };
    const [first, second, third] = CRON_JOB as [AttributedCall, AttributedCall, AttributedCall];
    const early = ofPod(1, undefined);
    early.call.time -= 5n;
    early.eventId = 'e'.repeat(32);
    const expected = read([[early, first, second, third]]);
    equal(JSON.parse(expected).length, 1);
    for (const parts of [
      [[early], [first, second], [third]],
      [
        [third, early],
        [second, first],
      ],
      [[first, second, third], [early]],
    ])
      ok(read(parts) === expected);
  });

  it('are raised by an inventory once', () => {
    const inventory = new Aggregate();
    const aggregate = new Aggregate();
    for (const call of CRON_JOB) inventory.add(call);
    for (const call of CRON_JOB)
      aggregate.add({ ...call, process: { ...PYTHON, ...call.process, facts: {} } });
    for (const caller of inventory.known) {
      const summary = callerOf(JSON.parse(JSON.stringify(callerObject(caller, inventory.views))));
      if (summary !== undefined) aggregate.raiseCaller(summary);
    }
    deepEqual(
      aggregate.callers().map(({ calls, containers }) => [calls, containers.length]),
      [[3, 3]],
    );
  });

  it('are a row that is no longer for their number, as whoever reads it takes a row whole', () => {
    const aggregate = new Aggregate();
    for (let run = 0; run < 200; run++) aggregate.add(ofPod(run, `backup-${28470000 + run}-x7k2p`));
    const [caller] = aggregate.callers();
    ok(caller);
    equal(caller.containers.length, 200);
    ok(JSON.stringify(callerObject(caller, aggregate.views)).length < 20_000);
  });

  it('are told by their number, and apart by container', () => {
    const aggregate = new Aggregate();
    for (const call of CRON_JOB) aggregate.add(call);
    const [caller] = aggregate.callers();
    ok(caller);
    const where = whereText(callerRow(caller, aggregate.views), caller);
    ok(where.startsWith('3 containers · image backup:3 · pod shop/backup-*'), where);
    const named = new Aggregate();
    for (const run of [1, 2])
      named.add(
        ofPod(run, undefined, {
          facts: { container: { name: `backup-run-${'0a'.repeat(5)}0${run}`, image: 'b:3' } },
        }),
      );
    const [other] = named.callers();
    ok(other);
    const text = whereText(callerRow(other, named.views), other);
    ok(text.startsWith('2 containers called backup-run-* · image b:3'), text);
    equal(groupsOf(aggregate, 'container').length, 3);
    equal(groupsOf(aggregate, 'host')[0]?.callers.size, 1);
  });

  it('are ignored as one', () => {
    const aggregate = new Aggregate();
    for (const call of CRON_JOB) aggregate.add(call);
    const rules = [{ reason: 'known', expires: '2099-01-01', where: { image: '*/backup:*' } }];
    const ignored = findIgnored(aggregate, { rules, today: '2026-01-01' });
    deepEqual([ignored.callers.size, ignored.counted(aggregate.callers()).length], [1, 0]);
  });

  it('have a shape that the schema knows', async () => {
    const { text } = await render(CRON_JOB, { format: 'json' });
    const validate = new Ajv2020({ strict: false }).compile(schema);
    ok(validate(JSON.parse(text)), JSON.stringify(validate.errors));
    deepEqual([JSON.parse(text).callers[0].containers, JSON.parse(text).containers.length], [3, 3]);
  });
});
