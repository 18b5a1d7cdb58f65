import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteReader, ByteWriter } from './protocol-bytes.ts';

const text = fc.option(fc.string({ unit: 'binary', maxLength: 200 }));

describe('the bytes of requests and answers', () => {
  it('are read as they were written, however small the buffer was at first', () => {
    const fields = fc.record({
      int16: fc.integer({ min: -(2 ** 15), max: 2 ** 15 - 1 }),
      int32: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
      int64: fc.maxSafeInteger(),
      unsigned: fc.oneof(fc.nat(300), fc.nat(2 ** 31 - 1)),
      text,
      items: fc.array(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), { maxLength: 200 }),
      raw: fc.uint8Array({ maxLength: 300 }),
    });
    fc.assert(
      fc.property(fc.nat(64), fields, (expectedBytes, { int16, int32, int64, unsigned, text, items, raw }) => {
        const output = new ByteWriter(expectedBytes).int8(1).int16(int16).int32(int32).int64(int64).uvarint(unsigned);
        output.string(text).compactString(text);
        output.array(items, (item) => void output.int32(item)).compactArray(items, (item) => void output.int32(item));
        const bytes = output.uvarint(0).int32(raw.length).raw(Buffer.from(raw)).raw(Buffer.from(raw)).finish();
        const input = new ByteReader(bytes);
        expect(input.boolean()).toBe(true);
        expect([input.int16(), input.int32(), input.int64(), input.uvarint()]).toEqual([int16, int32, int64, unsigned]);
        expect([input.string(), input.compactString()]).toEqual([text, text]);
        expect([input.array(() => input.int32()), input.compactArray(() => input.int32())]).toEqual([items, items]);
        input.skipTags();
        expect(input.bytes()).toEqual(Buffer.from(raw));
        expect(input.rest()).toEqual(Buffer.from(raw));
      }),
    );
  });

  it('are those of the protocol', () => {
    const output = new ByteWriter(0).int16(-2).int32(1).int64(-1).string('é').string(null).uvarint(300);
    output
      .compactString('ab')
      .compactString(null)
      .array(['x'], (item) => void output.string(item));
    expect(output.finish().toString('hex')).toBe(
      ['fffe', '00000001', 'ffffffffffffffff', '0002c3a9', 'ffff', 'ac02', '036162', '00', '00000001', '000178'].join(
        '',
      ),
    );
  });

  it('passes over tagged fields that nobody knows', () => {
    const input = new ByteReader(Buffer.from('020002aabb0103cccccc07', 'hex'));
    input.skipTags();
    expect(input.rest()).toEqual(Buffer.from('07', 'hex'));
  });

  it('that end too early are an error, whatever was asked for', () => {
    const whole = new ByteWriter(0).string('text').int64(5).compactString('text').finish();
    for (let length = 0; length < whole.length; length++) {
      const input = new ByteReader(whole.subarray(0, length));
      expect(() => [input.string(), input.int64(), input.compactString()]).toThrow(RangeError);
    }
  });
});
