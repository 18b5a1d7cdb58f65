import { describe, expect, it } from 'vitest';
import { Failure } from '../extraction.ts';
import { type CsvOptions, compileCsv, csvColumnName } from './compile-csv.ts';

function fieldsOf(text: string, options: CsvOptions = {}): readonly string[] | string {
  const result = compileCsv(options)(text);
  return result instanceof Failure ? result.message : result;
}

describe('csv', () => {
  it.each<[string, string, CsvOptions, readonly string[]]>([
    ['commas part fields', 'a,b,c', {}, ['a', 'b', 'c']],
    ['one field', 'a', {}, ['a']],
    ['empty fields', ',a,', {}, ['', 'a', '']],
    ['blanks stay', ' a , b ', {}, [' a ', ' b ']],
    ['another separator', 'a|b,c', { separator: '|' }, ['a', 'b,c']],
    ['a separator of several characters', 'a||b|c', { separator: '||' }, ['a', 'b|c']],
    ['a separator written as an escape', 'a\tb', { separator: '\\t', unescapeSeparator: true }, ['a', 'b']],
    ['quotes hold separators', '"a,b",c', {}, ['a,b', 'c']],
    ['doubled quotes are one quote', '"say ""hi""",b', {}, ['say "hi"', 'b']],
    ['empty quotes', '"",""', {}, ['', '']],
    ['quotes hold line ends', '"a\r\nb",c', {}, ['a\nb', 'c']],
    ['the record ends with its line', 'a,b\nc,d', {}, ['a', 'b']],
    ['the record ends with its line, quoted', '"a",b\r\n"c"', {}, ['a', 'b']],
    ['a quoted field may end the record', 'a,"b"\nc', {}, ['a', 'b']],
    ['what comes after the record may be malformed', 'a,b\nc"d', {}, ['a', 'b']],
    ['empty lines before the record are skipped', '\n\r\n\na,b', {}, ['a', 'b']],
    ['a carriage return at the end goes', 'a,b\r', {}, ['a', 'b']],
    ['a carriage return elsewhere stays', 'a\rb,c', {}, ['a\rb', 'c']],
    ['a separator before the line end', 'a,\nb', {}, ['a', '']],
    ['lazy quotes within an unquoted field', 'a "b" c,5"', { lazyQuotes: true }, ['a "b" c', '5"']],
    ['lazy quotes within a quoted field', '"a "b" c","d"', { lazyQuotes: true }, ['a "b" c', 'd']],
    ['a lazy quote that nothing closes holds the rest', 'a,"b,c\nd', { lazyQuotes: true }, ['a', 'b,c\nd']],
    ['characters beyond the basic plane', '"😀",é', {}, ['😀', 'é']],
  ])('%s', (_, text, options, fields) => {
    expect(fieldsOf(text, options)).toEqual(fields);
  });

  it.each([
    ['', 'EOF'],
    ['\n\r\n\r', 'EOF'],
    ['a "b",c', 'parse error on line 1, column 3: bare " in non-quoted-field'],
    ['é,x"', 'parse error on line 1, column 5: bare " in non-quoted-field'],
    ['"a"b,c', 'parse error on line 1, column 3: extraneous or missing " in quoted-field'],
    ['"a,b', 'parse error on line 1, column 5: extraneous or missing " in quoted-field'],
    ['\n"a\nb"c', 'record on line 2; parse error on line 3, column 2: extraneous or missing " in quoted-field'],
    ['"a\nb\n', 'record on line 1; parse error on line 2, column 3: extraneous or missing " in quoted-field'],
  ])('%j fails', (text, message) => {
    expect(fieldsOf(text)).toBe(message);
  });

  it.each(['', '"', '\n', 'a"'])('the separator %j fails every text', (separator) => {
    expect(fieldsOf('a,b', { separator })).toMatch(/^csv: invalid field or comment delimiter/);
  });
});

describe('csvColumnName', () => {
  it('counts from 1 where no name is given', () => {
    expect([0, 1, 11].map((index) => csvColumnName(index))).toEqual(['column1', 'column2', 'column12']);
    expect([0, 1, 2].map((index) => csvColumnName(index, ['user', 'host']))).toEqual(['user', 'host', 'column3']);
  });
});
