import type { FieldTable } from './field-table.ts';
import { passed, skipSpace, skipString, skipValue, STRING_CLASS, TOO_DEEP } from './skip-value.ts';

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
const COMMA = 44;
const COLON = 58;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;

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
  passed.nonAscii = false;
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
        passed.escape = false;
        const after = skipString(bytes, nameStart, end);
        if (after < 0) return stop(table, i);
        i = after - 1;
        escaped = passed.escape ? 1 : 0;
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
  table.nonAscii = passed.nonAscii;
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
