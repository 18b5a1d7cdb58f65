import { describe, expect, it } from 'vitest';
import { correlationKey, DEFAULT_KEY_FIELDS, KEY_FIELDS } from './correlation-key.ts';

describe('the text of a correlation key', () => {
  it('is address and port, IPv6 in brackets', () => {
    expect(correlationKey('192.0.2.1', 443)).toBe('192.0.2.1:443');
    expect(correlationKey('2001:db8::1', 0)).toBe('[2001:db8::1]:0');
  });

  it.each([
    [{ ip: '198.51.100.1', port: 443 }, '192.0.2.1:50123>198.51.100.1:443'],
    [{ ip: '2001:db8::2', port: 443 }, '192.0.2.1:50123>[2001:db8::2]:443'],
    [{ ip: '198.51.100.1' }, '192.0.2.1:50123>198.51.100.1'],
    [{ port: 443 }, '192.0.2.1:50123>:443'],
  ])('takes in the destination %j as %s', (dst, expected) => {
    expect(correlationKey('192.0.2.1', 50123, dst)).toBe(expected);
  });

  it('is another one for another shape of destination, so that no two keys fall together', () => {
    const keys = [
      correlationKey('192.0.2.1', 1),
      correlationKey('192.0.2.1', 1, { port: 2 }),
      correlationKey('192.0.2.1', 1, { ip: '192.0.2.2' }),
      correlationKey('192.0.2.1', 1, { ip: '192.0.2.2', port: 2 }),
      correlationKey('192.0.2.1', 12),
    ];
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('is made of source address and port unless configured otherwise', () => {
    expect(DEFAULT_KEY_FIELDS).toEqual(['src_ip', 'src_port']);
    expect(KEY_FIELDS.slice(0, 2)).toEqual(DEFAULT_KEY_FIELDS);
  });
});
