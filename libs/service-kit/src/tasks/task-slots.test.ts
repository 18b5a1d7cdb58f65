import { EventLogError, type TopicPartition } from '@logweave/event-log';
import { VirtualClock } from '@logweave/model';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import type { Broken } from './broken.ts';
import { type BeginCause, type PartitionWork, TaskSlots } from './task-slots.ts';

const input = (partition: number): TopicPartition => ({ topic: 'in', partition });
const assignment = (gained: readonly number[], lost: readonly number[] = []) =>
  ({
    kind: 'assignment',
    generation: 1,
    assigned: gained.map(input),
    gained: gained.map(input),
    lost: lost.map(input),
  }) as const;
const retriable = (): EventLogError => new EventLogError('unavailable', 'no broker', { retriable: true });

class Work implements PartitionWork {
  broken: Broken | null = null;
  closed = false;
  readonly partition: number;

  constructor(partition: number) {
    this.partition = partition;
  }

  async close(): Promise<void> {
    this.closed = true;
  }
}

/** Slots whose tasks begin when the test says so. */
class World {
  readonly clock = new VirtualClock();
  readonly paused: number[] = [];
  readonly failures: unknown[] = [];
  readonly begun: { readonly partition: number; readonly cause: BeginCause }[] = [];
  readonly activated: Work[] = [];
  wakeUps = 0;
  onActivate: (task: Work) => void = () => {};
  readonly slots: TaskSlots<number, Work>;
  readonly #waiting: { resolve(task: Work | null): void; reject(error: unknown): void }[] = [];

  constructor(mostBeginning = Number.POSITIVE_INFINITY) {
    this.slots = new TaskSlots({
      clock: this.clock,
      log: pino({ level: 'silent' }),
      consumer: {
        pause: (inputs) => void this.paused.push(...inputs.map(({ partition }) => partition)),
        wakeUp: () => void this.wakeUps++,
      },
      mostBeginning,
      partitionsOf: (partition) => partition,
      inputsOf: (partition) => [input(partition)],
      begin: (partition, cause) => {
        this.begun.push({ partition, cause });
        return new Promise((resolve, reject) => void this.#waiting.push({ resolve, reject }));
      },
      activate: (task) => {
        this.onActivate(task);
        this.activated.push(task);
      },
      failed: (error) => void this.failures.push(error),
    });
  }

  /** The oldest that is beginning has begun. */
  async succeed(task: Work | null): Promise<void> {
    this.#waiting.shift()?.resolve(task);
    await this.#settled();
  }

  async fail(error: unknown): Promise<void> {
    this.#waiting.shift()?.reject(error);
    await this.#settled();
  }

  async gain(partition: number): Promise<Work> {
    await this.slots.assign(assignment([partition]));
    this.slots.beginDue();
    const task = new Work(partition);
    await this.succeed(task);
    return task;
  }

  async #settled(): Promise<void> {
    const before = this.wakeUps;
    while (this.wakeUps === before) await Promise.resolve();
  }
}

