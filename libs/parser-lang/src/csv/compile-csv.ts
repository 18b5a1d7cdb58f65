import { Failure, quoted } from '../extraction.ts';
import { unescapeSeparator } from '../kv/unescape-separator.ts';
import { readQuotedRecord } from './quoted-record.ts';

/** The options of a `csv` filter. */
export interface CsvOptions {
  /** Between fields; a comma by default. Several characters are one literal. */
  readonly separator?: string;
  readonly unescapeSeparator?: boolean;
  /** Lets quotes stand within unquoted fields, and single quotes within quoted ones. */
  readonly lazyQuotes?: boolean;
}

/** Reads the fields of the first record of a text. */
export type CsvExtractor = (text: string) => readonly string[] | Failure;

const LINE_FEED = 10;
const NO_RECORD = new Failure('EOF');

/**
 * A `csv` filter, by the rules of Go's `encoding/csv` for one call of `Read`: empty lines before the record are
 * skipped, the record ends at the first line end outside quotes, and what comes after it is not looked at. `\r\n` is a
 * line end like `\n`, and reads as `\n` within quotes. A quote in an unquoted field fails unless quotes are lazy; so does
 * text after a closing quote, and a quote that nothing closes. A text of nothing but line ends fails.
 */
export function compileCsv(options: CsvOptions = {}): CsvExtractor {
  const given = options.separator ?? ',';
  const separator = options.unescapeSeparator === true ? unescapeSeparator(given) : given;
  if (separator === '' || /["\r\n\uFFFD]/.test(separator)) {
    const invalid = new Failure(`csv: invalid field or comment delimiter ${quoted(separator)}`);
    return () => invalid;
  }
  const lazyQuotes = options.lazyQuotes === true;
  return (given) => {
    const text = given.includes('\r') ? withPlainLineEnds(given) : given;
    let start = 0;
    while (text.charCodeAt(start) === LINE_FEED) {
      start++;
    }
    if (start === text.length) {
      return NO_RECORD;
    }
    if (text.includes('"', start)) {
      return readQuotedRecord(text, start, separator, lazyQuotes);
    }
    const end = text.indexOf('\n', start);
    return text.slice(start, end < 0 ? text.length : end).split(separator);
  };
}

/** Line ends as `\n`; a carriage return at the very end goes too. */
function withPlainLineEnds(text: string): string {
  const plain = text.replaceAll('\r\n', '\n');
  return plain.endsWith('\r') ? plain.slice(0, -1) : plain;
}

/** Names that are kept: more columns than a log has that is meant as a record. */
const KEPT_NAMES = 1_000;
const columnNames: string[] = [];

/** The token of a field by its index from 0: its name where the filter's `columns` has one, else `column1`, … */
export function csvColumnName(index: number, columns: readonly string[] = []): string {
  const name = columns[index];
  if (name !== undefined) {
    return name;
  }
  if (index >= KEPT_NAMES) {
    return `column${index + 1}`;
  }
  for (let next = columnNames.length; next <= index; next++) {
    columnNames.push(`column${next + 1}`);
  }
  return columnNames[index] ?? '';
}
