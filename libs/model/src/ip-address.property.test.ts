import { isIPv4, isIPv6 } from 'node:net';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { canonicalIp, parseIpv6 } from './ip-address.ts';

/** What the URL standard makes of an IPv6 host: RFC 5952 by an independent implementation. */
function asUrlHost(text: string): string {
  return new URL(`http://[${text}]/`).hostname.slice(1, -1);
}

/** The 16 bytes of an address that `isIPv6` accepts, written the long way round. */
function bytesOf(text: string): number[] {
  const withQuadAsGroups = text.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, a, b, c, d) => {
    const hex = (n: number): string => n.toString(16);
    return `${hex(Number(a) * 256 + Number(b))}:${hex(Number(c) * 256 + Number(d))}`;
  });
  const [head = '', tail] = withQuadAsGroups.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const middle = Array<string>(8 - left.length - right.length).fill('0');
  return [...left, ...middle, ...right].flatMap((group) => {
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 255];
  });
}

const group = fc.oneof(fc.constant('0'), fc.constant('0000'), fc.stringMatching(/^[0-9a-fA-F]{1,4}$/));
const quad = fc.tuple(fc.nat(300), fc.nat(300), fc.nat(300), fc.nat(300)).map((octets) => octets.join('.'));
const almostIpv6 = fc
  .tuple(fc.array(group, { maxLength: 9 }), fc.array(group, { maxLength: 8 }), fc.boolean(), fc.option(quad))
  .map(([left, right, shortened, end]) => {
    const tail = end === null ? right : [...right, end];
    return shortened ? `${left.join(':')}::${tail.join(':')}` : [...left, ...tail].join(':');
  });
const anyText = fc.oneof(
  almostIpv6,
  fc.ipV6(),
  quad,
  fc.ipV4(),
  fc.stringMatching(/^[0-9a-f:.]{0,46}$/),
  fc.string({ unit: 'binary', maxLength: 50 }),
);

it('what is an address is what Node says is one, zone ids apart', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      expect(canonicalIp(text) !== null).toBe(!text.includes('%') && (isIPv4(text) || isIPv6(text)));
    }),
    { numRuns: 5_000 },
  );
});

it('an IPv6 address is written as the URL standard writes it, unless it is IPv4 in disguise', () => {
  fc.assert(
    fc.property(fc.oneof(almostIpv6, fc.ipV6()), (text) => {
      fc.pre(isIPv6(text));
      const bytes = bytesOf(text);
      const mapped = bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 255 && bytes[11] === 255;
      expect(canonicalIp(text)).toBe(mapped ? bytes.slice(12).join('.') : asUrlHost(text));
    }),
    { numRuns: 3_000 },
  );
});

it('groups are the bytes of the address', () => {
  fc.assert(
    fc.property(fc.oneof(almostIpv6, fc.ipV6()), (text) => {
      fc.pre(isIPv6(text));
      expect(parseIpv6(text)?.flatMap((value) => [value >> 8, value & 255])).toEqual(bytesOf(text));
    }),
  );
});

it('the canonical form of a canonical form is itself', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const once = canonicalIp(text);
      fc.pre(once !== null);
      expect(canonicalIp(once)).toBe(once);
    }),
  );
});
