import fc from 'fast-check';
import type { FieldSchema, FieldType, MessageSchema, ScalarType } from '../schema/schema.ts';
import { ExactNumber, type Value, type ValueMap } from '../value.ts';

const INTEGERS: Readonly<Record<'int32' | 'uint32' | 'int64' | 'uint64', readonly [min: bigint, max: bigint]>> = {
  int32: [-(2n ** 31n), 2n ** 31n - 1n],
  uint32: [0n, 2n ** 32n - 1n],
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
  uint64: [0n, 2n ** 64n - 1n],
};

function integer(type: keyof typeof INTEGERS): fc.Arbitrary<Value> {
  const [min, max] = INTEGERS[type];
  return fc
    .tuple(fc.bigInt({ min, max }), fc.boolean())
    .map(([value, asText]) => (asText ? String(value) : new ExactNumber(String(value))));
}

function scalar(type: ScalarType): fc.Arbitrary<Value> {
  switch (type) {
    case 'string':
    case 'bytes':
      return fc.string({ unit: 'grapheme', maxLength: 8 });
    case 'bool':
      return fc.constantFrom<Value>(true, false, 'true', 'false');
    case 'float':
      return fc.float();
    case 'double':
      return fc.double();
    case 'int32':
    case 'uint32':
    case 'int64':
    case 'uint64':
      return integer(type);
    default:
      return type satisfies never;
  }
}

const timestamp = fc
  .record({ seconds: fc.integer({ min: -62_135_596_800, max: 253_402_300_799 }), nanos: fc.nat(999_999_999) })
  .map(
    ({ seconds, nanos }): Value =>
      new Map<string, Value>([
        ['seconds', seconds],
        ['nanos', nanos],
      ]),
  );

const duration = fc
  .record({ seconds: fc.nat(315_576_000_000), nanos: fc.nat(999_999_999), negative: fc.boolean() })
  .map(({ seconds, nanos, negative }): Value => {
    const sign = negative ? -1 : 1;
    return new Map<string, Value>([
      ['seconds', seconds * sign || 0],
      ['nanos', nanos * sign || 0],
    ]);
  });

const struct = fc
  .array(
    fc.tuple(
      fc.oneof(fc.string(), fc.constant('__proto__')),
      fc.oneof(fc.string(), fc.double({ noNaN: true }), fc.boolean()),
    ),
    {
      maxLength: 4,
    },
  )
  .map((fields): Value => {
    const list = fields.map(([key, value]): Value => {
      const kind =
        typeof value === 'string' ? 'string_value' : typeof value === 'number' ? 'number_value' : 'bool_value';
      return new Map<string, Value>([
        ['key', key],
        ['value', new Map<string, Value>([[kind, value]])],
      ]);
    });
    return new Map<string, Value>([['fields', list]]);
  });

function valueOf(type: FieldType, depth: number): fc.Arbitrary<Value> {
  switch (type.kind) {
    case 'scalar':
      return scalar(type.scalar);
    case 'enum':
      return fc.constantFrom(...type.enum.numbers.keys());
    case 'timestamp':
      return timestamp;
    case 'duration':
      return duration;
    case 'struct':
      return struct;
    case 'message':
      return arbitraryMessage(type.message, depth);
    case 'map':
      return fc
        .array(fc.tuple(fc.string({ minLength: 1 }), arbitraryMessage(type.message, depth)), { maxLength: 2 })
        .map((entries): Value => new Map<string, Value>(entries));
    default:
      return type satisfies never;
  }
}

function fieldOf(field: FieldSchema, depth: number): fc.Arbitrary<readonly [string, Value]> {
  const one = valueOf(field.type, depth);
  const value = field.repeated ? fc.oneof(one, fc.array(one, { maxLength: 3 })) : one;
  return fc.tuple(fc.constantFrom(field.name, field.json), value);
}

/** Builder trees that fit a message of the schema, few fields at each of so many levels. */
export function arbitraryMessage(schema: MessageSchema, depth: number): fc.Arbitrary<ValueMap> {
  if (depth === 0 || schema.list.length === 0) return fc.constant(new Map());
  return fc.uniqueArray(fc.nat(schema.list.length - 1), { maxLength: 4 }).chain((indexes) => {
    const fields = indexes.map((index) => fieldOf(schema.list[index] as FieldSchema, depth - 1));
    return fc.tuple(...fields).map((entries) => new Map<string, Value>(entries));
  });
}

/** Builder trees of anything, with names of fields among the keys. */
export function arbitraryJunk(schema: MessageSchema): fc.Arbitrary<ValueMap> {
  const names = [
    'principal',
    'ip',
    'fields',
    'key',
    'value',
    'seconds',
    'string_value',
    'list_value',
    'values',
    '__proto__',
  ];
  const key = fc.oneof(fc.constantFrom(...schema.list.map((field) => field.name), ...names), fc.string());
  const { map } = fc.letrec<{ value: Value; map: ValueMap }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      fc.string(),
      fc.double(),
      fc.boolean(),
      fc.constantFrom<Value>('', null, 0, 'UNKNOWN_ACTION', new ExactNumber('1e400')),
      tie('map'),
      fc.array(tie('value'), { maxLength: 3 }),
    ),
    map: fc.array(fc.tuple(key, tie('value')), { maxLength: 5 }).map((entries) => new Map<string, Value>(entries)),
  }));
  return map;
}
