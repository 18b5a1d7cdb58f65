import { describe, expect, it } from 'vitest';
import { FieldTable } from './field-table.ts';
import { KnownNames } from './known-names.ts';
import { sameBytes, sameName } from './names.ts';
import { hashOfName, SCAN, scanObject } from './scan-object.ts';

const LIMITS = { depth: 64, keys: 1000 };

function scanned(text: string): { bytes: Buffer; table: FieldTable } {
  const bytes = Buffer.from(text);
  const table = new FieldTable();
  expect(scanObject(bytes, 0, bytes.length, table, LIMITS)).toBe(SCAN.ok);
  return { bytes, table };
}

/** Whether the only names of two objects are the same. */
function same(nameA: string, nameB: string): boolean {
  const a = scanned(`{"${nameA}":1}`);
  const b = scanned(`{"first":0,"${nameB}":1}`);
  return sameName(a.bytes, a.table, 0, b.bytes, b.table, 1);
}

describe('two names are the same', () => {
  it.each([
    ['host', 'host'],
    ['host', 'h\\u006fst'],
    ['h\\u006Fst', 'h\\u006fst'],
    ['é', '\\u00e9'],
    ['😀', '\\ud83d\\ude00'],
    ['a/b', 'a\\/b'],
    ['', ''],
    ['\\ud800', '\\uD800'],
  ])('when they mean the same text: %s and %s', (a, b) => {
    expect(same(a, b)).toBe(true);
  });

  it.each([
    ['host', 'hos'],
    ['host', 'Host'],
    ['é', 'e\\u0301'],
    ['\\ud800', '\\ud801'],
    ['\\ud800', '\ufffd'],
    ['\\\\u0061', 'a'],
  ])('and not otherwise: %s and %s', (a, b) => {
    expect(same(a, b)).toBe(false);
  });

  it('also not when only their hashes are equal', () => {
    // 31 * 'A' + 'a' = 31 * 'B' + 'B'
    expect(hashOfName('Aa')).toBe(hashOfName('BB'));
    expect(same('Aa', 'BB')).toBe(false);
    expect(same('Aa', '\\u0042B')).toBe(false);
  });
});

describe('known names', () => {
  const known = new KnownNames(['src_ip', 'Aa', '__proto__', 'é', '']);
  const of = (name: string): number => {
    const { bytes, table } = scanned(`{"${name}":1}`);
    return known.of(bytes, table, 0);
  };

  it('are found as they are and with escapes', () => {
    expect([of('src_ip'), of('s\\u0072c_ip'), of('Aa'), of('__proto__'), of('é'), of('\\u00e9'), of('')]).toEqual([
      0, 0, 1, 2, 3, 3, 4,
    ]);
  });

  it('are not found under another name, one with the same hash included', () => {
    expect([of('src_i'), of('src_ip '), of('BB'), of('B\\u0042'), of('constructor'), of('a')]).toEqual(
      Array(6).fill(-1),
    );
  });

  it('may be a hundred', () => {
    const names = Array.from({ length: 100 }, (_, i) => `name ${i}`);
    const { bytes, table } = scanned(`{${names.map((name) => `"${name}":0`).join()},"name 100":0}`);
    const many = new KnownNames(names);
    expect(names.map((_, i) => many.of(bytes, table, i))).toEqual(names.map((_, i) => i));
    expect(many.of(bytes, table, 100)).toBe(-1);
    expect(() => new KnownNames([...names, 'one more'])).toThrow('too many');
  });
});

describe('two ranges of bytes', () => {
  it('are the same when each byte is', () => {
    const bytes = Buffer.from('abcabcab');
    expect(sameBytes(bytes, 0, 3, bytes, 3, 6)).toBe(true);
    expect(sameBytes(bytes, 0, 3, bytes, 3, 5)).toBe(false);
    expect(sameBytes(bytes, 0, 3, bytes, 1, 4)).toBe(false);
    expect(sameBytes(bytes, 2, 2, bytes, 5, 5)).toBe(true);
  });
});
