import { Failure } from '../extraction.ts';

/** Go's names: `URL` has `-` and `_` for `+` and `/`, `Raw` has no padding. */
export type Base64Encoding = 'Standard' | 'URL' | 'RawStandard' | 'RawURL';

const ENCODINGS: ReadonlySet<string> = new Set<Base64Encoding>(['Standard', 'URL', 'RawStandard', 'RawURL']);

export function isBase64Encoding(name: string): name is Base64Encoding {
  return ENCODINGS.has(name);
}

const STANDARD = decodeTable('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/');
const URL_SAFE = decodeTable('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_');

/** From a character's code to its six bits; -1 for those outside the alphabet. */
function decodeTable(alphabet: string): Int8Array {
  const table = new Int8Array(128).fill(-1);
  for (let bits = 0; bits < 64; bits++) {
    table[alphabet.charCodeAt(bits)] = bits;
  }
  return table;
}

const PADDING = 61;
// A byte order mark is part of the text, as it is in Go.
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * The text that a base64 text holds, as Go's `encoding/base64` reads it: line ends are skipped, the alphabet and the
 * padding (all of it or none, as the encoding says) are strict, bits left over are not looked at. Bytes that are not
 * UTF-8 become U+FFFD.
 */
export function decodeBase64(text: string, encoding: Base64Encoding = 'Standard'): string | Failure {
  const bytes = decodeBase64Bytes(text, encoding);
  return bytes instanceof Failure ? bytes : utf8.decode(bytes);
}

/** The bytes that a base64 text holds, by the same rules. */
export function decodeBase64Bytes(text: string, encoding: Base64Encoding): Uint8Array | Failure {
  const table = encoding === 'URL' || encoding === 'RawURL' ? URL_SAFE : STANDARD;
  const padded = encoding === 'Standard' || encoding === 'URL';
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4) + 3);
  let length = 0;
  let quantum = 0;
  let digits = 0;
  let index = 0;
  for (; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === 10 || code === 13) {
      continue;
    }
    const bits = code < 128 ? (table[code] ?? -1) : -1;
    if (bits < 0) {
      break;
    }
    quantum = (quantum << 6) | bits;
    digits++;
    if (digits === 4) {
      bytes[length++] = quantum >> 16;
      bytes[length++] = quantum >> 8;
      bytes[length++] = quantum;
      quantum = 0;
      digits = 0;
    }
  }
  const padding = index < text.length ? paddingFrom(text, index) : 0;
  const expected = padded && digits > 0 ? 4 - digits : 0;
  if (digits === 1 || padding !== expected) {
    return new Failure(`illegal base64 data at input byte ${index}`);
  }
  if (digits > 1) {
    bytes[length++] = digits === 2 ? quantum >> 4 : quantum >> 10;
  }
  if (digits === 3) {
    bytes[length++] = quantum >> 2;
  }
  return bytes.subarray(0, length);
}

/** How many padding characters are all that is left of the text, beside line ends; -1 where it is anything else. */
function paddingFrom(text: string, start: number): number {
  let padding = 0;
  for (let index = start; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === PADDING) {
      padding++;
    } else if (code !== 10 && code !== 13) {
      return -1;
    }
  }
  return padding;
}
