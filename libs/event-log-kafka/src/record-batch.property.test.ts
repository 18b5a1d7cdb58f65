import { createRequire } from 'node:module';
import { constants, zstdCompressSync } from 'node:zlib';
import type { LogRecord, ProducerRecord } from '@logweave/event-log';
import fc from 'fast-check';
import { compressFrameSync } from 'lz4-napi';
import { compress as compressSnappy } from 'snappyjs';
import { describe, expect, it } from 'vitest';
import { CODEC } from './compression.ts';
import { crc32c } from './crc32c.ts';
import { decodeRecords } from './record-batch-decoder.ts';
import { encodeRecordBatches, signBatch } from './record-batch-encoder.ts';
import { AT, ATTRIBUTE, LENGTH_END, writeInt53 } from './record-batch-layout.ts';

const bytes = fc.uint8Array({ maxLength: 80 }).map((array) => Buffer.from(array));
const header = fc.record({ name: fc.stringMatching(/^[a-z_]{0,12}$/), value: bytes });
const record: fc.Arbitrary<ProducerRecord> = fc.record({
  key: fc.option(bytes),
  value: fc.option(
    fc.oneof(
      bytes,
      fc.nat(5000).map((length) => Buffer.alloc(length, 'v')),
    ),
  ),
  headers: fc.array(header, { maxLength: 3 }),
  timestampMs: fc.oneof(
    fc.integer({ min: 1_795_000_000_000, max: 1_795_000_100_000 }),
    fc.integer({ min: 0, max: 4_000_000_000_000 }),
  ),
});
const records = fc.array(record, { minLength: 1, maxLength: 20 });
const compression = fc.constantFrom('none', 'gzip', 'zstd');
const sender = { producerId: 123_456_789_012n, producerEpoch: 7, baseSequence: 42, transactional: false };

/** A batch as the log holds it. */
function stored(
  from: readonly ProducerRecord[],
  baseOffset: number,
  how: { compression?: 'none' | 'gzip' | 'zstd'; transactional?: boolean; producerId?: bigint } = {},
): Buffer {
  const [encoded] = encodeRecordBatches(from, Number.POSITIVE_INFINITY, how.compression ?? 'none');
  const batch = encoded?.batch ?? Buffer.alloc(0);
  signBatch(batch, {
    ...sender,
    transactional: how.transactional ?? false,
    producerId: how.producerId ?? sender.producerId,
  });
  writeInt53(batch, baseOffset, AT.baseOffset);
  return batch;
}

function plain(record: ProducerRecord | LogRecord): unknown {
  const { key, value, headers, timestampMs } = record;
  return {
    key: key && [...key],
    value: value && [...value],
    headers: headers.map(({ name, value: of }) => [name, [...of]]),
    timestampMs,
  };
}

function marker(baseOffset: number, producerId: bigint, kind: 'abort' | 'commit'): Buffer {
  const key = Buffer.from([0, 0, 0, kind === 'abort' ? 0 : 1]);
  const batch = stored([{ key, value: Buffer.alloc(6), headers: [], timestampMs: 0 }], baseOffset, { producerId });
  batch.writeInt16BE(ATTRIBUTE.transactional | ATTRIBUTE.control, AT.attributes);
  batch.writeUInt32BE(crc32c(batch, AT.attributes, batch.length), AT.crc);
  return batch;
}

