import { describe, expect, it } from 'vitest';
import type { KeyField } from './correlation-key.ts';
import { toEventTimeNs } from './event-time.ts';
import { EventReader, type TimePolicy, unpackKey } from './event-reader.ts';
import { LIMITS } from './limits.ts';

const ARRIVAL_MS = 1_704_110_400_000;
const NS = 1_000_000n;

interface Setting {
  readonly keyFields?: readonly KeyField[];
  readonly time?: TimePolicy;
  readonly arrivalMs?: number | null;
}

/** What the reader says of one line: `key@ns`, with `!` when the arrival stands in for a time of the future, or why not. */
function read(line: string | Uint8Array, setting: Setting = {}): string {
  const reader = new EventReader({
    side: 'A',
    keyFields: setting.keyFields ?? ['src_ip', 'src_port'],
    time: setting.time ?? 'event_or_arrival',
    maxFutureSkewMs: 300_000,
  });
  const bytes = typeof line === 'string' ? new TextEncoder().encode(line) : line;
  // The line lies inside a larger block, as it does when it comes off a socket.
  const block = new Uint8Array(bytes.length + 4).fill(0x22);
  block.set(bytes, 2);
  const arrivalMs = setting.arrivalMs === undefined ? ARRIVAL_MS : setting.arrivalMs;
  const rejection = reader.read(block, 2, 2 + bytes.length, arrivalMs);
  if (rejection !== null) return rejection.reason;
  return `${reader.key}@${toEventTimeNs(reader)}${reader.futureTimestamp ? '!' : ''}`;
}

const T = `"timestamp":1704110400123456789`;
const AT = '1704110400123456789';

describe('the key of an event', () => {
  it.each([
    ['"src_ip":"192.0.2.7","src_port":50123', '192.0.2.7:50123'],
    ['"src_ip":"192.0.2.7","src_port":"50123"', '192.0.2.7:50123'],
    ['"src_ip":"192.0.2.7","src_port":"00080"', '192.0.2.7:80'],
    ['"src_ip":"192.0.2.7","src_port":"\\u0038\\u0030"', '192.0.2.7:80'],
    ['"src_ip":"192.0.2.7","src_port":0', '192.0.2.7:0'],
    ['"src_ip":"192.0.2.7","src_port":-0', '192.0.2.7:0'],
    ['"src_ip":"192.0.2.7","src_port":65535', '192.0.2.7:65535'],
    ['"src_ip":"255.255.255.255","src_port":65535', '255.255.255.255:65535'],
    ['"src_ip":"0.0.0.0","src_port":0', '0.0.0.0:0'],
    ['"src_ip":"::ffff:192.0.2.7","src_port":1', '192.0.2.7:1'],
    ['"src_ip":"\\u0031.2.3.4","src_port":1', '1.2.3.4:1'],
    ['"src_ip":"2001:DB8:0:0:0:0:0:1","src_port":443', '[2001:db8::1]:443'],
    ['"src\\u005fip":"192.0.2.7","src_port":1', '192.0.2.7:1'],
  ])('fault 43: {%s} is %s', (fields, key) => {
    expect(read(`{${fields},${T}}`)).toBe(`${key}@${AT}`);
  });

  it.each([
    '"src_ip":"fe80::1%eth0","src_port":1',
    '"src_ip":"01.2.3.4","src_port":1',
    '"src_ip":"","src_port":1',
    '"src_ip":16909060,"src_port":1',
    '"src_ip":["1.2.3.4"],"src_port":1',
    '"src_ip":"1.2.3.4","src_port":65536',
    '"src_ip":"1.2.3.4","src_port":-1',
    '"src_ip":"1.2.3.4","src_port":80.0',
    '"src_ip":"1.2.3.4","src_port":8e1',
    '"src_ip":"1.2.3.4","src_port":""',
    '"src_ip":"1.2.3.4","src_port":" 80"',
    '"src_ip":"1.2.3.4","src_port":"+80"',
    '"src_ip":"1.2.3.4","src_port":"65536"',
    '"src_ip":"1.2.3.4","src_port":"000080"',
    '"src_ip":"1.2.3.4","src_port":true',
    `"src_ip":"${'1'.repeat(600)}","src_port":1`,
  ])('fault 43: {%s} is a bad key', (fields) => {
    expect(read(`{${fields},${T}}`)).toBe('bad_key');
  });

  it.each([
    '',
    '"src_ip":"1.2.3.4"',
    '"src_port":80',
    '"src_ip":null,"src_port":80',
    '"src_ip":"1.2.3.4","src_port":null',
  ])('fault 44: {%s} has none, and never joins another that has none', (fields) => {
    expect(read(`{${fields}}`)).toBe('missing_key');
  });

  it('fault 40: is that of the last field of a name, as JSON.parse has it', () => {
    expect(read(`{"src_ip":"1.1.1.1","src_port":1,"src_ip":"2.2.2.2","src_port":2,${T}}`)).toBe(`2.2.2.2:2@${AT}`);
    expect(read(`{"src_ip":"1.1.1.1","src_port":1,"src_ip":null,${T}}`)).toBe('missing_key');
    expect(read(`{"src_ip":"1.1.1.1","src_port":1,"timestamp":1,${T}}`)).toBe(`1.1.1.1:1@${AT}`);
  });

  it('takes the destination when it is configured to, and misses it when it is not there', () => {
    const keyFields = ['src_ip', 'src_port', 'dst_ip', 'dst_port'] as const;
    const src = '"src_ip":"192.0.2.7","src_port":50123';
    expect(read(`{${src},"dst_ip":"::ffff:198.51.100.1","dst_port":"443",${T}}`, { keyFields })).toBe(
      `192.0.2.7:50123>198.51.100.1:443@${AT}`,
    );
    expect(read(`{${src},"dst_port":443,${T}}`, { keyFields })).toBe('missing_key');
    expect(read(`{${src},"dst_ip":"x","dst_port":443,${T}}`, { keyFields })).toBe('bad_key');
    expect(read(`{${src},"dst_ip":"198.51.100.1","dst_port":70000,${T}}`, { keyFields })).toBe('bad_key');
  });

  it('is packed into 48 bits and back without a change', () => {
    expect(unpackKey(255 * 2 ** 40 + 65535)).toBe('255.0.0.0:65535');
    expect(unpackKey(1)).toBe('0.0.0.0:1');
  });
});

