import type { ValueMap } from '@logweave/udm';
import { Failure } from '../extraction.ts';
import { characterClassSeparator, literalSeparator, scanningSeparator } from './separator.ts';
import { unescapeSeparator } from './unescape-separator.ts';

/** The options of a `kv` filter. */
export interface KvOptions {
  /** Between pairs; a blank by default. */
  readonly fieldSplit?: string;
  /** Between a key and its value; `=` by default. */
  readonly valueSplit?: string;
  readonly unescapeFieldSplit?: boolean;
  readonly unescapeValueSplit?: boolean;
  /** `lenient` (the default) takes blanks off both ends of keys and values. */
  readonly whitespace?: 'lenient' | 'strict';
  /** Characters that are taken off both ends of every value. */
  readonly trimValue?: string;
  /** Characters that are taken off both ends of every key. */
  readonly trimKey?: string;
  /** Where given, only these keys are kept. */
  readonly includeKeys?: readonly string[];
  readonly excludeKeys?: readonly string[];
  /**
   * How a separator of several characters is meant: each of its characters separates (the default, as in Logstash), or
   * only all of them together. A value separator that stands there as a whole is taken as a whole either way.
   */
  readonly separators?: 'literal' | 'class';
}

/** Reads the pairs of a text; values are strings, the last of equal keys counts. */
export type KvExtractor = (text: string) => ValueMap | Failure;

const NO_PAIR = new Failure('no key-value pair found in the source field');
const EMPTY_SEPARATOR = new Failure('field_split and value_split must not be empty');
const QUOTE = 34;
const BACKSLASH = 92;

/**
 * A `kv` filter: the text is cut at the field separators, each part at its first value separator. A part without a
 * value separator or with an empty key is skipped; a text without any pair fails. A value that begins with a double
 * quote runs to the next quote without a backslash before it; what follows the closing quote up to the next field
 * separator is skipped. Quotes that hold a separator together go, others are part of the value, as the reference engine
 * has it. A quote that nothing closes is a character like others. An empty value does not reach over the separator after
 * it: `a= b=1` has an empty `a`.
 *
 * Time is linear in the text's length.
 */
export function compileKv(options: KvOptions = {}): KvExtractor {
  const fieldSplit = options.fieldSplit ?? ' ';
  const valueSplit = options.valueSplit ?? '=';
  const separator = options.separators === 'literal' ? literalSeparator : characterClassSeparator;
  const field = separator(options.unescapeFieldSplit === true ? unescapeSeparator(fieldSplit) : fieldSplit);
  const valueSeparator = options.unescapeValueSplit === true ? unescapeSeparator(valueSplit) : valueSplit;
  const value = options.separators === 'literal' ? literalSeparator(valueSeparator) : scanningSeparator(valueSeparator);
  if (fieldSplit === '' || valueSplit === '') {
    return () => EMPTY_SEPARATOR;
  }
  const lenient = options.whitespace !== 'strict';
  const trimKey = trimmer(options.trimKey);
  const trimValue = trimmer(options.trimValue);
  const isWanted = keyFilter(options.includeKeys, options.excludeKeys);

  return (text) => {
    const pairs: ValueMap = new Map();
    const quotes = new ClosingQuotes(text);
    let found = false;
    let valueAt = -1;
    for (let start = 0; start < text.length; ) {
      let end = field.find(text, start);
      if (valueAt < start) {
        valueAt = value.find(text, start);
      }
      if (valueAt >= end) {
        start = end + field.length;
        continue;
      }
      let valueStart = valueAt + (text.startsWith(valueSeparator, valueAt) ? valueSeparator.length : 1);
      let valueEnd = Math.max(end, valueStart);
      if (valueStart > end) {
        // The separators overlap: the value begins after the value separator, and ends at the next field separator.
        end = field.find(text, valueStart);
        valueEnd = end;
      }
      const opening = lenient ? skipBlanks(text, valueStart, valueEnd) : valueStart;
      const closing = text.charCodeAt(opening) === QUOTE ? quotes.after(opening) : -1;
      if (closing >= 0) {
        // Quotes that hold a separator together are syntax, others are part of the value.
        const grouping = end < closing;
        valueStart = grouping ? opening + 1 : opening;
        valueEnd = grouping ? closing : closing + 1;
        end = field.startsAt(text, closing + 1) ? closing + 1 : field.find(text, closing + 1);
      }
      const rawKey = text.slice(start, valueAt);
      const key = trimKey(lenient ? rawKey.trim() : rawKey);
      if (key !== '') {
        found = true;
        if (isWanted(key)) {
          const rawValue = text.slice(valueStart, valueEnd);
          const trimmed = trimValue(lenient ? rawValue.trim() : rawValue);
          pairs.set(key, lenient ? trimmed.trim() : trimmed);
        }
      }
      start = end + field.length;
    }
    return found ? pairs : NO_PAIR;
  };
}

/** Finds closing quotes in a text read from front to back, each part of it looked at once. */
class ClosingQuotes {
  readonly #text: string;
  /** No closing quote stands at or after this index. */
  #noneFrom = Number.POSITIVE_INFINITY;

  constructor(text: string) {
    this.#text = text;
  }

  /** The index of the first quote after `opening` that no backslash escapes, or -1. */
  after(opening: number): number {
    if (opening >= this.#noneFrom) {
      return -1;
    }
    let index = this.#text.indexOf('"', opening + 1);
    while (index >= 0 && isEscaped(this.#text, index, opening)) {
      index = this.#text.indexOf('"', index + 1);
    }
    if (index < 0) {
      this.#noneFrom = opening;
    }
    return index;
  }
}

function isEscaped(text: string, index: number, opening: number): boolean {
  let backslashes = 0;
  while (index - backslashes - 1 > opening && text.charCodeAt(index - backslashes - 1) === BACKSLASH) {
    backslashes++;
  }
  return backslashes % 2 === 1;
}

function skipBlanks(text: string, start: number, end: number): number {
  let index = start;
  while (index < end && (text.charCodeAt(index) === 32 || text.charCodeAt(index) === 9)) {
    index++;
  }
  return index;
}

function trimmer(characters: string | undefined): (text: string) => string {
  if (characters === undefined || characters === '') {
    return (text) => text;
  }
  const codes = new Set(Array.from({ length: characters.length }, (_, index) => characters.charCodeAt(index)));
  return (text) => {
    let start = 0;
    let end = text.length;
    while (start < end && codes.has(text.charCodeAt(start))) {
      start++;
    }
    while (end > start && codes.has(text.charCodeAt(end - 1))) {
      end--;
    }
    return start === 0 && end === text.length ? text : text.slice(start, end);
  };
}

function keyFilter(
  include: readonly string[] | undefined,
  exclude: readonly string[] | undefined,
): (key: string) => boolean {
  const wanted = include === undefined || include.length === 0 ? undefined : new Set(include);
  const unwanted = new Set(exclude);
  return (key) => (wanted === undefined || wanted.has(key)) && !unwanted.has(key);
}