describe('record batches', () => {
  it('bring records back as they were, whatever they are compressed with', () => {
    fc.assert(
      fc.property(records, compression, fc.nat(2 ** 45), (sent, how, baseOffset) => {
        const {
          records: read,
          nextOffset,
          bytes: inMemory,
        } = decodeRecords(stored(sent, baseOffset, { compression: how }), baseOffset, []);
        expect(read.map(plain)).toEqual(sent.map(plain));
        expect(read.map(({ offset }) => offset)).toEqual(sent.map((_, i) => baseOffset + i));
        expect(nextOffset).toBe(baseOffset + sent.length);
        expect(inMemory).toBe(stored(sent, baseOffset).length - AT.records);
      }),
      { numRuns: 300 },
    );
  });

  it('are cut where the next record would make one too long, and nowhere else', () => {
    const size = (of: readonly ProducerRecord[]): number => stored(of, 0).length;
    fc.assert(
      fc.property(records, fc.integer({ min: 1, max: 10_000 }), compression, (sent, maxBytes, how) => {
        const batches = encodeRecordBatches(sent, maxBytes, how);
        let from = 0;
        for (const { batch, records: count } of batches) {
          const of = sent.slice(from, from + count);
          expect(count === 1 || size(of) <= maxBytes).toBe(true);
          from += count;
          if (from < sent.length) expect(size(sent.slice(from - count, from + 1))).toBeGreaterThan(maxBytes);
          signBatch(batch, sender);
          expect(decodeRecords(batch, 0, []).records.map(plain)).toEqual(of.map(plain));
        }
        expect(from).toBe(sent.length);
      }),
      { numRuns: 300 },
    );
  });

  it('have the bytes that kafkajs gives them', async () => {
    const require = createRequire(import.meta.url);
    const kafkajs = {
      RecordBatch: (
        require('kafkajs/src/protocol/recordBatch/v0/index.js') as {
          RecordBatch: (o: object) => Promise<{ buffer: Buffer }>;
        }
      ).RecordBatch,
      Record: require('kafkajs/src/protocol/recordBatch/record/v0/index.js') as (o: object) => unknown,
      Long: require('kafkajs/src/utils/long.js') as { fromValue(value: bigint | number): unknown },
    };
    await fc.assert(
      fc.asyncProperty(records, fc.boolean(), async (unordered, transactional) => {
        const sent = unordered.toSorted((a, b) => a.timestampMs - b.timestampMs);
        const first = sent[0]?.timestampMs ?? 0;
        const batch = await kafkajs.RecordBatch({
          records: sent.map((each, i) =>
            kafkajs.Record({
              ...each,
              offsetDelta: i,
              timestampDelta: each.timestampMs - first,
              // kafkajs takes an object, so a name stands once and not in front of another that came before.
              headers: Object.fromEntries(each.headers.slice(0, 1).map(({ name, value }) => [name, value])),
            }),
          ),
          firstTimestamp: first,
          maxTimestamp: sent.at(-1)?.timestampMs,
          producerId: kafkajs.Long.fromValue(sender.producerId),
          producerEpoch: sender.producerEpoch,
          firstSequence: sender.baseSequence,
          lastOffsetDelta: sent.length - 1,
          transactional,
        });
        const ours = stored(
          sent.map((each) => ({ ...each, headers: each.headers.slice(0, 1) })),
          0,
          { transactional },
        );
        expect(ours.toString('hex')).toBe(batch.buffer.toString('hex'));
      }),
      { numRuns: 100 },
    );
  });

  it.each([
    ['snappy', CODEC.snappy, (data: Buffer) => Buffer.from(compressSnappy(data))],
    ['snappy in frames', CODEC.snappy, framedSnappy],
    ['lz4', CODEC.lz4, (data: Buffer) => compressFrameSync(data)],
    [
      'zstd that does not say how long it was',
      CODEC.zstd,
      (data: Buffer) => zstdCompressSync(data, { params: { [constants.ZSTD_c_contentSizeFlag]: 0 } }),
    ],
  ])('are read when compressed with %s', (_, codec, pack) => {
    const sent = Array.from({ length: 50 }, (_unused, i) => ({
      key: null,
      value: Buffer.from(`value ${i} `.repeat(i)),
      headers: [],
      timestampMs: 1_795_000_000_000 + i,
    }));
    const batch = stored(sent, 3);
    const packed = Buffer.concat([batch.subarray(0, AT.records), pack(batch.subarray(AT.records))]);
    packed.writeInt32BE(packed.length - LENGTH_END, AT.length);
    packed.writeInt16BE(codec, AT.attributes);
    packed.writeUInt32BE(crc32c(packed, AT.attributes, packed.length), AT.crc);
    expect(decodeRecords(packed, 3, []).records.map(plain)).toEqual(sent.map(plain));
  });

  it('are read from any position on, and a batch that is cut off is left for later', () => {
    fc.assert(
      fc.property(fc.array(records, { minLength: 1, maxLength: 4 }), fc.nat(), fc.nat(), (groups, skip, cut) => {
        let offset = 100;
        const batches = groups.map((group) => {
          const batch = stored(group, offset);
          offset += group.length;
          return batch;
        });
        const all = Buffer.concat(batches);
        const position = 100 + (skip % (offset - 100));
        expect(decodeRecords(all, position, []).records.map((each) => each.offset)).toEqual(
          Array.from({ length: offset - position }, (_, i) => position + i),
        );
        const whole = cut % all.length;
        let end = 0;
        let next = 100;
        for (const [i, batch] of batches.entries()) {
          if (end + batch.length > whole) break;
          end += batch.length;
          next += groups[i]?.length ?? 0;
        }
        expect(decodeRecords(all.subarray(0, whole), 100, []).nextOffset).toBe(next);
      }),
      { numRuns: 200 },
    );
  });

  it('are refused when a bit has flipped', () => {
    fc.assert(
      fc.property(records, fc.nat(), fc.nat(7), (sent, at, bit) => {
        const batch = stored(sent, 0);
        const place = AT.attributes + (at % (batch.length - AT.attributes));
        batch[place] = (batch[place] as number) ^ (1 << bit);
        expect(() => decodeRecords(batch, 0, [])).toThrow(/checksum/);
      }),
      { numRuns: 200 },
    );
  });
});

