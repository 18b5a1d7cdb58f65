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
/** Of headers, and of the bytes of a header's name: both are counted in 16 bits. */
const MAX_COUNT = 0xffff;
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
  const view = viewOf(data);
  let position = HEAD_BYTES;
  let maxTimestampMs = Number.NEGATIVE_INFINITY;
  for (let i = from; i < to; i++) {
    const record = records[i] as ProducerRecord;
    if (record.timestampMs > maxTimestampMs) maxTimestampMs = record.timestampMs;
    position = writeRecord(data, view, position, i - from, record);
  }
  return finishBatch(data, to - from, to - from, maxTimestampMs);
}

/** Encodes records that stand at given places, as compaction leaves them. At least one. */
export function encodePlaced(placed: readonly PlacedRecord[], span: number): EncodedBatch {
  const data = startBatch(
    placed.reduce((sum, { record }) => sum + encodedBytes(record), 0),
    placed.length,
  );
  const view = viewOf(data);
  let position = HEAD_BYTES;
  let maxTimestampMs = Number.NEGATIVE_INFINITY;
  for (const { delta, record } of placed) {
    maxTimestampMs = Math.max(maxTimestampMs, record.timestampMs);
    position = writeRecord(data, view, position, delta, record);
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

/** For numbers: the engine reads and writes them in place, which it does not with the methods of a Buffer. */
function viewOf(data: Buffer): DataView {
  return new DataView(data.buffer, data.byteOffset, data.length);
}

function writeRecord(data: Buffer, view: DataView, start: number, delta: number, record: ProducerRecord): number {
  const { key, value, headers } = record;
  if (headers.length > MAX_COUNT) throw new RangeError(`a record cannot have ${headers.length} headers`);
  let position = start;
  view.setUint32(position, delta, true);
  view.setFloat64(position + 4, record.timestampMs, true);
  view.setInt32(position + 12, key === null ? -1 : key.length, true);
  view.setInt32(position + 16, value === null ? -1 : value.length, true);
  view.setUint16(position + 20, headers.length, true);
  position += RECORD_BYTES;
  for (let i = 0; i < headers.length; i++) {
    const header = headers[i] as RecordHeader;
    const { name } = header;
    if (name.length > MAX_COUNT) throw new RangeError(`a header's name cannot have ${name.length} bytes`);
    view.setUint16(position, name.length, true);
    view.setInt32(position + 2, header.value.length, true);
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
  const view = viewOf(data);
  const count = view.getUint32(8, true);
  const names = new HeaderNames();
  let position = HEAD_BYTES;
  for (let i = 0; i < count; i++) {
    const offset = baseOffset + view.getUint32(position, true);
    const timestampMs = view.getFloat64(position + 4, true);
    const keyBytes = view.getInt32(position + 12, true);
    const valueBytes = view.getInt32(position + 16, true);
    const headerCount = view.getUint16(position + 20, true);
    position += RECORD_BYTES;
    let headers = NO_HEADERS;
    if (headerCount > 0) {
      const list: RecordHeader[] = [];
      for (let h = 0; h < headerCount; h++) {
        const nameBytes = view.getUint16(position, true);
        const headerBytes = view.getInt32(position + 2, true);
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
