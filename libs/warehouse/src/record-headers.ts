import type { SourceRecord } from './row-encoder.ts';

/** The value of the first header of a name, or null. */
export function headerValue(headers: SourceRecord['headers'], name: string): Uint8Array | null {
  for (const header of headers) if (header.name === name) return header.value;
  return null;
}

/** The same as text, empty when it is missing. What is no UTF-8 becomes U+FFFD. */
export function headerText(headers: SourceRecord['headers'], name: string): string {
  const value = headerValue(headers, name);
  return value === null ? '' : Buffer.from(value.buffer, value.byteOffset, value.length).toString('utf8');
}

/** The same as an integer of at most 2^53, 0 when it is missing or none. */
export function headerCount(headers: SourceRecord['headers'], name: string, most = Number.MAX_SAFE_INTEGER): number {
  const text = headerText(headers, name);
  const value = /^[0-9]{1,16}$/.test(text) ? Number(text) : 0;
  return value <= most ? value : 0;
}