describe('the time of an event', () => {
  const line = (timestamp: string): string => `{"src_ip":"1.2.3.4","src_port":5${timestamp}}`;
  const at = (ns: bigint, mark = ''): string => `1.2.3.4:5@${ns}${mark}`;
  const arrival = BigInt(ARRIVAL_MS) * NS;

  it.each([
    ['event_or_arrival', '', at(arrival)],
    ['event_or_arrival', ',"timestamp":null', at(arrival)],
    ['event_or_arrival', ',"timestamp":"soon"', 'bad_timestamp'],
    ['event_or_arrival', ',"timestamp":1704110000', at(1_704_110_000_000n * NS)],
    ['event', '', 'bad_timestamp'],
    ['event', ',"timestamp":null', 'bad_timestamp'],
    ['event', ',"timestamp":{}', 'bad_timestamp'],
    ['event', ',"timestamp":"2024-01-01T12:00:00+01:00"', at(arrival - 3_600_000n * NS)],
    ['arrival', '', at(arrival)],
    ['arrival', ',"timestamp":"soon"', at(arrival)],
    ['arrival', ',"timestamp":1', at(arrival)],
  ] as const)('with the policy %s and %j it is %s', (time, timestamp, expected) => {
    expect(read(line(timestamp), { time })).toBe(expected);
  });

  it('fault 28: of the year 2100 is replaced by the arrival and marked, one of 1970 stands', () => {
    expect(read(line(',"timestamp":4102444800'))).toBe(at(arrival, '!'));
    expect(read(line(',"timestamp":0'))).toBe(at(0n));
  });

  it('fault 28: may be as far ahead of the arrival as configured, and no millisecond further', () => {
    expect(read(line(`,"timestamp":${ARRIVAL_MS + 300_000}`))).toBe(at(arrival + 300_000n * NS));
    expect(read(line(`,"timestamp":${ARRIVAL_MS + 300_001}`))).toBe(at(arrival, '!'));
  });

  it('offline has no arrival: without a time it is none, and the future is not checked', () => {
    expect(read(line(''), { arrivalMs: null })).toBe('bad_timestamp');
    expect(read(line(',"timestamp":1'), { arrivalMs: null, time: 'arrival' })).toBe('bad_timestamp');
    expect(read(line(',"timestamp":4102444800'), { arrivalMs: null })).toBe(at(4_102_444_800_000n * NS));
  });

  it('fault 39: of nanoseconds beyond 2^53 is exact', () => {
    expect(read(line(',"timestamp":1704110400123456789'))).toBe(at(1_704_110_400_123_456_789n));
    expect(read(line(',"timestamp":1e309'))).toBe('bad_timestamp');
  });
});

