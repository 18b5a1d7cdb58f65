import { isIP } from 'node:net';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isIpAddress, isIpRange } from './ip-address.ts';

it('what an address is, Node would say as well', () => {
  const part = fc.oneof(
    fc.constantFrom('', '0', '255', '256', '01', '1.2.3.4', 'ffff', '12345', 'g', '%', '%eth0'),
    fc.ipV4(),
  );
  const near = fc
    .array(fc.tuple(part, fc.constantFrom(':', '::', '.', '')), { maxLength: 9 })
    .map((pieces) => pieces.flat().join(''));
  fc.assert(
    fc.property(fc.oneof(near, fc.ipV4(), fc.ipV6(), fc.string()), (text) => {
      expect(isIpAddress(text)).toBe(isIP(text) !== 0);
    }),
    { numRuns: 3_000 },
  );
});

it('the gap of an address stands for a group at least', () => {
  const addresses = [
    '1:2:3:4:5:6:7::',
    '::2:3:4:5:6:7:8',
    '1:2:3:4:5:6:7:8::',
    '1:2:3:4::5:6:7:8',
    '::1:2:3:4:5:6:192.0.2.1',
  ];
  expect(addresses.map(isIpAddress)).toEqual(addresses.map((address) => isIP(address) !== 0));
});

it('a range is an address and the length of its prefix', () => {
  expect(['192.0.2.0/24', '2001:db8::/32', '0.0.0.0/0', '::/128'].map(isIpRange)).toEqual([true, true, true, true]);
  expect(
    ['192.0.2.0', '192.0.2.0/33', '::/129', '192.0.2/24', '192.0.2.0/', '/24', '192.0.2.0/x'].some(isIpRange),
  ).toBe(false);
});