describe('records of aborted transactions', () => {
  const one = (text: string): ProducerRecord[] => [
    { key: null, value: Buffer.from(text), headers: [], timestampMs: 1 },
  ];
  const texts = (read: readonly LogRecord[]): string[] => read.map(({ value }) => String(value));
  const of = (producerId: bigint, text: string, at: number): Buffer =>
    stored(one(text), at, { transactional: true, producerId });

  it('are left out, of as many writers as there are at once, in whatever order they are told', () => {
    const data = Buffer.concat([
      of(1n, 'a1', 10),
      of(2n, 'b1', 11),
      of(3n, 'c1', 12),
      marker(13, 1n, 'abort'),
      of(1n, 'a2', 14),
      marker(15, 3n, 'commit'),
      marker(16, 2n, 'abort'),
      of(2n, 'b2', 17),
      marker(18, 2n, 'commit'),
      marker(19, 1n, 'abort'),
    ]);
    const aborted = [
      { producerId: 1n, firstOffset: 14 },
      { producerId: 2n, firstOffset: 11 },
      { producerId: 1n, firstOffset: 10 },
    ];
    const { records: read, nextOffset } = decodeRecords(data, 10, aborted);
    expect(texts(read)).toEqual(['c1', 'b2']);
    expect(nextOffset).toBe(20);
  });

  it('are left out when the fetch begins in the middle of one', () => {
    const data = Buffer.concat([of(1n, 'later', 14), of(2n, 'good', 15), marker(16, 1n, 'abort')]);
    expect(texts(decodeRecords(data, 14, [{ producerId: 1n, firstOffset: 3 }]).records)).toEqual(['good']);
  });

  it('are not told by the key of a record, whatever it is', () => {
    const key = Buffer.from([0, 0, 0, 0]);
    const data = Buffer.concat([
      of(1n, 'a', 0),
      stored([{ key, value: Buffer.from('user'), headers: [], timestampMs: 1 }], 1, {
        transactional: true,
        producerId: 1n,
      }),
      of(1n, 'c', 2),
      marker(3, 1n, 'abort'),
    ]);
    expect(decodeRecords(data, 0, [{ producerId: 1n, firstOffset: 0 }]).records).toEqual([]);
  });

  it('and batches that compaction has emptied move the position', () => {
    const empty = stored(one('gone'), 7).subarray(0, AT.records);
    const copy = Buffer.from(empty);
    copy.writeInt32BE(copy.length - LENGTH_END, AT.length);
    copy.writeInt32BE(0, AT.count);
    copy.writeInt32BE(4, AT.lastOffsetDelta);
    copy.writeUInt32BE(crc32c(copy, AT.attributes, copy.length), AT.crc);
    expect(decodeRecords(copy, 7, [])).toEqual({ records: [], nextOffset: 12, bytes: 0 });
  });
});

function framedSnappy(data: Buffer): Buffer {
  const head = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0, 0, 0, 0, 1, 0, 0, 0, 1]);
  const blocks: Buffer[] = [head];
  for (let at = 0; at < data.length; at += 1000) {
    const block = Buffer.from(compressSnappy(data.subarray(at, at + 1000)));
    const length = Buffer.alloc(4);
    length.writeInt32BE(block.length);
    blocks.push(length, block);
  }
  return Buffer.concat(blocks);
}
