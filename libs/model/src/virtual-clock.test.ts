import { expect, it } from 'vitest';
import { VirtualClock } from './virtual-clock.ts';

it('time stands still until it is advanced', async () => {
  const clock = new VirtualClock(5_000);
  expect([clock.wallMs(), clock.monotonicMs()]).toEqual([5_000, 0]);
  await clock.advance(250);
  expect([clock.wallMs(), clock.monotonicMs()]).toEqual([5_250, 250]);
});

it('timers run at their moments, in their order, those of one moment in the order they were set', async () => {
  const clock = new VirtualClock(0);
  const ran: string[] = [];
  const note = (name: string) => () => ran.push(`${name}@${clock.monotonicMs()}`);
  clock.schedule(20, note('late'));
  clock.schedule(10, note('first'));
  clock.schedule(10, note('second'));
  clock.schedule(31, note('never'));
  clock.schedule(-5, note('at once'));
  await clock.advance(30);
  expect(ran).toEqual(['at once@0', 'first@10', 'second@10', 'late@20']);
});

it('a cancelled timer does not run, also when an earlier one of the same moment cancels it', async () => {
  const clock = new VirtualClock(0);
  const ran: string[] = [];
  clock.schedule(10, () => cancel());
  const cancel = clock.schedule(10, () => ran.push('cancelled'));
  await clock.advance(10);
  expect(ran).toEqual([]);
});

it('a timer that a timer sets runs in the same advance when its moment lies in it', async () => {
  const clock = new VirtualClock(0);
  const ran: number[] = [];
  const tick = (): void => {
    ran.push(clock.monotonicMs());
    clock.schedule(10, tick);
  };
  clock.schedule(10, tick);
  await clock.advance(35);
  expect(ran).toEqual([10, 20, 30]);
});

it('sleepers wake in turn, and what they do next happens before time goes on', async () => {
  const clock = new VirtualClock(0);
  const seen: number[] = [];
  const loop = (async () => {
    for (let i = 0; i < 3; i++) {
      await clock.sleep(100);
      await Promise.resolve();
      seen.push(clock.monotonicMs());
    }
  })();
  await clock.advance(300);
  await loop;
  expect(seen).toEqual([100, 200, 300]);
});

it('a sleep ends at once when its signal aborts, before or during it', async () => {
  const clock = new VirtualClock(0);
  await clock.sleep(1_000, AbortSignal.abort());
  const controller = new AbortController();
  const sleeping = clock.sleep(1_000, controller.signal);
  controller.abort();
  await sleeping;
  expect(clock.monotonicMs()).toBe(0);
});

it('a step of the wall clock moves no timer and no monotonic time', async () => {
  const clock = new VirtualClock(7_200_000);
  const ran: number[] = [];
  clock.schedule(1_000, () => ran.push(clock.monotonicMs()));
  clock.stepWall(-3_600_000);
  expect(clock.wallMs()).toBe(3_600_000);
  await clock.advance(999);
  expect(ran).toEqual([]);
  clock.stepWall(7_200_000);
  await clock.advance(1);
  expect(ran).toEqual([1_000]);
});
