const LESS = 60;
const GREATER = 62;
const SPACE = 32;
const BRACE = 123;
const QUOTE = 34;
const BACKSLASH = 92;
const OPEN = 91;
const CLOSE = 93;
/** RFC 5424 has no bound on its head; this one keeps a hostile line from being searched from end to end. */
const MAX_HEAD_BYTES = 4096;
const MONTHS: ReadonlySet<string> = new Set('Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' '));

/**
 * Where the JSON of a line begins: behind the syslog head of RFC 3164 (`<190>Nov 24 18:35:01 host nginx: {…}`, host
 * optional, RFC 3339 time accepted) or of RFC 5424, at the first `{` of the message. A line without a well-formed head
 * is all payload: `start`.
 */
export function payloadStart(bytes: Uint8Array, start: number, end: number): number {
  if (bytes[start] !== LESS) return start;
  const limit = Math.min(end, start + MAX_HEAD_BYTES);
  const afterPriority = skipPriority(bytes, start + 1, limit);
  if (afterPriority === -1) return start;
  const message =
    bytes[afterPriority] === 49 && bytes[afterPriority + 1] === SPACE
      ? skipRfc5424(bytes, afterPriority + 2, limit)
      : skipRfc3164(bytes, afterPriority, limit);
  if (message === -1) return start;
  for (let i = message; i < limit; i++) {
    if (bytes[i] === BRACE) return i;
  }
  return start;
}

/** `0>` to `191>`; the position behind it or -1. */
function skipPriority(bytes: Uint8Array, start: number, end: number): number {
  let value = 0;
  let i = start;
  for (; i < end && i < start + 3 && isDigit(bytes[i]); i++) value = value * 10 + (bytes[i] as number) - 48;
  return i > start && value <= 191 && bytes[i] === GREATER ? i + 1 : -1;
}

/** Behind `Nov  4 18:35:01 ` or an RFC 3339 time: host and tag have no form that could be held against them. */
function skipRfc3164(bytes: Uint8Array, start: number, end: number): number {
  if (start + 16 > end) return -1;
  if (isDigit(bytes[start])) {
    const space = skipField(bytes, start, end);
    return space !== -1 && isRfc3339(bytes, start, space - 1) ? space : -1;
  }
  const month = String.fromCharCode(bytes[start] as number, bytes[start + 1] as number, bytes[start + 2] as number);
  const wellFormed =
    MONTHS.has(month) &&
    bytes[start + 3] === SPACE &&
    (isDigit(bytes[start + 4]) || bytes[start + 4] === SPACE) &&
    isDigit(bytes[start + 5]) &&
    bytes[start + 6] === SPACE &&
    isTimeOfDay(bytes, start + 7) &&
    bytes[start + 15] === SPACE;
  return wellFormed ? start + 16 : -1;
}

/** Behind TIMESTAMP, HOSTNAME, APP-NAME, PROCID, MSGID and STRUCTURED-DATA. */
function skipRfc5424(bytes: Uint8Array, start: number, end: number): number {
  let i = skipField(bytes, start, end);
  if (i === -1 || !(isNil(bytes, start, i - 1) || isRfc3339(bytes, start, i - 1))) return -1;
  for (let field = 0; field < 4; field++) {
    i = skipField(bytes, i, end);
    if (i === -1) return -1;
  }
  if (bytes[i] === 45 && bytes[i + 1] === SPACE) return i + 2;
  if (bytes[i] !== OPEN) return -1;
  while (i < end && bytes[i] === OPEN) {
    i = skipElement(bytes, i, end);
    if (i === -1) return -1;
  }
  return bytes[i] === SPACE ? i + 1 : -1;
}

/** One `[id name="value" …]`; values may hold braces, and quotes, backslashes and brackets behind a backslash. */
function skipElement(bytes: Uint8Array, start: number, end: number): number {
  let quoted = false;
  for (let i = start + 1; i < end; i++) {
    const c = bytes[i];
    if (quoted && c === BACKSLASH) i++;
    else if (c === QUOTE) quoted = !quoted;
    else if (!quoted && c === CLOSE) return i + 1;
  }
  return -1;
}

/** Behind a field of printable ASCII and the space that ends it, or -1. */
function skipField(bytes: Uint8Array, start: number, end: number): number {
  for (let i = start; i < end; i++) {
    const c = bytes[i] as number;
    if (c === SPACE) return i > start ? i + 1 : -1;
    if (c < 33 || c > 126) return -1;
  }
  return -1;
}

function isNil(bytes: Uint8Array, start: number, end: number): boolean {
  return end === start + 1 && bytes[start] === 45;
}

/** Enough of RFC 3339 to know one: `2026-11-24T18:35:01` with anything printable behind it. */
function isRfc3339(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start < 20) return false;
  for (const at of [0, 1, 2, 3, 5, 6, 8, 9]) {
    if (!isDigit(bytes[start + at])) return false;
  }
  return (
    bytes[start + 4] === 45 && bytes[start + 7] === 45 && bytes[start + 10] === 84 && isTimeOfDay(bytes, start + 11)
  );
}

function isTimeOfDay(bytes: Uint8Array, at: number): boolean {
  for (const digit of [0, 1, 3, 4, 6, 7]) {
    if (!isDigit(bytes[at + digit])) return false;
  }
  return bytes[at + 2] === 58 && bytes[at + 5] === 58;
}

function isDigit(c: number | undefined): boolean {
  return c !== undefined && c >= 48 && c <= 57;
}
