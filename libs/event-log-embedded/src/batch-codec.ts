import { crc32 } from 'node:zlib';
import { EventLogError, type LogRecord, type ProducerRecord, type RecordHeader } from '@logweave/event-log';

/*
 * A stored batch, little endian:
 *   u32 crc32 of all that follows | u8 format | 3 zero bytes | u32 records
 *   per record: u32 offset delta | f64 timestamp in ms | i32 key length, -1 for null | i32 value length, -1 for null
 *             | u16 headers | per header: u16 name length, i32 value length, name, value | key | value
 */
const FORMAT = 1;
const HEAD_BYTES = 12;
const RECORD_BYTES = 22;
const HEADER_BYTES = 6;
const NO_HEADERS: readonly RecordHeader[] = [];

/** A batch in its stored form. */
export interface EncodedBatch {
  readonly data: Buffer;
  readonly records: number;
  /** Offsets that the batch takes: its records, and the gaps between them. */
  readonly span: number;
  readonly maxTimestampMs: number;
}

/** A record and its offset relative to the batch. */
export interface PlacedRecord {
  readonly delta: number;
  readonly record: ProducerRecord;
}

/** Bytes of a record in a stored batch. */
export function encodedBytes(record: ProducerRecord): number {
  let bytes = RECORD_BYTES + (record.key?.length ?? 0) + (record.value?.length ?? 0);
  for (const { name, value } of record.headers) bytes += HEADER_BYTES + name.length + value.length;
  return bytes;
}

/** Cuts records into stored batches of about `maxBytes`, each encoded into one buffer. Offsets are consecutive. */
export function encodeBatches(records: readonly ProducerRecord[], maxBytes: number): EncodedBatch[] {
  const batches: EncodedBatch[] = [];
  let from = 0;
  let bytes = 0;
  for (let i = 0; i < records.length; i++) {
    const size = encodedBytes(records[i] as ProducerRecord);
    if (i > from && bytes + size > maxBytes) {
      batches.push(encodeRange(records, from, i, bytes));
      from = i;
      bytes = 0;
    }
    bytes += size;
  }
  if (from < records.length) batches.push(encodeRange(records, from, records.length, bytes));
  return batches;
}

function encodeRange(records: readonly ProducerRecord[], from: number, to: number, bytes: number): EncodedBatch {
  const data = startBatch(bytes, to - from);
  let position = HEAD_BYTES;
  let maxTimestampMs = Number.NEGATIVE_INFINITY;
  for (let i = from; i < to; i++) {
    const record = records[i] as ProducerRecord;
    if (record.timestampMs > maxTimestampMs) maxTimestampMs = record.timestampMs;
    position = writeRecord(data, position, i - from, record);
  }
  return finishBatch(data, to - from, to - from, maxTimestampMs);
}

/** Encodes records that stand at given places, as compaction leaves them. At least one. */
export function encodePlaced(placed: readonly PlacedRecord[], span: number): EncodedBatch {
  const data = startBatch(
    placed.reduce((sum, { record }) => sum + encodedBytes(record), 0),
    placed.length,
  );
  let position = HEAD_BYTES;
  let maxTimestampMs = Number.NEGATIVE_INFINITY;
  for (const { delta, record } of placed) {
    maxTimestampMs = Math.max(maxTimestampMs, record.timestampMs);
    position = writeRecord(data, position, delta, record);
  }
  return finishBatch(data, placed.length, span, maxTimestampMs);
}

function startBatch(bytes: number, records: number): Buffer {
  const data = Buffer.allocUnsafeSlow(HEAD_BYTES + bytes);
  data.writeUInt32LE(FORMAT, 4);
  data.writeUInt32LE(records, 8);
  return data;
}

function finishBatch(data: Buffer, records: number, span: number, maxTimestampMs: number): EncodedBatch {
  data.writeUInt32LE(crc32(data.subarray(4)), 0);
  return { data, records, span, maxTimestampMs };
}

