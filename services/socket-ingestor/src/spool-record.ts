import type { ProducerRecord, RecordHeader } from '@logweave/event-log';

/** A record on its way into the log, as the spool keeps it. */
export interface SpoolRecord {
  readonly topic: string;
  readonly partition: number;
  readonly record: ProducerRecord;
  /**
   * Null for a record that has never been given to the log. Otherwise it has, and nobody knows yet whether it arrived: if it
   * did, it stands at this offset of its partition or behind it.
   */
  readonly inDoubtFrom: number | null;
}

const NEW = 1;
const IN_DOUBT = 2;
const NULL_LENGTH = 0xffff_ffff;

/** Kind, arrival time, offset in doubt, topic, partition, key, value, headers; numbers are little-endian. */
export function encodeSpoolRecord({ topic, partition, record, inDoubtFrom }: SpoolRecord): Buffer {
  const { key, value, headers, timestampMs } = record;
  let length = 1 + 8 + 8 + 2 + topic.length + 4 + 4 + (key?.length ?? 0) + 4 + (value?.length ?? 0) + 2;
  for (const header of headers) length += 2 + header.name.length + 4 + header.value.length;
  const bytes = Buffer.allocUnsafe(length);
  let at = bytes.writeUInt8(inDoubtFrom === null ? NEW : IN_DOUBT, 0);
  at = bytes.writeDoubleLE(timestampMs, at);
  at = bytes.writeDoubleLE(inDoubtFrom ?? 0, at);
  at = writeName(bytes, at, topic);
  at = bytes.writeUInt32LE(partition, at);
  at = writeBytes(bytes, at, key);
  at = writeBytes(bytes, at, value);
  at = bytes.writeUInt16LE(headers.length, at);
  for (const header of headers) {
    at = writeName(bytes, at, header.name);
    at = writeBytes(bytes, at, header.value);
  }
  return bytes;
}

/** The bytes of the record are those of `bytes`. @throws Error when they are no record of this format */
export function decodeSpoolRecord(bytes: Buffer): SpoolRecord {
  const kind = bytes.readUInt8(0);
  if (kind !== NEW && kind !== IN_DOUBT) throw new Error(`the spool holds a record of an unknown kind, ${kind}`);
  const timestampMs = bytes.readDoubleLE(1);
  const offset = bytes.readDoubleLE(9);
  const topic = readName(bytes, 17);
  const partition = bytes.readUInt32LE(topic.next);
  const key = readBytes(bytes, topic.next + 4);
  const value = readBytes(bytes, key.next);
  let at = value.next + 2;
  const headers: RecordHeader[] = [];
  for (let left = bytes.readUInt16LE(value.next); left > 0; left--) {
    const name = readName(bytes, at);
    const content = readBytes(bytes, name.next);
    headers.push({ name: name.name, value: content.bytes ?? Buffer.alloc(0) });
    at = content.next;
  }
  return {
    topic: topic.name,
    partition,
    record: { key: key.bytes, value: value.bytes, headers, timestampMs },
    inDoubtFrom: kind === IN_DOUBT ? offset : null,
  };
}

/** Topics and names of headers are ASCII. */
function writeName(bytes: Buffer, at: number, name: string): number {
  const start = bytes.writeUInt16LE(name.length, at);
  return start + bytes.write(name, start, 'latin1');
}

function readName(bytes: Buffer, at: number): { readonly name: string; readonly next: number } {
  const next = at + 2 + bytes.readUInt16LE(at);
  return { name: bytes.toString('latin1', at + 2, next), next };
}

function writeBytes(bytes: Buffer, at: number, content: Uint8Array | null): number {
  const start = bytes.writeUInt32LE(content === null ? NULL_LENGTH : content.length, at);
  if (content === null) return start;
  bytes.set(content, start);
  return start + content.length;
}

function readBytes(bytes: Buffer, at: number): { readonly bytes: Buffer | null; readonly next: number } {
  const length = bytes.readUInt32LE(at);
  if (length === NULL_LENGTH) return { bytes: null, next: at + 4 };
  return { bytes: bytes.subarray(at + 4, at + 4 + length), next: at + 4 + length };
}
