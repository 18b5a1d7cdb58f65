import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { readSample } from './sample.ts';

const folder = fileURLToPath(new URL('../../../../examples/web-minute', import.meta.url));
const truth = { mode: 'one_to_many', rules: 'window_10s_ttl_120s_sliding' } as const;

it('the sample is one stream in the order of event time, and its truth is known', async () => {
  const { events, outcomes } = await readSample(folder, truth, () => 0n);
  expect(events.filter(({ side }) => side === 'A')).toHaveLength(1787);
  expect(events.filter(({ side }) => side === 'B')).toHaveLength(411);
  expect(events.every(({ timeNs }, i) => i === 0 || (events[i - 1]?.timeNs ?? 0n) <= timeNs)).toBe(true);
  const orphansA = outcomes.filter((outcome) => outcome.endsWith(' -'));
  const orphansB = outcomes.filter((outcome) => outcome.includes(' - '));
  expect([orphansA.length, orphansB.length, outcomes.length]).toEqual([42, 33, 1745 + 42 + 33]);
  await expect(readSample(folder, { ...truth, rules: 'window_7s' }, () => 0n)).rejects.toThrow(
    'truth.json has no one_to_many.window_7s',
  );
});

it('each mode has a truth of its own: in one_to_one a connection has one request', async () => {
  const { outcomes } = await readSample(folder, { mode: 'one_to_one', rules: 'window_10s' }, () => 0n);
  const pairs = outcomes.filter((outcome) => !outcome.includes(' -'));
  expect([pairs.length, outcomes.length]).toEqual([378, 1820]);
});

it('is moved as one, its truth with it', async () => {
  const still = await readSample(folder, truth, () => 0n);
  const target = 2_000_000_000_123_456_789n;
  const moved = await readSample(folder, truth, (lastNs) => target - lastNs);
  expect(moved.events.at(-1)?.timeNs).toBe(target);
  const byNs = target - (still.events.at(-1)?.timeNs ?? 0n);
  expect(moved.events.map(({ timeNs }) => timeNs - byNs)).toEqual(still.events.map(({ timeNs }) => timeNs));
  const again = (outcome: string): string => outcome.replace(/\d{19}/g, (digits) => String(BigInt(digits) - byNs));
  expect(moved.outcomes.map(again).sort()).toEqual(still.outcomes);
});
