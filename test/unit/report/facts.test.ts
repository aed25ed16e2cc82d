import assert from 'node:assert/strict';
import { Directory } from '../../../src/bpf/directory.ts';
import { EventLineParser } from '../../../src/events/event-line.ts';
import { Line } from '../../../src/events/line.ts';
import type { Process } from '../../../src/model.ts';
import { EventFormatter } from '../../../src/report/event.ts';
import { FactViews } from '../../../src/report/facts.ts';
import { attributed, CURL, render } from './samples.ts';

const TIME = '1795465567000000000';
const ID = '4f1c9a7e2b8d'.padEnd(64, '0');

function onHost(over: Partial<Process> = {}): { directory: Directory; process: Process } {
  const directory = new Directory();
  return { directory, process: { ...CURL, mountNamespace: 9, directory, ...over } };
}

function tellPackage(directory: Directory, path: string, name: string, mntns: number | undefined = 9): void {
  directory.add({ type: 'program', time: TIME, path, mntns, package: name, version: '1.0', manager: 'dpkg' });
}

describe('what the host says, in reports', () => {
  it('is the package of the file that runs, in its own mount namespace', () => {
    const { directory, process } = onHost();
    const views = new FactViews();
    assert.equal(views.of(process).package, undefined);
    tellPackage(directory, '/usr/bin/curl', 'other', 8);
    assert.equal(views.of(process).package, undefined);
    tellPackage(directory, '/usr/bin/curl', 'curl');
    assert.deepEqual(views.of(process).package, { name: 'curl', version: '1.0', manager: 'dpkg' });
    assert.equal(views.of({ ...process, isChroot: true }).package, undefined);
  });

  it('is the package of a script, and not of its interpreter', () => {
    const args = ['python3', '/usr/bin/aws', 's3'];
    const { directory, process } = onHost({ executable: '/usr/bin/python3.11', args });
    tellPackage(directory, '/usr/bin/python3.11', 'python3.11-minimal');
    assert.equal(new FactViews().of(process).package, undefined);
    assert.equal(
      new FactViews().of({ ...process, args: ['python3', '-m', 'x'] }).package?.name,
      'python3.11-minimal',
    );
    tellPackage(directory, '/usr/bin/aws', 'awscli');
    assert.equal(new FactViews().of(process).package?.name, 'awscli');
  });

  it('is the same object until something new is known of the process', () => {
    const { directory, process } = onHost();
    const views = new FactViews();
    const before = views.of(process);
    tellPackage(directory, '/usr/bin/other', 'other');
    assert.equal(views.of(process), before);
    tellPackage(directory, '/usr/bin/curl', 'curl');
    assert.notEqual(views.of(process), before);
  });

  it('names users and timers of the host alone', () => {
    const over = { unit: 'a.service', userId: '1000', loginUserId: '1000' };
    const { directory, process } = onHost(over);
    directory.add({ type: 'user', time: TIME, user_id: 1000, name: 'deploy' });
    directory.add({ type: 'unit', time: TIME, unit: 'a.service', timer: 'a.timer' });
    const own: Process = { ...process, ancestors: [] };
    assert.deepEqual(
      [new FactViews().of(own).userName, new FactViews().of(own).timer],
      ['deploy', 'a.timer'],
    );
    const contained = new FactViews().of({ ...own, containerId: ID });
    assert.deepEqual([contained.userName, contained.timer], [undefined, undefined]);
    const cgroupPath = '/user.slice/user-1000.slice/user@1000.service/a.service';
    assert.equal(new FactViews().of({ ...own, cgroupPath }).timer, undefined);
    directory.add({ type: 'unit', time: TIME, unit: 'a.service', user_manager: true, timer: 'b.timer' });
    assert.equal(new FactViews().of({ ...own, cgroupPath }).timer, 'b.timer');
  });

  it('has no secrets, and leaves a tag a tag', () => {
    const { directory, process } = onHost({ containerId: ID });
    const image = 'registry.example.com/team/keys:1.2';
    directory.add({ type: 'container', time: TIME, container_id: ID, image, name: 'x --password hunter2' });
    const { container } = new FactViews().of(process);
    assert.equal(container?.image, image);
    assert.equal(container?.name, 'x --password *****');
  });

  it('is in the report at the end where it came after the only call, and not in that call', async () => {
    const { directory, process } = onHost();
    const formatter = new EventFormatter();
    const before = formatter.format(attributed({}, process));
    assert.doesNotMatch(before, /"package"/);
    for (const format of ['text', 'csv', 'json'] as const) {
      const call = attributed({}, { ...process });
      const rendering = render([call], { format });
      tellPackage(directory, '/usr/bin/curl', 'curl');
      assert.match((await rendering).text, /curl 1\.0/, format);
    }
    assert.match(
      formatter.format(attributed({}, process)),
      /"package":\{"name":"curl","version":"1\.0","type":"dpkg"\}/,
    );
    assert.equal(directory.revision, 1);
  });

  it('is what any saved event of a caller said, in whatever order they are read', async () => {
    const of = (minute: number, facts: object) =>
      attributed(
        { time: BigInt(TIME) + BigInt(minute) },
        { ...CURL, start: '', facts },
        { eventId: `${minute}` },
      );
    const calls = [
      of(1, { startedFrom: 'cron' }),
      of(2, { startedFrom: 'cron', package: { name: 'curl', version: '1.0' } }),
      of(3, { startedFrom: 'cron', package: { name: 'curl', version: '1.1' } }),
    ];
    const orders = [calls, calls.toReversed(), [calls[1], calls[0], calls[2]]].map((order) =>
      order.filter((one) => one !== undefined),
    );
    const [first, ...others] = await Promise.all(orders.map((order) => render(order, { format: 'csv' })));
    assert.match(first?.text ?? '', /,curl 1\.0,,,,cron,,,,,\r\n$/);
    for (const other of others) assert.equal(other.text, first?.text);
  });

  it('is read back from events as it was written, whatever is known', () => {
    const process: Process = {
      ...CURL,
      containerId: ID,
      facts: {
        package: { name: 'curl', version: undefined, manager: 'rpm' },
        container: {
          name: '\u202e',
          image: 'a/b:1',
          runtime: 'docker',
          orchestrator: 'kubernetes',
          podNamespace: 'n',
        },
        startedFrom: 'timer "x"',
        timer: 'x.timer',
        userName: 'root',
      },
    };
    const variants: Process[] = [
      process,
      { ...process, containerId: undefined, facts: { container: { task: 'arn:1', orchestrator: 'ecs' } } },
      { ...process, containerId: undefined, facts: { container: { podId: 'u', podName: 'p' } } },
      { ...process, containerId: undefined, facts: { container: { name: 'lxc' } } },
      { ...process, facts: {} },
    ];
    for (const variant of variants) {
      const line = new EventFormatter().format(attributed({}, variant));
      const again = new EventLineParser().parse(Line.of(line), 'x');
      assert.ok(again);
      assert.equal(new EventFormatter().format(again), line);
    }
  });

  it('keeps the latest 1,024 answers of a kind, as a writer repeats them', () => {
    const directory = new Directory();
    for (let i = 0; i < 3000; i++) tellPackage(directory, `/p${i}`, 'p');
    for (let i = 0; i < 10; i++) directory.add({ type: 'user', time: TIME, user_id: i, name: 'u' });
    assert.equal(directory.packages.size, 1024);
    assert.ok(directory.packages.has('9 /p2999') && !directory.packages.has('9 /p0'));
    const { revision } = directory;
    for (const record of [...directory.records()]) directory.add({ ...record, time: '1' });
    assert.equal([...directory.records()].length, 1034);
    assert.equal(directory.revision, revision);
  });
});
