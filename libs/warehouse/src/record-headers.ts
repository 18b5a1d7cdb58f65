import type { SourceRecord } from './row-encoder.ts';

const NO_BYTES = new Uint8Array(0);
const ZERO = 48;
/** More of them could be beyond 2^53. */
const MOST_DIGITS = 15;

/** The value of the first header of a name, empty when it is missing. */
export function headerBytes(headers: SourceRecord['headers'], name: string): Uint8Array {
  for (const header of headers) if (header.name === name) return header.value;
  return NO_BYTES;
}

/** The same as text. What is no UTF-8 becomes U+FFFD. */
export function headerText(headers: SourceRecord['headers'], name: string): string {
  const value = headerBytes(headers, name);
  return Buffer.from(value.buffer, value.byteOffset, value.length).toString('utf8');
}

/** The same as a number of decimal digits, 0 when it is none. */
export function headerCount(headers: SourceRecord['headers'], name: string): number {
  const value = headerBytes(headers, name);
  if (value.length > MOST_DIGITS) return 0;
  let count = 0;
  for (const byte of value) {
    if (byte < ZERO || byte > ZERO + 9) return 0;
    count = count * 10 + byte - ZERO;
  }
  return count;
}
