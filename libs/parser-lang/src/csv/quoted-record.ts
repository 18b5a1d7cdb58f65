import { Failure } from '../extraction.ts';

const QUOTE = 34;
const LINE_FEED = 10;
const BARE_QUOTE = 'bare " in non-quoted-field';
const STRAY_QUOTE = 'extraneous or missing " in quoted-field';

/**
 * The fields of the record that begins at `start`, which is no line end, of a text whose line ends are `\n`. The rules
 * and the words of failures are those of Go's `encoding/csv`.
 */
export function readQuotedRecord(
  text: string,
  start: number,
  separator: string,
  lazyQuotes: boolean,
): readonly string[] | Failure {
  const fields: string[] = [];
  let at = start;
  for (;;) {
    if (text.charCodeAt(at) !== QUOTE) {
      // The end of the line is looked for in the field alone. To remember where it is costs the square of the length: V8
      // takes a search for free and makes it whether the condition before it holds or not.
      const part = text.slice(at, indexOrEnd(text, separator, at));
      const lineEnd = part.indexOf('\n');
      const field = lineEnd < 0 ? part : part.slice(0, lineEnd);
      const end = at + field.length;
      const quote = lazyQuotes ? -1 : field.indexOf('"');
      if (quote >= 0) {
        return failureAt(text, start, at + quote, BARE_QUOTE);
      }
      fields.push(field);
      if (lineEnd >= 0 || end === text.length) {
        return fields;
      }
      at = end + separator.length;
      continue;
    }
    at++;
    let field = '';
    for (;;) {
      const quote = text.indexOf('"', at);
      if (quote < 0) {
        if (!lazyQuotes) {
          return failureAt(text, start, text.length, STRAY_QUOTE);
        }
        fields.push(field + text.slice(at));
        return fields;
      }
      field += text.slice(at, quote);
      at = quote + 1;
      if (text.charCodeAt(at) === QUOTE) {
        field += '"';
        at++;
      } else if (text.startsWith(separator, at)) {
        fields.push(field);
        at += separator.length;
        break;
      } else if (at === text.length || text.charCodeAt(at) === LINE_FEED) {
        fields.push(field);
        return fields;
      } else if (lazyQuotes) {
        field += '"';
      } else {
        return failureAt(text, start, quote, STRAY_QUOTE);
      }
    }
  }
}

function indexOrEnd(text: string, part: string, from: number): number {
  const index = text.indexOf(part, from);
  return index < 0 ? text.length : index;
}

const utf8 = new TextEncoder();

/** Lines and columns count from 1, columns in bytes of UTF-8. The end of the text is on the line of its last character. */
function failureAt(text: string, start: number, index: number, problem: string): Failure {
  const last = index === text.length ? index - 1 : index;
  const lineStart = text.lastIndexOf('\n', last - 1) + 1;
  const line = lineOf(text, lineStart);
  const column = utf8.encode(text.slice(lineStart, index)).length + 1;
  const startLine = lineOf(text, start);
  const record = startLine === line ? '' : `record on line ${startLine}; `;
  return new Failure(`${record}parse error on line ${line}, column ${column}: ${problem}`);
}

function lineOf(text: string, index: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < index; at = text.indexOf('\n', at + 1)) {
    line++;
  }
  return line;
}
