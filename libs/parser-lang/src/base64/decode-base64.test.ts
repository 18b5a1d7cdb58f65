import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Failure } from '../extraction.ts';
import { type Base64Encoding, decodeBase64, isBase64Encoding } from './decode-base64.ts';

describe('decodeBase64', () => {
  it.each<[string, Base64Encoding, string]>([
    ['aGVsbG8=', 'Standard', 'hello'],
    ['aGVsbG8', 'RawStandard', 'hello'],
    ['aGk=', 'URL', 'hi'],
    ['aA==', 'Standard', 'h'],
    ['aA', 'RawURL', 'h'],
    ['', 'Standard', ''],
    ['4pyTPj8=', 'Standard', '✓>?'],
    ['Pj8-Pz8_', 'URL', '>?>???'],
    ['aGVs\r\nbG8=\n', 'Standard', 'hello'],
    ['aGVsbG8\n=', 'Standard', 'hello'],
    ['aGVsbG9=', 'Standard', 'hello'],
    ['//4=', 'Standard', '\uFFFD\uFFFD'],
  ])('%j in %s is %j', (text, encoding, expected) => {
    expect(decodeBase64(text, encoding)).toBe(expected);
  });

  it.each<[string, Base64Encoding]>([
    ['aGVsbG8', 'Standard'],
    ['aGVsbG8=', 'RawStandard'],
    ['aGk', 'URL'],
    ['aGk=', 'RawURL'],
    ['a', 'RawStandard'],
    ['aA=', 'Standard'],
    ['aA===', 'Standard'],
    ['aGVs=', 'Standard'],
    ['aGVs====', 'Standard'],
    ['====', 'Standard'],
    ['Pj8-', 'Standard'],
    ['Pj8+', 'URL'],
    ['aG Vs', 'Standard'],
    ['aGk=aGk=', 'Standard'],
    ['aGVé', 'Standard'],
  ])('%j in %s is illegal', (text, encoding) => {
    expect(decodeBase64(text, encoding)).toBeInstanceOf(Failure);
  });

  it('reads back every text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const bytes = Buffer.from(text, 'utf8');
        const standard = bytes.toString('base64');
        const url = bytes.toString('base64url');
        expect(decodeBase64(standard, 'Standard')).toBe(text);
        expect(decodeBase64(standard.replaceAll('=', ''), 'RawStandard')).toBe(text);
        expect(decodeBase64(url, 'RawURL')).toBe(text);
      }),
    );
  });

  it('knows the names of encodings', () => {
    expect(['Standard', 'URL', 'RawStandard', 'RawURL', 'standard'].map(isBase64Encoding)).toEqual([
      true,
      true,
      true,
      true,
      false,
    ]);
  });
});
