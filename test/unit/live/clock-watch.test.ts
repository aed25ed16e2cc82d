import assert from 'node:assert/strict';
import { ClockWatch } from '../../../src/live/clock-watch.ts';
import { stepText } from '../../../src/live/watch-clock.ts';

const SECOND = 1_000_000_000n;
const HOUR = 3600n * SECOND;

/** Clocks of a machine, set by hand. */
class Machine {
  wall = 1_795_465_567n * SECOND;
  boot = 1000n * SECOND;
  monotonic = 900n * SECOND;
  #offset = this.wall - this.monotonic;
  readonly steps: bigint[] = [];
  readonly watch = new ClockWatch(
    { wall: () => this.wall, session: () => this.session, sinceBoot: () => this.boot },
    {
      onStep: (step) => this.steps.push(step),
      onSleep: (slept) => {
        this.#offset += slept;
      },
    },
  );

  get session(): bigint {
    return this.#offset + this.monotonic;
  }

  pass(time: bigint): void {
    this.wall += time;
    this.boot += time;
    this.monotonic += time;
  }

  sleep(time: bigint): void {
    this.wall += time;
    this.boot += time;
  }
}

describe('live/clock-watch', () => {
  it('says nothing while the clocks agree, also where they are read a little later', () => {
    const machine = new Machine();
    for (let i = 0; i < 1000; i++) {
      machine.pass(SECOND / 5n);
      machine.wall += i % 2 === 0 ? 20_000_000n : -20_000_000n;
      assert.equal(machine.watch.check(), undefined);
    }
    assert.deepEqual(machine.steps, []);
  });

  for (const step of [HOUR, -HOUR, SECOND, -SECOND / 2n]) {
    it(`says once that the clock was set by ${step} ns, and its own time goes on`, () => {
      const machine = new Machine();
      const before = machine.session;
      machine.pass(SECOND);
      machine.wall += step;
      assert.deepEqual(machine.watch.check(), { 'clock.steps': '1' });
      machine.pass(SECOND);
      assert.equal(machine.watch.check(), undefined);
      assert.deepEqual(machine.steps, [step]);
      assert.equal(machine.session - before, 2n * SECOND);
    });
  }

  it('counts every step', () => {
    const machine = new Machine();
    for (let i = 1; i <= 3; i++) {
      machine.pass(SECOND);
      machine.wall += HOUR;
      assert.deepEqual(machine.watch.check(), { 'clock.steps': String(i) });
    }
  });

  it('takes the time of sleep for what it is: time that passed', () => {
    const machine = new Machine();
    const before = machine.session;
    machine.sleep(HOUR);
    machine.pass(SECOND);
    assert.equal(machine.watch.check(), undefined);
    assert.equal(machine.session - before, HOUR + SECOND);
    assert.deepEqual(machine.steps, []);
    machine.sleep(HOUR);
    machine.wall -= 60n * SECOND;
    assert.deepEqual(machine.watch.check(), { 'clock.steps': '1' });
    assert.deepEqual(machine.steps, [-60n * SECOND]);
    assert.equal(machine.session, machine.wall + 60n * SECOND);
  });

  it('has words for it', () => {
    assert.match(stepText(HOUR), /was set ahead by 3600\.0 s; times of this session go on/);
    assert.match(stepText(-SECOND), /was set back by 1\.0 s/);
  });
});
