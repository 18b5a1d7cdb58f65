import { expect, it } from 'vitest';
import { systemClock } from './system-clock.ts';

it('a sleep of the system clock ends at once when its signal aborts', async () => {
  const controller = new AbortController();
  const sleeping = systemClock.sleep(3_600_000, controller.signal);
  controller.abort();
  await sleeping;
  await systemClock.sleep(3_600_000, AbortSignal.abort());
});

it('a timer of more than 24 days does not fire at once', async () => {
  let fired = false;
  const cancel = systemClock.schedule(2 ** 31, () => {
    fired = true;
  });
  await systemClock.sleep(5);
  cancel();
  expect(fired).toBe(false);
});

it('a timer that is cancelled does not fire, and one that is not does', async () => {
  const fired: string[] = [];
  systemClock.schedule(0, () => fired.push('cancelled'))();
  await new Promise<void>((resolve) => systemClock.schedule(-1, resolve));
  expect(fired).toEqual([]);
  expect(systemClock.wallMs()).toBeGreaterThan(1_704_110_400_000);
  expect(systemClock.monotonicMs()).toBeGreaterThan(0);
});
