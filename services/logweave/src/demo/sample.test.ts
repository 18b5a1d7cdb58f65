import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { endingAt, readSample } from './sample.ts';
import { timestampOf } from './shift-timestamps.ts';

const folder = fileURLToPath(new URL('../../../../examples/web-minute', import.meta.url));

it('the sample is one stream in the order of event time, and its truth is known', async () => {
  const { events, truth } = await readSample(folder, 'window_10s_ttl_120s_sliding');
  expect(events.filter(({ side }) => side === 'A')).toHaveLength(1787);
  expect(events.filter(({ side }) => side === 'B')).toHaveLength(411);
  expect(events.every(({ timeNs }, i) => i === 0 || (events[i - 1]?.timeNs ?? 0n) <= timeNs)).toBe(true);
  expect(truth).toEqual({ pairs: 1745, orphansA: 42, orphansB: 33 });
  await expect(readSample(folder, 'window_7s')).rejects.toThrow('window_7s');
});

it('is moved as one: the last event happens when it is told to, and distances stay', async () => {
  const { events } = await readSample(folder, 'window_10s_ttl_120s_sliding');
  const moved = endingAt(events, 2_000_000_000_123_456_789n);
  expect(moved.at(-1)?.timeNs).toBe(2_000_000_000_123_456_789n);
  expect(new Set(moved.map(({ timeNs }, i) => timeNs - (events[i]?.timeNs ?? 0n))).size).toBe(1);
  expect(moved.every(({ line, timeNs }) => timestampOf(line) === timeNs)).toBe(true);
});
