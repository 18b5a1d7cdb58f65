import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeSpoolRecord, encodeSpoolRecord } from './spool-record.ts';

const content = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes));
const name = fc.string({ unit: 'grapheme-ascii', maxLength: 20 });

test('a record comes out of the spool as it went in', () => {
  fc.assert(
    fc.property(
      fc.record({
        topic: name,
        partition: fc.nat(),
        inDoubtFrom: fc.option(fc.maxSafeNat()),
        record: fc.record({
          key: fc.option(content),
          value: fc.option(content),
          headers: fc.array(fc.record({ name, value: content }), { maxLength: 3 }),
          timestampMs: fc.maxSafeInteger(),
        }),
      }),
      (record) => {
        expect(decodeSpoolRecord(encodeSpoolRecord(record))).toEqual(record);
      },
    ),
  );
});

test('a record of a kind that does not exist is refused', () => {
  const bytes = encodeSpoolRecord({
    topic: 't',
    partition: 0,
    inDoubtFrom: null,
    record: { key: null, value: null, headers: [], timestampMs: 0 },
  });
  bytes[0] = 3;
  expect(() => decodeSpoolRecord(bytes)).toThrow('unknown kind, 3');
});
