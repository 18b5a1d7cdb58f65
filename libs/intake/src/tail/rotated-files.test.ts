import { expect, test } from 'vitest';
import { compareWritten, isRotatedName } from './rotated-files.ts';
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

test.each([
  ['access.log.2', 'access.log.1'],
  ['access.log.10', 'access.log.9'],
  ['access.2.log', 'access.1.log'],
  ['web1.log.3', 'web1.log.2'],
  ['access.log-20260101', 'access.log-20260102'],
  ['access.log-2026-01-01_13', 'access.log-2026-01-02_01'],
  ['access.log-20260101.1', 'access.log-20260101.2'],
])('%s, of the same times as %s, was written before it', (older, younger) => {
  const file = (name: string) => ({ path: `/var/log/${name}`, inode: '1', sizeBytes: 1, modifiedNs: 5n, bornNs: 3n });
  expect(compareWritten(file(older), file(younger))).toBe(-1);
  expect(compareWritten(file(younger), file(older))).toBe(1);
  // Their times come before their names: first that of the last writing, then that of their making.
  expect(compareWritten({ ...file(older), bornNs: 4n }, file(younger))).toBe(1);
  expect(compareWritten({ ...file(older), bornNs: 2n, modifiedNs: 6n }, file(younger))).toBe(1);
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
