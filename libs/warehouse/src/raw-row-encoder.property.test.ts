import { formatRfc3339, HEADERS } from '@logweave/model';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RawRowEncoder } from './raw-row-encoder.ts';
import type { SourceRecord } from './row-encoder.ts';
import { decodeRows, RAW_LOGS } from './testing/index.ts';

const bytes = fc.uint8Array({ maxLength: 200 });
const TOPIC = 'logweave.raw';

function rowsOf(records: readonly SourceRecord[], partition = 3) {
  const encoder = new RawRowEncoder(TOPIC, partition);
  for (const record of records) expect(encoder.add(record)).toBeNull();
  expect(encoder.rows).toBe(records.length);
  return decodeRows(RAW_LOGS.columns, encoder.take());
}

const record = (headers: SourceRecord['headers'], timestampMs = 0): SourceRecord => ({
  key: null,
  value: Buffer.from('x'),
  headers,
  offset: 0,
  timestampMs,
});

test('log, key and headers arrive byte for byte, also NUL and what is no UTF-8', () => {
  const arbitrary = fc.record({
    key: fc.option(bytes),
    value: fc.option(bytes),
    logType: bytes,
    namespace: bytes,
    input: bytes,
    offset: fc.maxSafeNat(),
    timestampMs: fc.nat(4_294_967_295_000),
  });
  fc.assert(
    fc.property(fc.array(arbitrary, { minLength: 1 }), fc.nat(0xffff_ffff), (given, partition) => {
      const rows = rowsOf(
        given.map(({ logType, namespace, input, ...rest }) => ({
          ...rest,
          headers: [
            { name: HEADERS.logType, value: logType },
            { name: HEADERS.namespace, value: namespace },
            { name: HEADERS.input, value: input },
          ],
        })),
        partition,
      );
      expect(rows).toEqual(
        given.map((each) => ({
          log_type: Buffer.from(each.logType),
          namespace: Buffer.from(each.namespace),
          labels: [],
          collection_time: BigInt(each.timestampMs) * 1_000_000n,
          input: Buffer.from(each.input),
          key: Buffer.from(each.key ?? []),
          raw: Buffer.from(each.value ?? []),
          _topic: Buffer.from(TOPIC),
          _partition: BigInt(partition),
          _offset: BigInt(each.offset),
          _arrived_at: BigInt(each.timestampMs),
        })),
      );
    }),
  );
});

test('labels are those of the header, and other values than text are their JSON', () => {
  const labels = fc.dictionary(fc.string({ unit: 'binary' }), fc.oneof(fc.string({ unit: 'binary' }), fc.jsonValue()));
  fc.assert(
    fc.property(fc.array(labels), (given) => {
      const headersOf = (each: object) => [{ name: HEADERS.labels, value: Buffer.from(JSON.stringify(each)) }];
      const rows = rowsOf(given.map((each) => record(headersOf(each))));
      expect(rows.map(({ labels: pairs }) => textPairs(pairs))).toEqual(
        given.map((each) => {
          // As it was read from the header: JSON has no -0.
          const pairs = Object.entries(JSON.parse(JSON.stringify(each)) as object);
          return pairs.map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]);
        }),
      );
    }),
  );
});

function textPairs(value: unknown): string[][] {
  return (value as Buffer[][]).map((pair) => pair.map(String));
}

test.each(['', 'no JSON', '[1]', 'null', '"text"', '{"a":1'])('labels that are %j are none', (text) => {
  const [row] = rowsOf([record([{ name: HEADERS.labels, value: Buffer.from(text) }])]);
  expect(row?.['labels']).toEqual([]);
});

test('a collection time has its nanoseconds; one that is none gives way to the arrival', () => {
  const time = (text: string) =>
    rowsOf([record([{ name: HEADERS.collectionTime, value: Buffer.from(text) }], 5_000)])[0]?.['collection_time'];
  fc.assert(
    fc.property(fc.nat(4_294_967_294_999), fc.nat(999_999), (ms, ns) => {
      expect(time(formatRfc3339(ms, ns))).toBe(BigInt(ms) * 1_000_000n + BigInt(ns));
    }),
  );
  expect(time('1960-01-01T00:00:00Z')).toBe(0n);
  expect(time('9999-12-31T23:59:59Z')).toBe(4_294_967_295_000_000_000n);
  for (const odd of [
    '',
    'yesterday',
    '2024-01-01T12:00:00',
    '2024-01-01T12:00:00Z"',
    '2024-01-01T12:00:00\\u005a',
    '\0'.repeat(70),
  ]) {
    expect(time(odd)).toBe(5_000_000_000n);
  }
});
