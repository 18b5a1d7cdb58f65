import { expect, it } from 'vitest';
import { shiftTimestamp, timestampOf } from './shift-timestamps.ts';

const line = '{"src_ip":"192.0.2.7","timestamp":1795535999800000000,"time":"2026-11-24T15:59:59.8Z","size":1.0}';

it('moves the digits of the timestamp to the nanosecond and nothing else', () => {
  expect(shiftTimestamp(line, 1n)).toBe(line.replace('1795535999800000000', '1795535999800000001'));
  expect(shiftTimestamp(line, -800_000_001n)).toBe(line.replace('1795535999800000000', '1795535998999999999'));
});

it('reads the time exactly', () => {
  expect(timestampOf(line)).toBe(1_795_535_999_800_000_000n);
  expect(timestampOf(shiftTimestamp(line, 7n))).toBe(1_795_535_999_800_000_007n);
});

it('refuses a line without one', () => {
  expect(() => timestampOf('{"timestamp":"2026-11-24T15:59:59Z"}')).toThrow('no "timestamp" in nanoseconds');
});
