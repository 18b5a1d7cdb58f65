import type { ProducerRecord, RecordHeader } from '@logweave/event-log';
import { CODEC, compress, type WritableCompression } from './compression.ts';
import { crc32c } from './crc32c.ts';
import { AT, ATTRIBUTE, LENGTH_END, MAGIC, writeInt53 } from './record-batch-layout.ts';

/** From here on the machine's own copy is faster than a loop. */
const LONG_COPY_BYTES = 48;

/** Who sends a batch: what the broker knows duplicates and zombies by. */
export interface BatchSender {
  readonly producerId: bigint;
  readonly producerEpoch: number;
  /** The sequence number of the first record in its partition. */
  readonly baseSequence: number;
  readonly transactional: boolean;
}

/** A batch of records that nobody sends yet: `signBatch` has to say who does. */
export interface EncodedBatch {
  readonly batch: Buffer;
  /** How many. */
  readonly records: number;
}

/** Kept between batches where it is no larger, so that the pages need not be fetched from the system each time. */
const KEPT_BYTES = 4 * 1024 * 1024;
let scratch = Buffer.allocUnsafeSlow(64 * 1024);

/**
 * Encodes records in their order into as few batches as are no longer than `maxBytes` without compression, a longer record
 * alone. Names of headers are ASCII.
 */
export function encodeRecordBatches(
  records: readonly ProducerRecord[],
  maxBytes: number,
  compression: WritableCompression,
): readonly EncodedBatch[] {
  const batches: EncodedBatch[] = [];
  let base = 0;
  let baseTimestamp = 0;
  let maxTimestamp = 0;
  let at: number = AT.records;
  const seal = (end: number): void => {
    const batch = packed(scratch.subarray(AT.records, at), compression);
    writeHead(batch, end - base, compression, baseTimestamp, maxTimestamp);
    batches.push({ batch, records: end - base });
  };
  for (let i = 0; i < records.length; i++) {
    const record = records[i] as ProducerRecord;
    const timestamp = Math.floor(record.timestampMs);
    let body = i === base ? 0 : bodyBytes(record, i - base, timestamp - baseTimestamp);
    if (i > base && at + varintBytes(body) + body > maxBytes) {
      seal(i);
      base = i;
    }
    if (i === base) {
      at = AT.records;
      baseTimestamp = timestamp;
      maxTimestamp = timestamp;
      body = bodyBytes(record, 0, 0);
    } else if (timestamp > maxTimestamp) {
      maxTimestamp = timestamp;
    }
    reserve(at, at + varintBytes(body) + body);
    at = writeRecord(scratch, at, record, body, i - base, timestamp - baseTimestamp);
  }
  if (records.length > 0) seal(records.length);
  if (scratch.length > KEPT_BYTES) scratch = Buffer.allocUnsafeSlow(KEPT_BYTES);
  return batches;
}

/** Room for so many bytes, what stands before `used` kept. */
function reserve(used: number, bytes: number): void {
  if (bytes <= scratch.length) return;
  const larger = Buffer.allocUnsafeSlow(Math.max(bytes, 2 * scratch.length));
  scratch.copy(larger, 0, 0, used);
  scratch = larger;
}

/** The records behind room for a head, in memory of their own. */
function packed(records: Buffer, compression: WritableCompression): Buffer {
  const data = compress(compression, records);
  const batch = Buffer.allocUnsafeSlow(AT.records + data.length);
  data.copy(batch, AT.records);
  return batch;
}

function bodyBytes({ key, value, headers }: ProducerRecord, offsetDelta: number, timestampDelta: number): number {
  let bytes = 1 + varintBytes(timestampDelta) + varintBytes(offsetDelta) + varintBytes(headers.length);
  bytes += key === null ? 1 : varintBytes(key.length) + key.length;
  bytes += value === null ? 1 : varintBytes(value.length) + value.length;
  for (let i = 0; i < headers.length; i++) {
    const header = headers[i] as RecordHeader;
    bytes += varintBytes(header.name.length) + header.name.length;
    bytes += varintBytes(header.value.length) + header.value.length;
  }
  return bytes;
}

