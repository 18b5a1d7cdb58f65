import { createHash } from 'node:crypto';
import { HEADERS, LIMITS, type Rejection } from '@logweave/model';
import type { ProducerRecord, RecordHeader } from './port.ts';

/** Longest text of the `message` header, so that headers stay far below their allowance. */
const MESSAGE_BYTES = 1024;

/** Where a record that could not be processed stood. */
export interface DeadLetterSource {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

export interface DeadLetter {
  /** The service that gave up on it, by name. */
  readonly stage: string;
  readonly rejection: Rejection;
  /** The key as far as there is one. A key longer than 4 KiB is dropped: it is in the source record. */
  readonly key: Uint8Array | null;
  /** The original bytes; longer ones than a record may have are cut to 4 KiB here. */
  readonly value: Uint8Array | null;
  /** Set when `value` is only the beginning because nobody has the rest: the whole length, and SHA-256 in hex. */
  readonly original?: { readonly lengthBytes: number; readonly sha256: string };
  /** Milliseconds since the epoch; becomes the record's timestamp. */
  readonly arrivalMs: number;
  readonly source?: DeadLetterSource;
}

/**
 * The record for topic `dead-letter`: original key and bytes, and in its headers who refused it and why. What is longer
 * than a merged record may be keeps its first 4 KiB, its length and its SHA-256.
 */
export function deadLetterRecord(letter: DeadLetter): ProducerRecord {
  const { rejection, source } = letter;
  let { value, original } = letter;
  if (original !== undefined) {
    value = value?.subarray(0, LIMITS.deadLetterPreviewBytes) ?? null;
  } else if (value !== null && value.length > LIMITS.mergedRecordBytes) {
    original = { lengthBytes: value.length, sha256: createHash('sha256').update(value).digest('hex') };
    value = value.subarray(0, LIMITS.deadLetterPreviewBytes);
  }
  const headers = [
    header(HEADERS.stage, letter.stage),
    header(HEADERS.reason, rejection.reason),
    header(HEADERS.message, rejection.message),
  ];
  if (source !== undefined) {
    headers.push(
      header(HEADERS.sourceTopic, source.topic),
      header(HEADERS.sourcePartition, String(source.partition)),
      header(HEADERS.sourceOffset, String(source.offset)),
    );
  }
  if (original !== undefined) {
    headers.push(
      header(HEADERS.originalLength, String(original.lengthBytes)),
      header(HEADERS.originalSha256, original.sha256),
    );
  }
  const key = letter.key !== null && letter.key.length <= LIMITS.deadLetterPreviewBytes ? letter.key : null;
  return { key, value, headers, timestampMs: letter.arrivalMs };
}

function header(name: string, text: string): RecordHeader {
  return { name, value: Buffer.from(text, 'utf8').subarray(0, MESSAGE_BYTES) };
}
