import { expect, test } from 'vitest';
import { isRotatedName } from './rotated-files.ts';
import { formatTailPosition, parseTailPosition, tailPosition } from './tail-position.ts';

test.each([
  ['access.log', 'access.log.1'],
  ['access.log', 'access.log.27'],
  ['access.log', 'access.log-20260101'],
  ['access.log', 'access.log-2026-01-01_13'],
  ['access.log', 'access-20260101.log'],
  ['access.log', 'access.1.log'],
  ['access.log', 'access.log.2026-01-01T13:00'],
  ['web1.log', 'web1.log.2'],
  ['messages', 'messages-20260101'],
])('%s becomes %s by rotation', (name, rotated) => {
  expect(isRotatedName(rotated, `/var/log/${name}`)).toBe(true);
});

test.each([
  ['access.log', 'access.log'],
  ['access.log', 'access.log.1.gz'],
  ['access.log', 'access.log-20260101.zst'],
  ['access.log', 'access_ssl.log.1'],
  ['access.log', 'access2.log'],
  ['access.log', 'other.access.log.1'],
  ['access.log', 'access.log.bak'],
  ['access.log', 'access.log~'],
  ['web1.log', 'web2.log.1'],
  ['web1.log', 'web12.log.1'],
  ['error.log', 'access.log.1'],
])('%s is not what %s was', (name, other) => {
  expect(isRotatedName(other, `/var/log/${name}`)).toBe(false);
});

test('a position comes back from its text, and other text is none', () => {
  const position = tailPosition('18446744073709551615', 9_007_199_254_740_991, Buffer.alloc(2_000, 'x'));
  expect(position.windowBytes).toBe(1_024);
  expect(parseTailPosition(formatTailPosition(position))).toEqual(position);
  expect(formatTailPosition(position).length).toBeLessThan(200);
  for (const text of [
    '',
    'forgotten',
    formatTailPosition(position).slice(0, -1),
    `2${formatTailPosition(position).slice(1)}`,
  ]) {
    expect(() => parseTailPosition(text)).toThrow('is no position in a file');
  }
});
