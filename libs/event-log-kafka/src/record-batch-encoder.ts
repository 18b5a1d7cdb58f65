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

/** Bytes of a record in a batch, its length in front included, for the delta that its offset and time have. */
function recordBytes(record: ProducerRecord, offsetDelta: number, timestampDelta: number): number {
  const body = bodyBytes(record, offsetDelta, timestampDelta);
  return varintBytes(body) + body;
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

/**
 * Where to cut records into batches that are no longer than `maxBytes` without compression, a longer record alone: the
 * ends of the batches.
 */
export function batchEnds(records: readonly ProducerRecord[], maxBytes: number): number[] {
  const ends: number[] = [];
  let bytes: number = AT.records;
  let base = 0;
  for (let i = 0; i < records.length; i++) {
    const record = records[i] as ProducerRecord;
    const first = records[base] as ProducerRecord;
    const size = recordBytes(record, i - base, wholeMs(record) - wholeMs(first));
    if (i > base && bytes + size > maxBytes) {
      ends.push(i);
      base = i;
      bytes = AT.records;
    }
    bytes += size;
  }
  if (records.length > 0) ends.push(records.length);
  return ends;
}

/**
 * Encodes records `[from, to)`, at least one, into a record batch that nobody sends yet: `signBatch` has to say who does.
 * Names of headers are ASCII.
 */
export function encodeRecordBatch(
  records: readonly ProducerRecord[],
  from: number,
  to: number,
  compression: WritableCompression,
): Buffer {
  const baseTimestamp = wholeMs(records[from] as ProducerRecord);
  let maxTimestamp = baseTimestamp;
  let bytes = 0;
  for (let i = from; i < to; i++) {
    const record = records[i] as ProducerRecord;
    const timestamp = wholeMs(record);
    if (timestamp > maxTimestamp) maxTimestamp = timestamp;
    bytes += recordBytes(record, i - from, timestamp - baseTimestamp);
  }
  const plain = compression === 'none';
  const batch = Buffer.allocUnsafeSlow(AT.records + bytes);
  let at: number = AT.records;
  for (let i = from; i < to; i++) {
    const record = records[i] as ProducerRecord;
    at = writeRecord(batch, at, record, i - from, wholeMs(record) - baseTimestamp);
  }
  if (plain) return withHead(batch, to - from, compression, baseTimestamp, maxTimestamp);
  const packed = compress(compression, batch.subarray(AT.records));
  const compressed = Buffer.allocUnsafeSlow(AT.records + packed.length);
  packed.copy(compressed, AT.records);
  return withHead(compressed, to - from, compression, baseTimestamp, maxTimestamp);
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

function withHead(
  batch: Buffer,
  count: number,
  compression: WritableCompression,
  baseTimestamp: number,
  maxTimestamp: number,
): Buffer {
  batch.fill(0, 0, AT.records);
  batch.writeInt32BE(batch.length - LENGTH_END, AT.length);
  batch.writeInt8(MAGIC, AT.magic);
  batch.writeInt16BE(CODEC[compression], AT.attributes);
  batch.writeInt32BE(count - 1, AT.lastOffsetDelta);
  writeInt53(batch, baseTimestamp, AT.baseTimestamp);
  writeInt53(batch, maxTimestamp, AT.maxTimestamp);
  batch.writeInt32BE(count, AT.count);
  return batch;
}

function wholeMs({ timestampMs }: ProducerRecord): number {
  return Math.floor(timestampMs);
}

function writeRecord(
  out: Buffer,
  start: number,
  record: ProducerRecord,
  offsetDelta: number,
  timestampDelta: number,
): number {
  const { key, value, headers } = record;
  let at = writeVarint(out, start, bodyBytes(record, offsetDelta, timestampDelta));
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
  let rest = zigzag(value);
  let bytes = 1;
  for (; rest >= 128; bytes++) rest = Math.floor(rest / 128);
  return bytes;
}

function writeVarint(out: Uint8Array, at: number, value: number): number {
  let rest = zigzag(value);
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
