import { VirtualClock } from '@logweave/model';
import { expect, it } from 'vitest';
import { RateLimit } from './rate-limit.ts';

it('lets the first of each span through and says how many it held back', async () => {
  const clock = new VirtualClock();
  const limit = new RateLimit(2, 1_000, clock);
  expect([limit.pass(), limit.pass(), limit.pass(), limit.pass()]).toEqual([0, 0, null, null]);
  expect(limit.heldBack).toBe(2);
  await clock.advance(999);
  expect(limit.pass()).toBeNull();
  await clock.advance(1);
  expect([limit.pass(), limit.pass(), limit.pass()]).toEqual([3, 0, null]);
});
