import { constants, gunzipSync, gzipSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { EventLogError } from '@logweave/event-log';
import { decompressFrameSync } from 'lz4-napi';
import { uncompress as uncompressSnappy } from 'snappyjs';

/** What record batches may be compressed with, by Kafka's numbers. All are read, these are written: none, gzip, zstd. */
export const CODEC = { none: 0, gzip: 1, snappy: 2, lz4: 3, zstd: 4 } as const;
export type Codec = (typeof CODEC)[keyof typeof CODEC];
export type WritableCompression = 'none' | 'gzip' | 'zstd';

/** The records of one batch without compression at most: more than any topic of ours takes, and no bomb. */
const MAX_BATCH_BYTES = 256 * 1024 * 1024;
const ZSTD_LEVEL = 1;
const ZSTD_MAGIC_BYTES = 4;
const MIN_CHUNK_BYTES = 1024;
const DEFAULT_CHUNK_BYTES = 64 * 1024;
const MAX_CHUNK_BYTES = 4 * 1024 * 1024;
/** snappy-java's frame around blocks: this head, two version numbers, then blocks with their lengths. */
const XERIAL_HEAD = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
const XERIAL_HEAD_BYTES = 16;

export function compress(codec: WritableCompression, records: Buffer): Buffer {
  switch (codec) {
    case 'zstd':
      return zstdCompressSync(records, { params: { [constants.ZSTD_c_compressionLevel]: ZSTD_LEVEL } });
    case 'gzip':
      return gzipSync(records, { level: constants.Z_BEST_SPEED });
    default:
      return records;
  }
}

/** @throws EventLogError `corrupt` when the bytes are not what the codec makes, or too many. */
export function decompress(codec: number, data: Buffer): Buffer {
  const options = { maxOutputLength: MAX_BATCH_BYTES };
  try {
    switch (codec) {
      case CODEC.none:
        return data;
      case CODEC.gzip:
        return gunzipSync(data, options);
      case CODEC.zstd:
        return zstdDecompressSync(data, { ...options, chunkSize: zstdChunkBytes(data) });
      case CODEC.lz4:
        return decompressFrameSync(data);
      case CODEC.snappy:
        return decompressSnappy(data);
    }
  } catch (cause) {
    throw new EventLogError('corrupt', 'a compressed record batch cannot be read', { cause });
  }
  throw new EventLogError('corrupt', `a record batch is compressed in an unknown way (${codec})`);
}

/**
 * Into one piece of memory and not into many that are put together, where the frame says how long it gets (RFC 8878,
 * 3.1.1.1): one byte more, so that it is seen to have ended. What it says is not believed beyond a bound.
 */
function zstdChunkBytes(frame: Buffer): number {
  const descriptor = frame[ZSTD_MAGIC_BYTES] ?? 0;
  const single = (descriptor & 32) !== 0;
  const at = ZSTD_MAGIC_BYTES + 1 + (single ? 0 : 1) + ([0, 1, 2, 4][descriptor & 3] as number);
  const sizeBytes = [single ? 1 : 0, 2, 4, 8][descriptor >> 6] as number;
  if (sizeBytes === 0 || at + sizeBytes > frame.length) return DEFAULT_CHUNK_BYTES;
  const low = frame.readUIntLE(at, Math.min(sizeBytes, 6)) + (sizeBytes === 2 ? 256 : 0);
  return Math.min(MAX_CHUNK_BYTES, Math.max(MIN_CHUNK_BYTES, low + 1));
}

function decompressSnappy(data: Buffer): Buffer {
  if (!data.subarray(0, XERIAL_HEAD.length).equals(XERIAL_HEAD))
    return Buffer.from(uncompressSnappy(data, MAX_BATCH_BYTES));
  const blocks: Buffer[] = [];
  let bytes = 0;
  for (let at = XERIAL_HEAD_BYTES; at < data.length; ) {
    const length = data.readInt32BE(at);
    at += 4;
    if (length < 0 || at + length > data.length) throw new RangeError('a block of snappy ends beyond its batch');
    const block = uncompressSnappy(data.subarray(at, at + length), MAX_BATCH_BYTES - bytes);
    blocks.push(Buffer.from(block));
    bytes += block.length;
    at += length;
  }
  return Buffer.concat(blocks, bytes);
}