describe('a line that is no event', () => {
  const good = '"src_ip":"1.2.3.4","src_port":5';
  const nested = (depth: number): string => `{${good},${T},"x":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`;
  const wide = (keys: number): string => {
    const rest = Array.from({ length: keys - 3 }, (_, i) => `"k${i}":0`);
    return `{${[good, T, ...rest].join(',')}}`;
  };

  it.each([
    ['', 'bad_json'],
    ['   ', 'bad_json'],
    ['{', 'bad_json'],
    [`{${good}`, 'bad_json'],
    [`{${good}} {}`, 'bad_json'],
    [`{${good},}`, 'bad_json'],
    [`{${good},"x":NaN}`, 'bad_json'],
    [`{${good},"x":01}`, 'bad_json'],
    [`{${good},"x":"\u0001"}`, 'bad_json'],
    [`\ufeff{${good}}`, 'bad_json'],
    ['[1]', 'not_an_object'],
    ['"text"', 'not_an_object'],
    ['null', 'not_an_object'],
  ])('%j is %s', (line, reason) => {
    expect(read(line)).toBe(reason);
  });

  it('fault 41: is one that nests deeper than 64, however deep', () => {
    expect(read(nested(LIMITS.jsonDepth))).toBe(`1.2.3.4:5@${AT}`);
    expect(read(nested(LIMITS.jsonDepth + 1))).toBe('too_deep');
    expect(read(nested(100_000))).toBe('too_deep');
  });

  it('fault 42: is one of more than 1,000 names, and names of prototypes are names like others', () => {
    expect(read(wide(LIMITS.jsonKeys))).toBe(`1.2.3.4:5@${AT}`);
    expect(read(wide(LIMITS.jsonKeys + 1))).toBe('too_many_keys');
    expect(read(wide(100_000))).toBe('too_many_keys');
    expect(read(`{"__proto__":{"src_ip":"9.9.9.9"},"constructor":1,"toString":2,${good},${T}}`)).toBe(
      `1.2.3.4:5@${AT}`,
    );
    expect(read('{"__proto__":{"src_ip":"9.9.9.9","src_port":9}}')).toBe('missing_key');
  });

  it('fault 38: is one of invalid UTF-8, wherever it stands; NUL escapes and lone surrogates in escapes are fine', () => {
    const text = (bytes: readonly number[]): Uint8Array =>
      new Uint8Array([...new TextEncoder().encode(`{${good},${T},"x":"`), ...bytes, 0x22, 0x7d]);
    expect(read(text([0xc3, 0xa9]))).toBe(`1.2.3.4:5@${AT}`);
    expect(read(text([0xc3]))).toBe('bad_utf8');
    expect(read(text([0xff, 0xfe]))).toBe('bad_utf8');
    expect(read(text([0xed, 0xa0, 0x80]))).toBe('bad_utf8');
    expect(read(text([0xc0, 0x80]))).toBe('bad_utf8');
    expect(read(new Uint8Array([0x7b, 0xff]))).toBe('bad_utf8');
    expect(read(`{${good},${T},"x":"\\u0000\\ud800"}`)).toBe(`1.2.3.4:5@${AT}`);
  });

  it('leaves nothing behind for the next line of the same reader', () => {
    const reader = new EventReader({
      side: 'B',
      keyFields: ['src_ip', 'src_port'],
      time: 'event_or_arrival',
      maxFutureSkewMs: 300_000,
    });
    const feed = (line: string): string | null => {
      const bytes = new TextEncoder().encode(line);
      return reader.read(bytes, 0, bytes.length, ARRIVAL_MS)?.reason ?? null;
    };
    expect(feed(`{"src_ip":"2001:db8::1","src_port":1,"timestamp":4102444800,"keepalives":3}`)).toBeNull();
    expect([reader.key, reader.futureTimestamp, reader.packedKey]).toEqual(['[2001:db8::1]:1', true, -1]);
    expect(feed(`{${good}}`)).toBeNull();
    expect([reader.key, reader.futureTimestamp, reader.core[5]]).toEqual(['1.2.3.4:5', false, -1]);
    expect(feed('{"src_port":5}')).toBe('missing_key');
  });
});
