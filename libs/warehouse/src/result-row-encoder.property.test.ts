import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TYPED_FIELDS } from './columns.ts';
import { ResultRowEncoder } from './result-row-encoder.ts';

interface Row {
  readonly value: Buffer;
  readonly extra: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  readonly arrivedAtMs: bigint;
}

/** Reads RowBinary as ClickHouse describes it. */
function decode(bytes: Buffer): Row[] {
  const rows: Row[] = [];
  let at = 0;
  const string = (): Buffer => {
    let length = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++] as number;
      length += (byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    at += length;
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
    const value = string();
    const extra = string().toString();
    const topic = string().toString();
    const [partition, offset, arrivedAtMs] = [
      bytes.readUInt32LE(at),
      bytes.readBigUInt64LE(at + 4),
      bytes.readBigInt64LE(at + 12),
    ];
    at += 20;
    rows.push({ value, extra, topic, partition, offset, arrivedAtMs });
  }
  return rows;
}

const place = fc.record({
  offset: fc.maxSafeNat(),
  arrivedAtMs: fc.integer({ min: -4_102_444_800_000, max: 4_102_444_800_000 }),
});

test('each row is its record, byte for byte, with its place', () => {
  const records = fc.array(fc.tuple(fc.uint8Array({ maxLength: 400 }), place), { minLength: 1 });
  fc.assert(
    fc.property(records, fc.nat(0xffff_ffff), (given, partition) => {
      const encoder = new ResultRowEncoder('logweave.correlated', partition, 16);
      for (const [value, { offset, arrivedAtMs }] of given) encoder.add({ value, offset, timestampMs: arrivedAtMs });
      expect(encoder.rows).toBe(given.length);
      const wanted = given.map(([value, { offset, arrivedAtMs }]) => ({
        value: Buffer.from(value),
        topic: 'logweave.correlated',
        partition,
        offset: BigInt(offset),
        arrivedAtMs: BigInt(arrivedAtMs),
      }));
      expect(decode(encoder.take())).toMatchObject(wanted);
    }),
  );
});

const name = fc.oneof(
  fc.constantFrom(...TYPED_FIELDS, 'src_ip.x', 'Src_ip', 'src_i', 'header_user_agent', ''),
  fc.string({ unit: 'binary', maxLength: 8 }),
);

test('beside it stand its fields without a column of their own, in their order', () => {
  const fields = fc.array(fc.tuple(name, fc.jsonValue()), { maxLength: 12 });
  const space = fc.constantFrom('', ' ', '\n\t');
  fc.assert(
    fc.property(fc.array(fc.tuple(fields, space)), (objects) => {
      const write = (of: readonly (readonly [string, unknown])[], gap: string): string =>
        `{${gap}${of.map(([key, value]) => `${JSON.stringify(key)}:${gap}${JSON.stringify(value)}`).join(`${gap},`)}}`;
      const encoder = new ResultRowEncoder('t', 0);
      objects.forEach(([object, gap], i) =>
        encoder.add({ value: Buffer.from(write(object, gap)), offset: i, timestampMs: 0 }),
      );
      const extras = decode(encoder.take()).map((row) => row.extra);
      const wanted = objects.map(([object]) =>
        write(
          object.filter(([key]) => !TYPED_FIELDS.includes(key)),
          '',
        ),
      );
      // White space between two fields that stay comes along; outside of strings it means nothing.
      expect(extras.map((text) => tokens(text))).toEqual(wanted.map((text) => tokens(text)));
    }),
  );
});

/** JSON without the white space around its tokens. */
function tokens(json: string): string {
  return json.replaceAll(/("(?:[^"\\]|\\.)*")|\s+/g, '$1');
}

test('an escaped name is known for what it is', () => {
  const encoder = new ResultRowEncoder('t', 0);
  encoder.add({ value: Buffer.from('{"src\\u005fip":1,"\\u0061":2}'), offset: 0, timestampMs: 0 });
  expect(decode(encoder.take())[0]?.extra).toBe('{"\\u0061":2}');
});

test('what is no JSON object has nothing beside it', () => {
  const encoder = new ResultRowEncoder('t', 0);
  const odd = ['', '[1]', 'null', '{"a":1', '{"a":01}', '{"a":1}x', `{"a":${'['.repeat(70)}${']'.repeat(70)}}`];
  odd.forEach((text, i) => encoder.add({ value: Buffer.from(text), offset: i, timestampMs: 0 }));
  expect(decode(encoder.take()).map((row) => row.extra)).toEqual(odd.map(() => ''));
});

test('rows that were taken do not change when the encoder goes on', () => {
  const encoder = new ResultRowEncoder('t', 0);
  encoder.add({ value: Buffer.from('a'), offset: 1, timestampMs: 0 });
  const first = encoder.take();
  const before = Buffer.from(first);
  encoder.add({ value: Buffer.from('b'.repeat(1000)), offset: 2, timestampMs: 0 });
  encoder.take();
  expect(first).toEqual(before);
  expect(encoder.rows).toBe(0);
});
