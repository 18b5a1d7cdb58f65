import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileCsv } from './compile-csv.ts';

const field = fc.string({ unit: fc.constantFrom('a', 'é', '"', ',', ' ', '\n', '|'), maxLength: 6 });
const fields = fc
  .array(field, { minLength: 1, maxLength: 6 })
  .filter((fields) => fields.length > 1 || fields[0] !== '');

function written(fields: readonly string[]): string {
  return fields.map((field) => (/[",\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field)).join(',');
}

describe('csv', () => {
  it('reads back what was written', () => {
    fc.assert(
      fc.property(fields, (fields) => {
        expect(compileCsv()(written(fields))).toEqual(fields);
      }),
    );
  });

  it('reads the first record of several as csv-parse does', () => {
    fc.assert(
      fc.property(fc.array(fields, { minLength: 1, maxLength: 3 }), (records) => {
        const text = records.map((fields) => written(fields)).join('\n');
        const [first] = parse(text, { relax_column_count: true, record_delimiter: '\n', skip_empty_lines: true });
        expect(compileCsv()(text)).toEqual(first);
      }),
    );
  });

  it('never throws, whatever the text', () => {
    const text = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r'), maxLength: 40 });
    fc.assert(
      fc.property(text, fc.boolean(), fc.constantFrom(',', ',a', ',,'), (text, lazyQuotes, separator) => {
        compileCsv({ lazyQuotes, separator })(text);
      }),
      { numRuns: 2_000 },
    );
  });
});
