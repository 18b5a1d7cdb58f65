import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RowEncoder } from './row-encoder.ts';

const text = (bytes: Uint8Array): string => new TextDecoder('utf-8', { fatal: true }).decode(bytes);

test('each row is the JSON of its record, for any text', () => {
  const record = fc.record({
    value: fc.string({ unit: 'binary' }),
    offset: fc.nat(),
    arrivedAtMs: fc.nat(4_102_444_800_000),
  });
  fc.assert(
    fc.property(fc.array(record, { minLength: 1 }), (records) => {
      const encoder = new RowEncoder('logweave.correlated', 3, 16);
      for (const { value, offset, arrivedAtMs } of records) encoder.add(Buffer.from(value), offset, arrivedAtMs);
      expect(encoder.rows).toBe(records.length);
      const lines = text(encoder.take()).split('\n');
      expect(lines.pop()).toBe('');
      expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(
        records.map(({ value, offset, arrivedAtMs }) => ({
          raw_json: value,
          _topic: 'logweave.correlated',
          _partition: 3,
          _offset: offset,
          _arrived_at: (arrivedAtMs / 1000).toFixed(3),
        })),
      );
    }),
  );
});

test('bytes that are no UTF-8 pass as they are, and every control character is escaped', () => {
  const encoder = new RowEncoder('t', 0);
  encoder.add(
    Uint8Array.from({ length: 256 }, (_, i) => i),
    1,
    0,
  );
  const row = encoder.take();
  const start = row.indexOf('":"') + 3;
  const end = row.indexOf('","_topic"');
  const escaped = row.subarray(start, end);
  expect(escaped.filter((byte) => byte < 32)).toEqual(Buffer.alloc(0));
  // In latin1 every byte is one character, so the parsed string has the original bytes.
  expect(Buffer.from(JSON.parse(`"${escaped.toString('latin1')}"`) as string, 'latin1')).toEqual(
    Buffer.from(Array.from({ length: 256 }, (_, i) => i)),
  );
});

test('rows that were taken do not change when the encoder goes on', () => {
  const encoder = new RowEncoder('t', 0);
  encoder.add(Buffer.from('a'), 1, 0);
  const first = encoder.take();
  const before = Buffer.from(first);
  encoder.add(Buffer.from('b'.repeat(1000)), 2, 0);
  encoder.take();
  expect(first).toEqual(before);
  expect(encoder.rows).toBe(0);
});
