import type { LogRecord, ProducerRecord } from '@logweave/event-log';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkBatch, decodeBatch, encodeBatches, encodedBytes, encodePlaced } from './batch-codec.ts';

const bytes = fc.uint8Array({ maxLength: 40 });
const record: fc.Arbitrary<ProducerRecord> = fc.record({
  key: fc.option(bytes),
  value: fc.option(bytes),
  headers: fc.array(fc.record({ name: fc.string({ unit: 'grapheme-ascii', maxLength: 10 }), value: bytes }), {
    maxLength: 4,
  }),
  timestampMs: fc.integer({ min: 0, max: 253_402_300_799_999 }),
});

function plain({ key, value, headers, timestampMs }: ProducerRecord): unknown {
  return {
    key: key === null ? null : [...key],
    value: value === null ? null : [...value],
    headers: headers.map(({ name, value }) => [name, [...value]]),
    timestampMs,
  };
}

describe('batch codec', () => {
  it('gives back what was put in, from any offset on and however it was cut', () => {
    fc.assert(
      fc.property(
        fc.array(record, { minLength: 1, maxLength: 30 }),
        fc.integer({ min: 1, max: 2_000 }),
        fc.nat({ max: 30 }),
        (records, maxBytes, skip) => {
          const decoded: LogRecord[] = [];
          let base = 1_000;
          for (const { data, span, records: count } of encodeBatches(records, maxBytes)) {
            expect(span).toBe(count);
            checkBatch(data, 1);
            decodeBatch(data, base, 1_000 + skip, decoded);
            base += span;
          }
          expect(base).toBe(1_000 + records.length);
          expect(decoded.map(plain)).toEqual(records.slice(skip).map(plain));
          expect(decoded.map(({ offset }) => offset)).toEqual(records.map((_, i) => 1_000 + i).slice(skip));
        },
      ),
    );
  });

  it('keeps batches within the bound, but for one record that is longer by itself', () => {
    fc.assert(
      fc.property(fc.array(record, { minLength: 1 }), fc.integer({ min: 1, max: 500 }), (records, maxBytes) => {
        for (const { data, records: count } of encodeBatches(records, maxBytes)) {
          expect(data.length - 12 <= maxBytes || count === 1).toBe(true);
        }
        expect(encodeBatches(records, Number.MAX_SAFE_INTEGER)[0]?.data).toHaveLength(
          records.reduce((sum, each) => sum + encodedBytes(each), 12),
        );
      }),
    );
  });

  it('keeps the gaps of records that stand apart, and the highest timestamp', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(record, fc.nat({ max: 1_000_000 })), { minLength: 1 }), (records) => {
        let delta = -1;
        const placed = records.map(([each, gap]) => {
          delta += gap + 1;
          return { delta, record: each };
        });
        const batch = encodePlaced(placed, delta + 1);
        const decoded: LogRecord[] = [];
        decodeBatch(batch.data, 50, 0, decoded);
        expect(decoded.map(({ offset }) => offset)).toEqual(placed.map(({ delta }) => 50 + delta));
        expect(batch.maxTimestampMs).toBe(Math.max(...records.map(([each]) => each.timestampMs)));
        expect(batch.span).toBe(delta + 1);
      }),
    );
  });

  it('refuses more headers and longer names than it can count, instead of counting them wrong', () => {
    const encode = (names: readonly string[]) => {
      const headers = names.map((name) => ({ name, value: Buffer.alloc(0) }));
      return encodeBatches([{ key: null, value: null, headers, timestampMs: 0 }], 1_000_000);
    };
    expect(() => encode(Array.from({ length: 65_536 }, () => ''))).toThrow(RangeError);
    expect(() => encode(['x'.repeat(65_536)])).toThrow(RangeError);
    expect(encode(Array.from({ length: 65_535 }, () => ''))).toHaveLength(1);
    expect(encode(['x'.repeat(65_535)])).toHaveLength(1);
  });

  it('notices any flipped bit', () => {
    fc.assert(
      fc.property(
        fc.array(record, { minLength: 1, maxLength: 5 }),
        fc.nat(),
        fc.nat({ max: 7 }),
        (records, at, bit) => {
          const data = encodeBatches(records, 1_000_000)[0]?.data ?? Buffer.alloc(1);
          const place = at % data.length;
          data[place] = (data[place] ?? 0) ^ (1 << bit);
          expect(() => checkBatch(data, 7)).toThrow(expect.objectContaining({ code: 'corrupt' }));
        },
      ),
    );
  });
});
