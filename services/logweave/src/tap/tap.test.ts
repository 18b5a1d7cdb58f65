import type { LogRecord } from '@logweave/event-log';
import { describe, expect, it } from 'vitest';
import { formatRecord } from './format-record.ts';
import { fits, parseFilter } from './record-filter.ts';

function record(value: string | Uint8Array | null): LogRecord {
  return {
    offset: 7,
    key: Buffer.from('192.0.2.1:443'),
    value: typeof value === 'string' ? Buffer.from(value) : value,
    headers: [{ name: 'reason', value: Buffer.from('bad_json') }],
    timestampMs: 1_704_110_400_000,
  };
}

describe('a filter', () => {
  const line =
    '{"src_ip":"192.0.2.7","a_timestamp":1704110400000000001,"correlated":true,"n":null,"deep":{"x":1},"\\u0070ath":"a\\"b"}';

  it.each([
    ['src_ip=192.0.2.7', true],
    ['src_ip=192.0.2.70', false],
    ['a_timestamp=1704110400000000001', true],
    ['a_timestamp=1704110400000000000', false],
    ['correlated=true', true],
    ['n=null', true],
    ['x=1', false],
    ['path=a"b', true],
    ['constructor=', false],
  ])('%s fits a record: %s', (text, expected) => {
    expect(fits(record(line), [parseFilter(text)])).toBe(expected);
  });

  it('wants every one of several', () => {
    const filters = ['src_ip=192.0.2.7', 'correlated=false'].map(parseFilter);
    expect(fits(record(line), filters)).toBe(false);
    expect(fits(record(line), filters.slice(0, 1))).toBe(true);
  });

  it('fits nothing that is no JSON object, and without filters everything fits', () => {
    for (const value of ['not json', '[1]', '"a"', null, new Uint8Array([0xff])]) {
      expect(fits(record(value), [parseFilter('a=1')])).toBe(false);
      expect(fits(record(value), [])).toBe(true);
    }
  });

  it.each(['', 'a', '=b'])('is not %j', (text) => {
    expect(() => parseFilter(text)).toThrow(/field=value/);
  });
});

describe('a record as a line', () => {
  const where = { topic: 'logweave.http', partition: 3 };
  const plain = { envelope: false, terminal: false };

  it('is its value, byte for byte', () => {
    expect(formatRecord(where, record('{"a": 1.0}'), plain)).toBe('{"a": 1.0}\n');
  });

  it('has everything around it in an envelope', () => {
    const line = formatRecord(where, record('{"a":1}'), { ...plain, envelope: true });
    expect(JSON.parse(line)).toEqual({
      topic: 'logweave.http',
      partition: 3,
      offset: 7,
      timestamp: '2024-01-01T12:00:00.000Z',
      key: '192.0.2.1:443',
      headers: { reason: 'bad_json' },
      value: '{"a":1}',
    });
  });

  it('stays one line whatever the value is', () => {
    expect(JSON.parse(formatRecord(where, record('a\nb'), plain))).toMatchObject({ value: 'a\nb' });
    expect(JSON.parse(formatRecord(where, record(null), plain))).toMatchObject({ value: null });
    const bytes = new Uint8Array([0xff, 10, 0]);
    expect(JSON.parse(formatRecord(where, record(bytes), plain))).toMatchObject({ value_base64: '/woA' });
  });

  it('fault 55: commands a terminal nothing', () => {
    const evil = '{"path":"\u001b]0;x\u0007\u009b31m\u202etxt"}';
    const shown = formatRecord(where, record(evil), { envelope: false, terminal: true });
    expect(shown).toBe('{"path":"\\u001b]0;x\\u0007\\u009b31m\\u202etxt"}\n');
    expect(formatRecord(where, record(evil), plain)).toBe(`${evil}\n`);
  });
});
