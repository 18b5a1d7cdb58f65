import type { FieldTable } from './field-table.ts';

/** What a scan found. Everything but `ok` is a reason to refuse the bytes. */
export const SCAN = { ok: 0, badJson: 1, notAnObject: 2, tooDeep: 3, tooManyKeys: 4 } as const;
export type ScanResult = (typeof SCAN)[keyof typeof SCAN];

export interface ScanLimits {
  /** Nesting of arrays and objects, the object itself counted. */
  readonly depth: number;
  /** Names in the top-level object, repeated ones counted each. */
  readonly keys: number;
}

const QUOTE = 34;
const BACKSLASH = 92;
const COMMA = 44;
const COLON = 58;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;
const OPEN_BRACKET = 91;
const CLOSE_BRACKET = 93;

/** In a string: 0 goes on, 1 needs a look (quote, backslash, control), 2 is not ASCII. */
const STRING_CLASS = new Uint8Array(256);
STRING_CLASS.fill(1, 0, 0x20);
STRING_CLASS[QUOTE] = 1;
STRING_CLASS[BACKSLASH] = 1;
STRING_CLASS.fill(2, 0x80);

const BAD = -1;
const TOO_DEEP = -2;

/** Set by `skipString`: whether what it passed had an escape, or a byte above 0x7f. One scan runs at a time. */
let sawEscape = false;
let sawNonAscii = false;

/**
 * Scans one JSON object (RFC 8259) that fills `bytes[start, end)` but for white space, and notes where its top-level
 * fields stand. Exactly what JSON.parse takes is taken, and nothing else, UTF-8 aside: the caller checks that when
 * `table.nonAscii` is set.
 */
export function scanObject(
  bytes: Uint8Array,
  start: number,
  end: number,
  table: FieldTable,
  limits: ScanLimits,
): ScanResult {
  table.count = 0;
  sawNonAscii = false;
  let i = skipSpace(bytes, start, end);
  if (i >= end) return stop(table, i);
  if (bytes[i] !== OPEN_BRACE) return scanNonObject(bytes, i, end, table, limits);
  i = skipSpace(bytes, i + 1, end);
  if (i < end && bytes[i] === CLOSE_BRACE) {
    i++;
  } else {
    for (;;) {
      // A name.
      if (i >= end || bytes[i] !== QUOTE) return stop(table, i);
      const nameStart = i + 1;
      let hash = 0;
      i = nameStart;
      let c = 0;
      while (i < end && STRING_CLASS[(c = bytes[i] as number)] === 0) {
        hash = (Math.imul(hash, 31) + c) | 0;
        i++;
      }
      let escaped = 0;
      if (i >= end || c !== QUOTE) {
        sawEscape = false;
        const after = skipString(bytes, nameStart, end);
        if (after < 0) return stop(table, i);
        i = after - 1;
        escaped = sawEscape ? 1 : 0;
        hash = escaped === 1 ? hashOfEscaped(bytes, nameStart, i) : hashOf(bytes, nameStart, i);
      }
      const nameEnd = i;
      // The colon and the value.
      i = skipSpace(bytes, i + 1, end);
      if (i >= end || bytes[i] !== COLON) return stop(table, i);
      i = skipSpace(bytes, i + 1, end);
      const valueStart = i;
      i = skipValue(bytes, i, end, limits.depth - 1);
      if (i < 0) {
        table.position = valueStart;
        return i === TOO_DEEP ? SCAN.tooDeep : SCAN.badJson;
      }
      const n = table.count;
      if (n >= limits.keys) {
        table.position = nameStart;
        return SCAN.tooManyKeys;
      }
      if (n === table.nameStart.length) table.grow();
      table.nameStart[n] = nameStart;
      table.nameEnd[n] = nameEnd;
      table.valueStart[n] = valueStart;
      table.valueEnd[n] = i;
      table.nameHash[n] = hash;
      table.nameEscaped[n] = escaped;
      table.count = n + 1;
      // What follows.
      if (i < end && bytes[i] === COMMA) {
        i++;
        if (i < end && bytes[i] !== QUOTE) i = skipSpace(bytes, i, end);
        continue;
      }
      i = skipSpace(bytes, i, end);
      if (i >= end) return stop(table, i);
      if (bytes[i] === COMMA) {
        i = skipSpace(bytes, i + 1, end);
        continue;
      }
      if (bytes[i] !== CLOSE_BRACE) return stop(table, i);
      i++;
      break;
    }
  }
  table.nonAscii = sawNonAscii;
  i = skipSpace(bytes, i, end);
  return i === end ? SCAN.ok : stop(table, i);
}

function stop(table: FieldTable, position: number): ScanResult {
  table.position = position;
  return SCAN.badJson;
}

/** Tells a JSON value that is no object from what is no JSON at all. */
function scanNonObject(bytes: Uint8Array, i: number, end: number, table: FieldTable, limits: ScanLimits): ScanResult {
  const after = skipValue(bytes, i, end, limits.depth);
  table.position = i;
  if (after === TOO_DEEP) return SCAN.tooDeep;
  return after > 0 && skipSpace(bytes, after, end) === end ? SCAN.notAnObject : SCAN.badJson;
}

function skipSpace(bytes: Uint8Array, i: number, end: number): number {
  while (i < end) {
    const c = bytes[i] as number;
    if (c > 32 || (c !== 32 && c !== 10 && c !== 13 && c !== 9)) break;
    i++;
  }
  return i;
}