function writeRecord(data: Buffer, start: number, delta: number, record: ProducerRecord): number {
  const { key, value, headers } = record;
  let position = start;
  data.writeUInt32LE(delta, position);
  data.writeDoubleLE(record.timestampMs, position + 4);
  data.writeInt32LE(key === null ? -1 : key.length, position + 12);
  data.writeInt32LE(value === null ? -1 : value.length, position + 16);
  data.writeUInt16LE(headers.length, position + 20);
  position += RECORD_BYTES;
  for (let i = 0; i < headers.length; i++) {
    const header = headers[i] as RecordHeader;
    const { name } = header;
    data.writeUInt16LE(name.length, position);
    data.writeInt32LE(header.value.length, position + 2);
    position += HEADER_BYTES;
    // A loop, because a call into native code costs more than the few characters of a header's name.
    for (let c = 0; c < name.length; c++) data[position + c] = name.charCodeAt(c);
    position += name.length;
    data.set(header.value, position);
    position += header.value.length;
  }
  if (key !== null) {
    data.set(key, position);
    position += key.length;
  }
  if (value !== null) {
    data.set(value, position);
    position += value.length;
  }
  return position;
}

/** @throws EventLogError `corrupt` when the checksum or the format is not right. */
export function checkBatch(data: Buffer, id: number): void {
  if (data.length < HEAD_BYTES || crc32(data.subarray(4)) !== data.readUInt32LE(0)) {
    throw new EventLogError('corrupt', `stored batch ${id} does not agree with its checksum`);
  }
  if (data[4] !== FORMAT) throw new EventLogError('corrupt', `stored batch ${id} has format ${data[4]}, not ${FORMAT}`);
}

/**
 * Appends the batch's records from offset `fromOffset` on to `into`. Keys, values and header values are views into
 * `data`: nothing is copied.
 */
export function decodeBatch(data: Buffer, baseOffset: number, fromOffset: number, into: LogRecord[]): void {
  const count = data.readUInt32LE(8);
  const names = new HeaderNames();
  let position = HEAD_BYTES;
  for (let i = 0; i < count; i++) {
    const offset = baseOffset + data.readUInt32LE(position);
    const timestampMs = data.readDoubleLE(position + 4);
    const keyBytes = data.readInt32LE(position + 12);
    const valueBytes = data.readInt32LE(position + 16);
    const headerCount = data.readUInt16LE(position + 20);
    position += RECORD_BYTES;
    let headers = NO_HEADERS;
    if (headerCount > 0) {
      const list: RecordHeader[] = [];
      for (let h = 0; h < headerCount; h++) {
        const nameBytes = data.readUInt16LE(position);
        const headerBytes = data.readInt32LE(position + 2);
        position += HEADER_BYTES;
        const name = names.read(data, position, nameBytes, h);
        position += nameBytes;
        list.push({ name, value: data.subarray(position, position + headerBytes) });
        position += headerBytes;
      }
      headers = list;
    }
    let key: Buffer | null = null;
    if (keyBytes >= 0) {
      key = data.subarray(position, position + keyBytes);
      position += keyBytes;
    }
    let value: Buffer | null = null;
    if (valueBytes >= 0) {
      value = data.subarray(position, position + valueBytes);
      position += valueBytes;
    }
    if (offset >= fromOffset) into.push({ key, value, headers, timestampMs, offset });
  }
}

/** Records of a batch mostly have the same headers in the same order: the name at a place is compared, not decoded. */
class HeaderNames {
  readonly #names: string[] = [];

  read(data: Buffer, position: number, length: number, place: number): string {
    const known = this.#names[place];
    if (known !== undefined && known.length === length) {
      let i = 0;
      while (i < length && known.charCodeAt(i) === data[position + i]) i++;
      if (i === length) return known;
    }
    const name = data.toString('latin1', position, position + length);
    this.#names[place] = name;
    return name;
  }
}
