const QUOTE = 34;
const BACKSLASH = 92;
const COMMA = 44;
const COLON = 58;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;
const OPEN_BRACKET = 91;
const CLOSE_BRACKET = 93;

/** In a string: 0 goes on, 1 needs a look (quote, backslash, control), 2 is not ASCII. */
export const STRING_CLASS = new Uint8Array(256);
STRING_CLASS.fill(1, 0, 0x20);
STRING_CLASS[QUOTE] = 1;
STRING_CLASS[BACKSLASH] = 1;
STRING_CLASS.fill(2, 0x80);

/** What the functions below answer instead of a position. */
export const BAD = -1;
export const TOO_DEEP = -2;

/** What the functions below have passed since it was last cleared. One scan runs at a time. */
export const passed = { escape: false, nonAscii: false };

export function skipSpace(bytes: Uint8Array, i: number, end: number): number {
  while (i < end) {
    const c = bytes[i] as number;
    if (c > 32 || (c !== 32 && c !== 10 && c !== 13 && c !== 9)) break;
    i++;
  }
  return i;
}

/** The position after the value that begins at `i`, BAD or TOO_DEEP. */
export function skipValue(bytes: Uint8Array, i: number, end: number, depth: number): number {
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
export function skipString(bytes: Uint8Array, i: number, end: number): number {
  for (;;) {
    let c = 0;
    while (i < end && STRING_CLASS[(c = bytes[i] as number)] === 0) i++;
    if (i >= end) return BAD;
    if (c === QUOTE) return i + 1;
    if (c >= 0x80) {
      passed.nonAscii = true;
      i++;
    } else if (c === BACKSLASH) {
      passed.escape = true;
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