/** The position after the value that begins at `i`, BAD or TOO_DEEP. */
function skipValue(bytes: Uint8Array, i: number, end: number, depth: number): number {
  if (i >= end) return BAD;
  const c = bytes[i] as number;
  if (c === QUOTE) return skipString(bytes, i + 1, end);
  if (c <= 57 && (c >= 48 || c === 45)) return skipNumber(bytes, i, end);
  switch (c) {
    case OPEN_BRACE:
      return depth <= 0 ? TOO_DEEP : skipNestedObject(bytes, i + 1, end, depth);
    case OPEN_BRACKET:
      return depth <= 0 ? TOO_DEEP : skipArray(bytes, i + 1, end, depth);
    case 116: // true
      return i + 4 <= end && bytes[i + 1] === 114 && bytes[i + 2] === 117 && bytes[i + 3] === 101 ? i + 4 : BAD;
    case 102: // false
      return i + 5 <= end && bytes[i + 1] === 97 && bytes[i + 2] === 108 && bytes[i + 3] === 115 && bytes[i + 4] === 101
        ? i + 5
        : BAD;
    case 110: // null
      return i + 4 <= end && bytes[i + 1] === 117 && bytes[i + 2] === 108 && bytes[i + 3] === 108 ? i + 4 : BAD;
    default:
      return BAD;
  }
}

/** The position after the closing quote of a string whose first character is at `i`, or BAD. */
function skipString(bytes: Uint8Array, i: number, end: number): number {
  for (;;) {
    let c = 0;
    while (i < end && STRING_CLASS[(c = bytes[i] as number)] === 0) i++;
    if (i >= end) return BAD;
    if (c === QUOTE) return i + 1;
    if (c >= 0x80) {
      sawNonAscii = true;
      i++;
    } else if (c === BACKSLASH) {
      sawEscape = true;
      const e = i + 1 < end ? (bytes[i + 1] as number) : 0;
      if (e === 117) {
        for (let k = i + 2; k < i + 6; k++) {
          if (k >= end || !isHex(bytes[k] as number)) return BAD;
        }
        i += 6;
      } else if (e === 34 || e === 92 || e === 47 || e === 98 || e === 102 || e === 110 || e === 114 || e === 116) {
        i += 2;
      } else {
        return BAD;
      }
    } else {
      return BAD;
    }
  }
}

function isHex(c: number): boolean {
  return (c >= 48 && c <= 57) || (c >= 65 && c <= 70) || (c >= 97 && c <= 102);
}

function skipNumber(bytes: Uint8Array, i: number, end: number): number {
  if (bytes[i] === 45) i++;
  if (i >= end) return BAD;
  if (bytes[i] === 48) {
    i++;
  } else {
    const from = i;
    i = skipDigits(bytes, i, end);
    if (i === from) return BAD;
  }
  if (i < end && bytes[i] === 46) {
    const from = i + 1;
    i = skipDigits(bytes, from, end);
    if (i === from) return BAD;
  }
  if (i < end && (bytes[i] === 101 || bytes[i] === 69)) {
    i++;
    if (i < end && (bytes[i] === 43 || bytes[i] === 45)) i++;
    const from = i;
    i = skipDigits(bytes, i, end);
    if (i === from) return BAD;
  }
  return i;
}

function skipDigits(bytes: Uint8Array, i: number, end: number): number {
  while (i < end) {
    const c = bytes[i] as number;
    if (c < 48 || c > 57) break;
    i++;
  }
  return i;
}

function skipArray(bytes: Uint8Array, i: number, end: number, depth: number): number {
  i = skipSpace(bytes, i, end);
  if (i < end && bytes[i] === CLOSE_BRACKET) return i + 1;
  for (;;) {
    i = skipValue(bytes, skipSpace(bytes, i, end), end, depth - 1);
    if (i < 0) return i;
    i = skipSpace(bytes, i, end);
    if (i >= end) return BAD;
    if (bytes[i] === CLOSE_BRACKET) return i + 1;
    if (bytes[i] !== COMMA) return BAD;
    i++;
  }
}

function skipNestedObject(bytes: Uint8Array, i: number, end: number, depth: number): number {
  i = skipSpace(bytes, i, end);
  if (i < end && bytes[i] === CLOSE_BRACE) return i + 1;
  for (;;) {
    i = skipSpace(bytes, i, end);
    if (i >= end || bytes[i] !== QUOTE) return BAD;
    i = skipString(bytes, i + 1, end);
    if (i < 0) return i;
    i = skipSpace(bytes, i, end);
    if (i >= end || bytes[i] !== COLON) return BAD;
    i = skipValue(bytes, skipSpace(bytes, i + 1, end), end, depth - 1);
    if (i < 0) return i;
    i = skipSpace(bytes, i, end);
    if (i >= end) return BAD;
    if (bytes[i] === CLOSE_BRACE) return i + 1;
    if (bytes[i] !== COMMA) return BAD;
    i++;
  }
}

function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0;
  for (let i = start; i < end; i++) hash = (Math.imul(hash, 31) + (bytes[i] as number)) | 0;
  return hash;
}

function hashOfEscaped(bytes: Uint8Array, start: number, end: number): number {
  const plain = Buffer.from(decodeJsonString(bytes, start, end), 'utf8');
  return hashOf(plain, 0, plain.length);
}

/** The hash that `FieldTable.nameHash` holds for a name. */
export function hashOfName(name: string): number {
  const bytes = Buffer.from(name, 'utf8');
  return hashOf(bytes, 0, bytes.length);
}

/** The text of a JSON string whose content stands in `bytes[start, end)`, quotes left out. */
export function decodeJsonString(bytes: Uint8Array, start: number, end: number): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('utf8');
  return text.includes('\\') ? (JSON.parse(`"${text}"`) as string) : text;
}
