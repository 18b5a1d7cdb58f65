/*
 * A record batch (magic 2), big endian; https://kafka.apache.org/documentation/#recordbatch
 *   0 base offset i64 | 8 length of what follows i32 | 12 partition leader epoch i32 | 16 magic i8 | 17 CRC-32C u32 of all
 *   from 21 | 21 attributes i16 | 23 last offset delta i32 | 27 base timestamp i64 | 35 max timestamp i64
 *   43 producer id i64 | 51 producer epoch i16 | 53 base sequence i32 | 57 number of records i32 | 61 records
 */
export const AT = {
  baseOffset: 0,
  length: 8,
  leaderEpoch: 12,
  magic: 16,
  crc: 17,
  attributes: 21,
  lastOffsetDelta: 23,
  baseTimestamp: 27,
  maxTimestamp: 35,
  producerId: 43,
  producerEpoch: 51,
  baseSequence: 53,
  count: 57,
  records: 61,
} as const;

/** Bytes up to and with the length field: what a batch's length does not count. */
export const LENGTH_END = 12;
export const MAGIC = 2;

export const ATTRIBUTE = { codec: 7, logAppendTime: 8, transactional: 16, control: 32 } as const;

/** Reads a signed 64-bit number that a double holds exactly: offsets and milliseconds. */
export function readInt53(bytes: Buffer, at: number): number {
  return bytes.readInt32BE(at) * 0x1_0000_0000 + bytes.readUInt32BE(at + 4);
}

/** Writes a whole number of at most 53 bits and a sign as a signed 64-bit number. */
export function writeInt53(bytes: Buffer, value: number, at: number): void {
  const high = Math.floor(value / 0x1_0000_0000);
  bytes.writeInt32BE(high, at);
  bytes.writeUInt32BE(value - high * 0x1_0000_0000, at + 4);
}
