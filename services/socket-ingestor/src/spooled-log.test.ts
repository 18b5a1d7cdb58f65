import { expect, test } from 'vitest';
import { inSpoolWorld, STALL_MS, type SpoolWorld } from './testing/spool-world.ts';

/** Time passes until it holds. */
async function until(world: SpoolWorld, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let steps = 0; !(await holds()); steps++) {
    if (steps > 2_000) throw new Error('it does not come to hold');
    await world.pass(10);
  }
}

const spooled = (world: SpoolWorld, records: number) => async () =>
  (await world.count('spooled_records_total')) === records;

test('while the log answers nothing is written to disk', async () => {
  await inSpoolWorld(async (world) => {
    for (let i = 0; i < 20; i++) {
      world.append([0, 1]);
      await world.pass(STALL_MS - 1);
    }
    expect(world.numbersInLog(0)).toHaveLength(20);
    expect(await world.count('spooled_records_total')).toBe(0);
    expect(world.spoolFiles()).toEqual(['lock', 'state']);
  });
});

test('an append that stands still for the stall time goes to disk with all that come after it, and not before', async () => {
  await inSpoolWorld(async (world) => {
    world.cluster.setAvailable(false);
    world.append([0]);
    world.append([0]);
    await world.pass(STALL_MS - 1);
    expect([...world.taken]).toEqual([]);
    await until(world, () => world.taken.size === 2);
    world.append([0]);
    await until(world, () => world.taken.size === 3);
    expect(await world.count('spooled_records_total')).toBe(3);
    expect(world.numbersInLog(0)).toEqual([]);
    await world.settle();
    expect(world.numbersInLog(0)).toEqual([0, 1, 2]);
    expect(world.spoolFiles()).toEqual(['lock', 'state']);
  });
});

test('what the log refuses for want of rights goes to disk at once, and is in the log once when it is allowed again', async () => {
  await inSpoolWorld(async (world) => {
    // The log has the first, loses its answer, and refuses to say so again.
    world.cluster.faults.plan({ on: 'append', kind: 'lose_answer' });
    world.append([0, 1]);
    await world.pass(0);
    world.cluster.allowed = false;
    world.append([0, 1]);
    await until(world, spooled(world, 4));
    world.append([0]);
    await until(world, () => world.taken.size === 5);
    await world.pass(60_000);
    expect([world.numbersInLog(0), world.numbersInLog(1)]).toEqual([[0], [1]]);
    world.cluster.allowed = true;
    await world.settle();
    expect([world.numbersInLog(0), world.numbersInLog(1)]).toEqual([
      [0, 2, 4],
      [1, 3],
    ]);
    world.append([0]);
    await world.pass(10);
    expect(world.numbersInLog(0)).toEqual([0, 2, 4, 5]);
    // The last one without going by the disk.
    expect(await world.count('spooled_records_total')).toBe(5);
    expect(world.spoolFiles()).toEqual(['lock', 'state']);
  });
});

test('a log that answers each append in time but never catches up is not waited for either', async () => {
  await inSpoolWorld(async (world) => {
    world.pressed();
    await world.pass(STALL_MS - 1);
    world.append([0]);
    await world.pass(0);
    expect(await world.count('spooled_records_total')).toBe(0);
    await world.pass(1);
    world.cluster.setAvailable(false);
    world.append([0]);
    await until(world, spooled(world, 1));
    await world.settle();
    expect(world.numbersInLog(0)).toEqual([0, 1]);
  });
});

test('fault 2: killed after the log took an append and before it heard so, the next process does not send it again', async () => {
  await inSpoolWorld(async (world) => {
    world.append([0]);
    await world.pass(1);
    world.cluster.faults.plan({ on: 'append', kind: 'lose_answer' }, { times: 1_000 });
    world.append([0, 1, 0]);
    world.append([1]);
    await until(world, spooled(world, 4));
    expect(world.numbersInLog(0)).toEqual([0, 1, 3]);
    world.cluster.faults.clear();
    await world.kill();
    await world.settle();
    expect([world.numbersInLog(0), world.numbersInLog(1)]).toEqual([
      [0, 1, 3],
      [2, 4],
    ]);
    // The second append was behind the first, so the log had only that.
    expect(await world.count('spool_found_in_log_total')).toBe(3);
  });
});

