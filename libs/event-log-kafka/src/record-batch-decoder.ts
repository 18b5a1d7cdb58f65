import { EventLogError, type LogRecord, type RecordHeader } from '@logweave/event-log';
import { decompress } from './compression.ts';
import { crc32c } from './crc32c.ts';
import { AT, ATTRIBUTE, LENGTH_END, MAGIC, readInt53 } from './record-batch-layout.ts';

const NO_HEADERS: readonly RecordHeader[] = [];
const ABORT_MARKER = 0;

/** A transaction that was aborted, as a fetch tells it: its producer, and the offset of its first record. */
export interface AbortedTransaction {
  readonly producerId: bigint;
  readonly firstOffset: number;
}

export interface DecodedRecords {
  readonly records: readonly LogRecord[];
  /** Behind the last whole batch, whether or not it held a record; the position asked for when there was none. */
  readonly nextOffset: number;
  /** Of the records without compression: what they keep in memory. */
  readonly bytes: number;
}

/**
 * Reads the batches of a fetch from a position on, committed records only. A batch that is cut off at the end is left for
 * the next fetch; batches without records, which compaction leaves, move the position all the same.
 * @throws EventLogError `corrupt` when a checksum or the format is wrong.
 */
export function decodeRecords(data: Buffer, position: number, aborted: readonly AbortedTransaction[]): DecodedRecords {
  const records: LogRecord[] = [];
  const transactions = new AbortedTransactions(aborted);
  let nextOffset = position;
  let bytes = 0;
  for (let at = 0; at + AT.records <= data.length; ) {
    const end = at + LENGTH_END + data.readInt32BE(at + AT.length);
    if (end > data.length) break;
    if (end < at + AT.records) throw new EventLogError('corrupt', 'a record batch is shorter than its head');
    const batch = data.subarray(at, end);
    check(batch);
    const baseOffset = readInt53(batch, AT.baseOffset);
    const lastOffset = baseOffset + batch.readInt32BE(AT.lastOffsetDelta);
    if (transactions.deliver(batch, lastOffset)) bytes += decodeBatch(batch, baseOffset, position, records);
    nextOffset = Math.max(nextOffset, lastOffset + 1);
    at = end;
  }
  return { records, nextOffset, bytes };
}

/** Which batches of a fetch count, in the order of the log. */
class AbortedTransactions {
  readonly #waiting: AbortedTransaction[];
  readonly #open = new Set<bigint>();

  constructor(aborted: readonly AbortedTransaction[]) {
    this.#waiting = aborted.toSorted((a, b) => b.firstOffset - a.firstOffset);
  }

  deliver(batch: Buffer, lastOffset: number): boolean {
    const attributes = batch.readInt16BE(AT.attributes);
    if ((attributes & (ATTRIBUTE.transactional | ATTRIBUTE.control)) === 0) return true;
    for (let next = this.#waiting.at(-1); next !== undefined && next.firstOffset <= lastOffset; ) {
      this.#open.add(next.producerId);
      this.#waiting.pop();
      next = this.#waiting.at(-1);
    }
    const producerId = batch.readBigInt64BE(AT.producerId);
    if ((attributes & ATTRIBUTE.control) !== 0) {
      if (isAbortMarker(batch)) this.#open.delete(producerId);
      return false;
    }
    return !this.#open.has(producerId);
  }
}

/** The key of a control record is its version and its kind, 16 bits each. */
function isAbortMarker(batch: Buffer): boolean {
  if (batch.readInt32BE(AT.count) === 0) return false;
  const records: LogRecord[] = [];
  decodeBatch(batch, 0, 0, records);
  const key = records[0]?.key;
  return (
    key !== undefined &&
    key !== null &&
    key.length >= 4 &&
    ((key[2] as number) << 8) + (key[3] as number) === ABORT_MARKER
  );
}

