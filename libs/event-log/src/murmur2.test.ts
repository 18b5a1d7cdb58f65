import { describe, expect, it } from 'vitest';
import { murmur2, partitionOf } from './murmur2.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1');

describe('murmur2', () => {
  // The vectors of Apache Kafka's own UtilsTest.
  it.each([
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ['abc', 479470107],
  ])('hashes %s as Java does', (text, hash) => {
    expect(murmur2(bytes(text))).toBe(hash);
  });
});

describe('partitionOf', () => {
  it('drops the sign bit and does not negate, as toPositive does', () => {
    expect(partitionOf(bytes('foobar'), 1000)).toBe((-790332482 & 0x7fffffff) % 1000);
  });

  it('hashes a view the same wherever it lies in its buffer', () => {
    const whole = Buffer.from('xx192.0.2.1:443xx');
    expect(partitionOf(whole.subarray(2, 15), 8)).toBe(partitionOf(bytes('192.0.2.1:443'), 8));
  });

  it('spreads the keys of one subnet over all partitions', () => {
    const seen = new Set<number>();
    for (let port = 1024; port < 1124; port++) seen.add(partitionOf(bytes(`192.0.2.1:${port}`), 8));
    expect(seen.size).toBe(8);
  });
});
