import type { Value } from '@logweave/udm';
import { decodeBase64Bytes } from '../base64/decode-base64.ts';
import { Failure, quoted } from '../extraction.ts';
import { ipOfBytes } from './network-address.ts';
import { kindOf } from './value-kind.ts';

const utf8 = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** The text that pairs of hexadecimal digits hold, with or without `0x`. Bytes that are not UTF-8 become U+FFFD. */
export function hexToText(value: Value): Value | Failure {
  const digits = typeof value === 'string' ? /^(?:0[xX])?((?:[0-9a-fA-F]{2})+)$/.exec(value)?.[1] : undefined;
  if (digits === undefined) {
    return new Failure(`not pairs of hexadecimal digits: ${typeof value === 'string' ? quoted(value) : kindOf(value)}`);
  }
  return decoder.decode(Uint8Array.fromHex(digits));
}

/** A value for a field of bytes: a text stands for its bytes in UTF-8, so it stays as it is. */
export function toBytes(value: Value): Value | Failure {
  return typeof value === 'string' ? value : new Failure(`cannot convert ${kindOf(value)} to bytes`);
}

/** The bytes of a text (UTF-8) or of a list of numbers, in hexadecimal digits. */
export function bytesToHex(value: Value): Value | Failure {
  const bytes = bytesOf(value);
  return bytes instanceof Failure ? bytes : bytes.toHex();
}

/**
 * The address of four or sixteen bytes: of a list of numbers, of a text by its bytes in UTF-8, or of a base64 text (as
 * JSON has bytes).
 */
export function bytesToIp(value: Value): Value | Failure {
  const bytes = bytesOf(value);
  if (bytes instanceof Failure) {
    return bytes;
  }
  const decoded = typeof value === 'string' ? decodeBase64Bytes(value, 'Standard') : undefined;
  const address = decoded instanceof Uint8Array ? (ipOfBytes(decoded) ?? ipOfBytes(bytes)) : ipOfBytes(bytes);
  return address ?? new Failure('an address has 4 or 16 bytes');
}

function bytesOf(value: Value): Uint8Array | Failure {
  if (typeof value === 'string') {
    return utf8.encode(value);
  }
  if (!Array.isArray(value)) {
    return new Failure(`cannot read bytes of ${kindOf(value)}`);
  }
  const numbers = value.filter(
    (item) => typeof item === 'number' && Number.isInteger(item) && item >= 0 && item <= 255,
  );
  return numbers.length < value.length
    ? new Failure('cannot read bytes of a list of other things')
    : Uint8Array.from(numbers, Number);
}
