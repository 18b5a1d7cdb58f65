import { crc32 } from 'node:zlib';

/** The length of the payload, the CRC-32 of the payload and the CRC-32 of these two: each four bytes, little-endian. */
export const FRAME_HEADER_BYTES = 12;
const CHECKED_BYTES = 8;

/** What stands at one place of a segment. */
export type FrameAt =
  /** A whole frame; the payload lies between `start` and `end`. */
  | { readonly kind: 'payload'; readonly start: number; readonly end: number }
  /** What is there ends before the frame does, which has so many bytes (or its header at least has). */
  | { readonly kind: 'incomplete'; readonly frameBytes: number }
  /** The payload is not what was written; the next frame begins at `end`. */
  | { readonly kind: 'damaged'; readonly end: number }
  /** The header is not what was written, so nobody knows where the next frame begins. */
  | { readonly kind: 'broken' };

/** Puts payloads into frames, one after the other. */
export function encodeFrames(payloads: readonly Uint8Array[]): Buffer {
  let length = 0;
  for (const payload of payloads) length += FRAME_HEADER_BYTES + payload.length;
  const bytes = Buffer.allocUnsafe(length);
  let at = 0;
  for (const payload of payloads) {
    bytes.writeUInt32LE(payload.length, at);
    bytes.writeUInt32LE(crc32(payload), at + 4);
    bytes.writeUInt32LE(crc32(bytes.subarray(at, at + CHECKED_BYTES)), at + CHECKED_BYTES);
    bytes.set(payload, at + FRAME_HEADER_BYTES);
    at += FRAME_HEADER_BYTES + payload.length;
  }
  return bytes;
}

/** Looks at the frame that begins at `at`. */
export function frameAt(bytes: Buffer, at: number): FrameAt {
  const start = at + FRAME_HEADER_BYTES;
  if (start > bytes.length) return { kind: 'incomplete', frameBytes: FRAME_HEADER_BYTES };
  if (bytes.readUInt32LE(at + CHECKED_BYTES) !== crc32(bytes.subarray(at, at + CHECKED_BYTES))) {
    return { kind: 'broken' };
  }
  const end = start + bytes.readUInt32LE(at);
  if (end > bytes.length) return { kind: 'incomplete', frameBytes: end - at };
  if (crc32(bytes.subarray(start, end)) !== bytes.readUInt32LE(at + 4)) return { kind: 'damaged', end };
  return { kind: 'payload', start, end };
}