test('fault 2: killed after a transaction of the spool and before the position was moved, nothing is sent again', async () => {
  await inSpoolWorld(async (world) => {
    world.cluster.setAvailable(false);
    world.append([0]);
    await until(world, spooled(world, 1));
    world.append([0]);
    await until(world, spooled(world, 2));
    world.cluster.faults.plan({ on: 'commit', kind: 'lose_answer' });
    world.cluster.setAvailable(true);
    await until(world, () => world.numbersInLog(0).length === 2);
    await world.kill();
    await world.settle();
    expect(world.numbersInLog(0)).toEqual([0, 1]);
  });
});

test('fault 1: what was on its way to the log when it went away is on disk, and the next process sends it', async () => {
  await inSpoolWorld(async (world) => {
    world.cluster.setAvailable(false);
    world.append([0, 1]);
    world.append([1]);
    await until(world, () => world.taken.size === 3);
    world.cluster.setAvailable(true);
    await world.kill();
    await world.settle();
    expect([world.numbersInLog(0), world.numbersInLog(1)]).toEqual([[0], [1, 2]]);
    expect(await world.count('spool_found_in_log_total')).toBe(0);
  });
});

test('a spool that is full takes no more, and what waits for it goes to the log after it', async () => {
  await inSpoolWorld(async (world) => {
    world.cluster.setAvailable(false);
    for (let i = 0; i < 10; i++) world.append([0]);
    await until(world, () => world.trouble === 'spool_full');
    await world.pass(60_000);
    const { size } = world.taken;
    expect(size).toBeGreaterThan(3);
    expect(size).toBeLessThan(10);
    await world.settle();
    expect(world.numbersInLog(0)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(world.trouble).toBeNull();
  }, 300);
});

test('fault 23: while the disk is full appends wait, and all of them are in the log once when there is space again', async () => {
  await inSpoolWorld(async (world) => {
    world.cluster.setAvailable(false);
    world.append([0]);
    await until(world, () => world.taken.size === 1);
    world.diskIsFull = true;
    for (let i = 0; i < 3; i++) world.append([0]);
    await until(world, () => world.trouble === 'spool_unwritable');
    await world.pass(60_000);
    expect(world.taken.size).toBe(1);
    world.diskIsFull = false;
    await until(world, () => world.taken.size === 4);
    expect(world.trouble).toBeNull();
    world.cluster.setAvailable(true);
    await world.kill();
    await world.settle();
    expect(world.numbersInLog(0)).toEqual([0, 1, 2, 3]);
    expect(await world.count('spool_damaged_places_total')).toBe(0);
  });
});

test('fault 23: when the log is back before the disk is, what waits for the disk goes to the log', async () => {
  await inSpoolWorld(async (world) => {
    world.cluster.setAvailable(false);
    world.append([0]);
    await until(world, () => world.taken.size === 1);
    world.diskIsFull = true;
    for (let i = 0; i < 3; i++) world.append([0]);
    await until(world, () => world.trouble === 'spool_unwritable');
    await world.settle();
    expect(world.numbersInLog(0)).toEqual([0, 1, 2, 3]);
    expect(world.trouble).toBeNull();
  });
});

test('a stop while the log is away leaves on disk what was taken', async () => {
  await inSpoolWorld(async (world) => {
    world.cluster.setAvailable(false);
    world.append([0]);
    await until(world, () => world.taken.size === 1);
    await world.close();
    world.cluster.setAvailable(true);
    await world.start();
    await world.settle();
    expect(world.numbersInLog(0)).toEqual([0]);
  });
});
