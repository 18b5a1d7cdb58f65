import fc from 'fast-check';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { expect, it } from 'vitest';
import { stringify } from 'yaml';
import { loadConfig } from './load-config.ts';

const inner = Type.Object(
  {
    text: Type.String({ minLength: 1, maxLength: 3, pattern: '^[a-c]*$' }),
    number: Type.Number({ minimum: -1, exclusiveMaximum: 3 }),
    choice: Type.Optional(Type.Enum(['x', 'y'])),
  },
  { additionalProperties: false },
);
const schema = Type.Object(
  {
    a: Type.Integer({ minimum: 0, maximum: 2 }),
    b: Type.Union([Type.String({ minLength: 1 }), Type.Integer({ exclusiveMinimum: 0 }), Type.Null()]),
    c: Type.Array(Type.Boolean(), { minItems: 1, maxItems: 2, uniqueItems: true }),
    d: Type.Union([inner, Type.Null()]),
    e: Type.Optional(inner),
    f: Type.Union([Type.Literal('on'), Type.Literal(1), Type.Null()]),
  },
  { additionalProperties: false },
);

const scalar = fc.oneof(
  fc.constantFrom<unknown>(null, true, false, 'x', 'y', 'on', '', 'a', 'abca', 1),
  fc.integer({ min: -2, max: 4 }),
  fc.double({ min: -2, max: 4, noNaN: true }),
);
const innerValue = fc.record(
  { text: fc.constantFrom<unknown>('a', 'abc', 'abcd', 'd', '', 1), number: scalar, choice: scalar, extra: scalar },
  { requiredKeys: [] },
);
const anyValue = fc.oneof(scalar, innerValue, fc.array(scalar, { maxLength: 3 }));
/** Mostly right, so that whole configurations are right often enough. */
const mostly = (right: fc.Arbitrary<unknown>) =>
  fc.oneof({ weight: 8, arbitrary: right }, { weight: 1, arbitrary: anyValue });
const rightInner = fc.record(
  {
    text: mostly(fc.constantFrom('a', 'abc')),
    number: mostly(fc.constantFrom(-1, 0, 2.5)),
    choice: mostly(fc.constantFrom('x', 'y')),
  },
  { requiredKeys: ['text', 'number'] },
);
const config = fc.record(
  {
    a: mostly(fc.integer({ min: 0, max: 2 })),
    b: mostly(fc.constantFrom<unknown>('x', 1, null)),
    c: mostly(fc.constantFrom([true], [true, false])),
    d: mostly(fc.oneof(fc.constant(null), rightInner)),
    e: mostly(rightInner),
    f: mostly(fc.constantFrom<unknown>('on', 1, null)),
  },
  { requiredKeys: ['a', 'b', 'c', 'd', 'f'] },
);

it('takes exactly what the schema library takes, and takes it over unchanged', () => {
  let taken = 0;
  fc.assert(
    fc.property(config, (value) => {
      const result = loadConfig(schema, {
        text: stringify(value),
        file: 'c.yml',
        whenEmpty: '',
        env: {},
        readFile: () => '',
      });
      expect(result.kind).toBe(Value.Check(schema, value) ? 'loaded' : 'refused');
      if (result.kind === 'loaded') {
        taken++;
        expect(result.value).toEqual(value);
      }
    }),
    { numRuns: 2000 },
  );
  expect(taken).toBeGreaterThan(200);
});