function check(batch: Buffer): void {
  const magic = batch.readInt8(AT.magic);
  if (magic !== MAGIC) throw new EventLogError('corrupt', `a record batch has the format ${magic}, not ${MAGIC}`);
  if (crc32c(batch, AT.attributes, batch.length) !== batch.readUInt32BE(AT.crc)) {
    const offset = readInt53(batch, AT.baseOffset);
    throw new EventLogError('corrupt', `the record batch at offset ${offset} does not agree with its checksum`);
  }
}

/** Answers the bytes of the records without compression. */
function decodeBatch(batch: Buffer, baseOffset: number, position: number, into: LogRecord[]): number {
  const count = batch.readInt32BE(AT.count);
  if (count === 0) return 0;
  const attributes = batch.readInt16BE(AT.attributes);
  const data = decompress(attributes & ATTRIBUTE.codec, batch.subarray(AT.records));
  const appendTime = (attributes & ATTRIBUTE.logAppendTime) !== 0 ? readInt53(batch, AT.maxTimestamp) : null;
  const baseTimestamp = readInt53(batch, AT.baseTimestamp);
  const cursor = new Cursor(data);
  for (let i = 0; i < count; i++) {
    const end = cursor.varint() + cursor.at;
    cursor.at++;
    const timestampMs = appendTime ?? baseTimestamp + cursor.varint();
    if (appendTime !== null) cursor.varint();
    const offset = baseOffset + cursor.varint();
    if (offset >= position) {
      const keyLength = cursor.skipBytes();
      const keyEnd = cursor.at;
      into.push(new DecodedRecord(offset, timestampMs, cursor.bytes(), cursor.headers(), data, keyEnd, keyLength));
      if (cursor.at !== end)
        throw new EventLogError('corrupt', `the record at offset ${offset} is not as long as it says`);
    }
    cursor.at = end;
  }
  return data.length;
}

/** Most who read records never look at their keys: those are made when somebody does. */
class DecodedRecord implements LogRecord {
  readonly offset: number;
  readonly timestampMs: number;
  readonly value: Buffer | null;
  readonly headers: readonly RecordHeader[];
  readonly #data: Buffer;
  readonly #keyEnd: number;
  /** -1 for none. */
  readonly #keyLength: number;

  constructor(
    offset: number,
    timestampMs: number,
    value: Buffer | null,
    headers: readonly RecordHeader[],
    data: Buffer,
    keyEnd: number,
    keyLength: number,
  ) {
    this.offset = offset;
    this.timestampMs = timestampMs;
    this.value = value;
    this.headers = headers;
    this.#data = data;
    this.#keyEnd = keyEnd;
    this.#keyLength = keyLength;
  }

  get key(): Buffer | null {
    return this.#keyLength < 0 ? null : this.#data.subarray(this.#keyEnd - this.#keyLength, this.#keyEnd);
  }
}

class Cursor {
  at = 0;
  readonly #data: Buffer;

  constructor(data: Buffer) {
    this.#data = data;
  }

  varint(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.#data[this.at++];
      if (byte === undefined || factor > 2 ** 63)
        throw new EventLogError('corrupt', 'a record ends in the middle of a number');
      value += (byte & 127) * factor;
      if (byte < 128) break;
    }
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  bytes(): Buffer | null {
    const length = this.skipBytes();
    return length < 0 ? null : this.#data.subarray(this.at - length, this.at);
  }

  /** Answers their number, -1 for none. */
  skipBytes(): number {
    const length = this.varint();
    if (length < 0) return -1;
    this.at += length;
    if (this.at > this.#data.length) throw new EventLogError('corrupt', 'a record ends in the middle of a field');
    return length;
  }

  headers(): readonly RecordHeader[] {
    const count = this.varint();
    if (count === 0) return NO_HEADERS;
    return Array.from({ length: count }, () => {
      const name = this.bytes()?.toString('latin1') ?? '';
      return { name, value: this.bytes() ?? Buffer.alloc(0) };
    });
  }
}
