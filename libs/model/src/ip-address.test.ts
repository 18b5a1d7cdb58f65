import { describe, expect, it } from 'vitest';
import { canonicalIp, dottedQuadValue } from './ip-address.ts';

describe('an IP address in its canonical form', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['0.0.0.0', '0.0.0.0'],
    ['255.255.255.255', '255.255.255.255'],
    ['2001:DB8::1', '2001:db8::1'],
    ['2001:0db8:0000:0000:0000:0000:0000:0001', '2001:db8::1'],
    ['::', '::'],
    ['::1', '::1'],
    ['1::', '1::'],
    // One zero group is not worth a double colon, of two equal runs the first has it (RFC 5952, section 4.2).
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['1:0:0:2:0:0:0:3', '1:0:0:2::3'],
    ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
    ['::102:304', '::102:304'],
    ['::1.2.3.4', '::102:304'],
    ['64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
  ])('%s is written %s', (text, expected) => {
    expect(canonicalIp(text)).toBe(expected);
  });

  it.each([
    ['::ffff:1.2.3.4', '1.2.3.4'],
    ['::FFFF:0102:0304', '1.2.3.4'],
    ['0:0:0:0:0:ffff:255.255.255.255', '255.255.255.255'],
  ])('fault 43: the IPv4-mapped address %s is the IPv4 address %s', (text, expected) => {
    expect(canonicalIp(text)).toBe(expected);
  });

  it.each([
    'fe80::1%eth0',
    'fe80::1%25eth0',
    '',
    '1.2.3',
    '1.2.3.4.5',
    '1.2.3.256',
    '01.2.3.4',
    '1.2.3.04',
    '1.2.3.4 ',
    ' 1.2.3.4',
    '1.2.3.-4',
    '1..3.4',
    '0x1.2.3.4',
    '16909060',
    ':',
    ':::',
    '1:::2',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7::8',
    ':1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:',
    '12345::',
    'g::1',
    '1.2.3.4::',
    '::1.2.3',
    '::1.2.3.4:5',
    '[::1]',
    '::1/128',
    '\u0661.2.3.4',
  ])('fault 43: %j is no address', (text) => {
    expect(canonicalIp(text)).toBeNull();
  });

  it('a dotted quad is a number of 32 bits without a sign', () => {
    expect(dottedQuadValue('255.0.0.1')).toBe(0xff000001);
    expect(dottedQuadValue('255.0.0')).toBe(-1);
  });
});