/** Says who sends the batch and seals it with its checksum. A batch that is sent again is signed the same. */
export function signBatch(batch: Buffer, sender: BatchSender): void {
  const attributes = batch.readInt16BE(AT.attributes) & ATTRIBUTE.codec;
  batch.writeInt16BE(attributes | (sender.transactional ? ATTRIBUTE.transactional : 0), AT.attributes);
  batch.writeBigInt64BE(sender.producerId, AT.producerId);
  batch.writeInt16BE(sender.producerEpoch, AT.producerEpoch);
  batch.writeInt32BE(sender.baseSequence, AT.baseSequence);
  batch.writeUInt32BE(crc32c(batch, AT.attributes, batch.length), AT.crc);
}

function writeHead(
  batch: Buffer,
  count: number,
  compression: WritableCompression,
  baseTimestamp: number,
  maxTimestamp: number,
): void {
  batch.fill(0, 0, AT.records);
  batch.writeInt32BE(batch.length - LENGTH_END, AT.length);
  batch.writeInt8(MAGIC, AT.magic);
  batch.writeInt16BE(CODEC[compression], AT.attributes);
  batch.writeInt32BE(count - 1, AT.lastOffsetDelta);
  writeInt53(batch, baseTimestamp, AT.baseTimestamp);
  writeInt53(batch, maxTimestamp, AT.maxTimestamp);
  batch.writeInt32BE(count, AT.count);
}

function writeRecord(
  out: Buffer,
  start: number,
  { key, value, headers }: ProducerRecord,
  body: number,
  offsetDelta: number,
  timestampDelta: number,
): number {
  let at = writeVarint(out, start, body);
  out[at++] = 0;
  at = writeVarint(out, at, timestampDelta);
  at = writeVarint(out, at, offsetDelta);
  at = writeBytes(out, at, key);
  at = writeBytes(out, at, value);
  at = writeVarint(out, at, headers.length);
  for (let i = 0; i < headers.length; i++) {
    const { name, value: headerValue } = headers[i] as RecordHeader;
    at = writeVarint(out, at, name.length);
    for (let c = 0; c < name.length; c++) out[at + c] = name.charCodeAt(c);
    at = writeBytes(out, at + name.length, headerValue);
  }
  return at;
}

function writeBytes(out: Buffer, start: number, bytes: Uint8Array | null): number {
  if (bytes === null) return writeVarint(out, start, -1);
  const at = writeVarint(out, start, bytes.length);
  if (bytes.length >= LONG_COPY_BYTES) out.set(bytes, at);
  else for (let i = 0; i < bytes.length; i++) out[at + i] = bytes[i] as number;
  return at + bytes.length;
}

/** Bytes of a whole number in zigzag and base 128. */
function varintBytes(value: number): number {
  if (value >= -64 && value < 64) return 1;
  if (value >= -8_192 && value < 8_192) return 2;
  let rest = zigzag(value);
  let bytes = 1;
  for (; rest >= 128; bytes++) rest = Math.floor(rest / 128);
  return bytes;
}

function writeVarint(out: Uint8Array, at: number, value: number): number {
  let rest = zigzag(value);
  if (rest < 128) {
    out[at] = rest;
    return at + 1;
  }
  if (rest < 16_384) {
    out[at] = (rest & 127) | 128;
    out[at + 1] = rest >>> 7;
    return at + 2;
  }
  while (rest >= 128) {
    const next = Math.floor(rest / 128);
    out[at++] = rest - next * 128 + 128;
    rest = next;
  }
  out[at++] = rest;
  return at;
}

/** As a number and not by shifts: deltas of time may have more than 32 bits. */
function zigzag(value: number): number {
  return value >= 0 ? value * 2 : -value * 2 - 1;
}