describe('a partition that is gained', () => {
  it('has its task in place before its inputs go on', async () => {
    const world = new World();
    const seen: (Work | null)[] = [];
    world.onActivate = () => void seen.push(world.slots.task(3));
    const task = await world.gain(3);
    expect(seen).toEqual([task]);
    expect(world.slots.live()).toEqual([task]);
    expect(world.begun).toEqual([{ partition: 3, cause: 'gained' }]);
  });

  it('lets go of a task whose partition was lost while it began', async () => {
    const world = new World();
    await world.slots.assign(assignment([3]));
    world.slots.beginDue();
    await world.slots.assign(assignment([], [3]));
    const task = new Work(3);
    await world.succeed(task);
    expect(task.closed).toBe(true);
    expect(world.activated).toEqual([]);
    expect(world.slots.all()).toEqual([]);
  });

  it('lets go of a task when the consumer knows first that the partition is lost', async () => {
    const world = new World();
    world.onActivate = () => {
      throw new EventLogError('not_assigned', 'in/3');
    };
    const task = await world.gain(3);
    expect(task.closed).toBe(true);
    expect(world.slots.live()).toEqual([]);
    expect(world.failures).toEqual([]);
  });

  it('lets go of a task whose inputs cannot go on, and ends the service', async () => {
    const world = new World();
    world.onActivate = () => {
      throw new EventLogError('closed', 'the consumer');
    };
    const task = await world.gain(3);
    expect(task.closed).toBe(true);
    expect(world.slots.live()).toEqual([]);
    expect(() => world.slots.beginDue()).toThrow('the consumer');
  });

  it('does not begin a second time beside a slot of the same partition that was lost', async () => {
    const world = new World();
    await world.slots.assign(assignment([3]));
    world.slots.beginDue();
    await world.slots.assign(assignment([], [3]));
    await world.slots.assign(assignment([3]));
    world.slots.beginDue();
    expect(world.begun).toHaveLength(1);
    await world.succeed(new Work(3));
    world.slots.beginDue();
    expect(world.begun).toHaveLength(2);
  });

  it('waits its turn when many begin', async () => {
    const world = new World(2);
    await world.slots.assign(assignment([0, 1, 2]));
    world.slots.beginDue();
    expect(world.begun).toHaveLength(2);
    expect(world.slots.nextBeginMs).toBe(Number.POSITIVE_INFINITY);
    await world.succeed(new Work(0));
    expect(world.slots.nextBeginMs).toBe(world.clock.monotonicMs());
    world.slots.beginDue();
    expect(world.begun.map(({ partition }) => partition)).toEqual([0, 1, 2]);
  });
});

describe('a task that cannot begin', () => {
  it('is tried again after a time that doubles, up to ten seconds', async () => {
    const world = new World();
    await world.slots.assign(assignment([3]));
    const waits: number[] = [];
    for (let i = 0; i < 8; i++) {
      world.slots.beginDue();
      await world.fail(retriable());
      waits.push(world.slots.nextBeginMs - world.clock.monotonicMs());
      await world.clock.advance(waits.at(-1) ?? 0);
    }
    expect(waits).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000]);
    expect(world.slots.all()[0]?.problem).toBe('no broker');
    expect(world.failures).toHaveLength(8);
    world.slots.beginDue();
    await world.succeed(new Work(3));
    expect(world.slots.all()[0]).toMatchObject({ problem: null, retryMs: 250 });
  });

  it('ends the service when waiting does not help', async () => {
    const world = new World();
    await world.slots.assign(assignment([3]));
    world.slots.beginDue();
    await world.fail(new Error('a gap'));
    expect(() => world.slots.beginDue()).toThrow('a gap');
  });

  it('is nobody’s problem when the partition has been lost', async () => {
    const world = new World();
    await world.slots.assign(assignment([3]));
    world.slots.beginDue();
    await world.slots.assign(assignment([], [3]));
    await world.fail(new Error('a gap'));
    world.slots.beginDue();
    expect(world.failures).toEqual([]);
  });
});

describe('a task that broke', () => {
  it.each([
    [{ kind: 'aborted', error: retriable() }, 0],
    [{ kind: 'unknown', error: retriable() }, 0],
    [{ kind: 'error', error: retriable() }, 0],
    // Until the assignment that says who has the partition now.
    [{ kind: 'fenced' }, 4_000],
  ] as const satisfies readonly (readonly [Broken, number])[])('begins anew: %o', async (broken, delayMs) => {
    const world = new World();
    const task = await world.gain(3);
    task.broken = broken;
    await world.slots.removeBroken();
    expect(world.paused).toEqual([3]);
    expect(task.closed).toBe(true);
    expect(world.slots.nextBeginMs - world.clock.monotonicMs()).toBe(delayMs);
    await world.clock.advance(delayMs);
    world.slots.beginDue();
    expect(world.begun.at(-1)).toEqual({ partition: 3, cause: broken.kind });
  });

  it('ends the service when that was for good', async () => {
    const world = new World();
    const task = await world.gain(3);
    task.broken = { kind: 'error', error: new Error('disk full') };
    await expect(world.slots.removeBroken()).rejects.toThrow('disk full');
    expect(task.closed).toBe(true);
  });
});

it('closes what works, after what begins has begun', async () => {
  const world = new World();
  const first = await world.gain(0);
  await world.slots.assign(assignment([1]));
  world.slots.beginDue();
  const closing = world.slots.close();
  const second = new Work(1);
  await world.succeed(second);
  await closing;
  expect([first.closed, second.closed]).toEqual([true, true]);
});
