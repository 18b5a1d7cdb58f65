import { describe, expect, it } from 'vitest';
import { FieldTable } from './field-table.ts';
import { decodeJsonString, hashOfName, SCAN, type ScanResult, scanObject } from './scan-object.ts';

const LIMITS = { depth: 64, keys: 1000 };
const table = new FieldTable();

function scan(text: string, limits = LIMITS): ScanResult {
  const bytes = Buffer.from(text);
  return scanObject(bytes, 0, bytes.length, table, limits);
}

function fields(text: string): [string, string][] {
  const bytes = Buffer.from(text);
  expect(scanObject(bytes, 0, bytes.length, table, LIMITS)).toBe(SCAN.ok);
  return Array.from({ length: table.count }, (_, i) => [
    bytes.toString('utf8', table.nameStart[i], table.nameEnd[i]),
    bytes.toString('utf8', table.valueStart[i], table.valueEnd[i]),
  ]);
}

describe('a scan', () => {
  it('notes names and values as they stand, without the space around them', () => {
    expect(fields(' { "a" : 1 ,\t"b":[ 1 , {"c":2} ],"d\\n":"x,\\"}"\r\n, "e":{ }} \n')).toEqual([
      ['a', '1'],
      ['b', '[ 1 , {"c":2} ]'],
      ['d\\n', '"x,\\"}"'],
      ['e', '{ }'],
    ]);
    expect(fields('{}')).toEqual([]);
    expect(fields(' {\n} ')).toEqual([]);
  });

  it('fault 39: passes numbers of any size and spelling as bytes', () => {
    const values = ['1e309', '-0', '9007199254740993', '0.1E-400', '123456789012345678901234567890', '1.0'];
    expect(fields(`{${values.map((value) => `"n":${value}`).join()}}`).map(([, value]) => value)).toEqual(values);
  });

  it('fault 40: lists a name as often as it stands there', () => {
    expect(fields('{"x":1,"y":2,"x":3}')).toEqual([
      ['x', '1'],
      ['y', '2'],
      ['x', '3'],
    ]);
  });

  it('counts the object itself as depth 1', () => {
    const nested = (depth: number): string => `{"a":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`;
    const objects = (depth: number): string => `${'{"a":'.repeat(depth - 1)}{}${'}'.repeat(depth - 1)}`;
    expect(scan(nested(64))).toBe(SCAN.ok);
    expect(scan(nested(65))).toBe(SCAN.tooDeep);
    expect(scan(objects(64))).toBe(SCAN.ok);
    expect(scan(objects(65))).toBe(SCAN.tooDeep);
    expect(scan(`{"a":${'['.repeat(500_000)}`)).toBe(SCAN.tooDeep);
    expect(scan('['.repeat(500_000))).toBe(SCAN.tooDeep);
  });

  it('takes a thousand names and no more, repeated ones and those of the top level only', () => {
    const names = (count: number, name: (i: number) => string): string =>
      `{${Array.from({ length: count }, (_, i) => `"${name(i)}":0`).join()}}`;
    expect(scan(names(1000, String))).toBe(SCAN.ok);
    expect(table.count).toBe(1000);
    expect(scan(names(1001, String))).toBe(SCAN.tooManyKeys);
    expect(scan(names(1001, () => 'same'))).toBe(SCAN.tooManyKeys);
    expect(scan(`{"inner":${names(2000, String)}}`)).toBe(SCAN.ok);
  });

  it.each(['[]', '1', '"x"', 'null', ' true ', '-0.5e3', '[{"a":1}]'])(
    'tells %s, which is JSON, from no JSON',
    (text) => {
      expect(scan(text)).toBe(SCAN.notAnObject);
    },
  );

  it.each([
    '',
    ' ',
    '{',
    '{"a"',
    '{"a":',
    '{"a":1',
    '{"a":1,',
    '{"a":1,}',
    '{,}',
    '{"a" 1}',
    '{a:1}',
    "{'a':1}",
    '{"a":1}}',
    '{"a":1}x',
    '{"a":1 "b":2}',
    '{"a":01}',
    '{"a":+1}',
    '{"a":.5}',
    '{"a":1.}',
    '{"a":1e}',
    '{"a":-}',
    '{"a":NaN}',
    '{"a":tru}',
    '{"a":nulL}',
    '{"a":"\t"}',
    '{"a\n":1}',
    '{"a":"\\x"}',
    '{"a":"\\u12g4"}',
    '{"a":"\\u123',
    '{"a":"\\',
    '\u{feff}{"a":1}',
    '\u00a0{"a":1}',
    '{"a":[1,]}',
    '{"a":[1',
    '{"a":{"b"}}',
    '{"a":1}\0',
    '{"a":[}',
    '[1,',
    'x',
  ])('refuses %j', (text) => {
    expect(() => JSON.parse(text)).toThrow();
    expect(scan(text)).toBe(SCAN.badJson);
  });

  it('says where it stopped', () => {
    expect(scan('{"a":1;')).toBe(SCAN.badJson);
    expect(table.position).toBe(6);
    expect(scan('{"a":[1,}')).toBe(SCAN.badJson);
    expect(table.position).toBe(5);
  });

  it('tells whether a byte above 0x7f occurs, wherever it stands', () => {
    for (const [text, nonAscii] of [
      ['{"a":"b"}', false],
      ['{"é":1}', true],
      ['{"a":"é"}', true],
      ['{"a":[{"b":"é"}]}', true],
      ['{"a":[{"é":0}],"b":"c"}', true],
      ['{"a":"\\u00e9"}', false],
    ] as const) {
      expect(scan(text)).toBe(SCAN.ok);
      expect(table.nonAscii).toBe(nonAscii);
    }
  });

  it('gives equal names equal hashes, however they are written', () => {
    expect(scan('{"tête😀":1,"t\\u00eate\\ud83d\\ude00":2,"\\u0074ête😀":3,"tete":4}')).toBe(SCAN.ok);
    expect([...table.nameHash.subarray(0, 3)]).toEqual(Array(3).fill(hashOfName('tête😀')));
    expect([...table.nameEscaped.subarray(0, 4)]).toEqual([0, 1, 1, 0]);
    expect(table.nameHash[3]).toBe(hashOfName('tete'));
  });
});

describe('a decoded string', () => {
  it('is what JSON.parse makes of it', () => {
    for (const raw of ['', 'plain', 'é😀', '\\u0041\\n\\"\\\\\\/', '\\ud83d\\ude00', '\\ud800', '\\u0000']) {
      const bytes = Buffer.from(`##"${raw}"##`);
      expect(decodeJsonString(bytes, 3, bytes.length - 3)).toBe(JSON.parse(`"${raw}"`));
    }
  });
});
