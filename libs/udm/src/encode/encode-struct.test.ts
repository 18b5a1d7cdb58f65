import { describe, expect, it } from 'vitest';
import { mapOf, type Tree } from '../testing/value-of.ts';
import { encodeEvent } from './encode-record.ts';

function additional(tree: Tree): unknown {
  const { json, problems } = encodeEvent(mapOf({ additional: tree }));
  expect(problems).toEqual([]);
  return json['additional'];
}

describe('additional fields become a plain object', () => {
  it('from keys and values of every kind', () => {
    expect(
      additional({
        fields: [
          { key: 'text', value: { string_value: 'a' } },
          { key: 'number', value: { number_value: 1.5 } },
          { key: 'digits', value: { number_value: '1778' } },
          { key: 'flag', value: { bool_value: false } },
          { key: 'nothing', value: { null_value: 0 } },
          { key: 'list', value: { list_value: { values: [{ string_value: 'x' }, { number_value: 0 }] } } },
          { key: 'struct', value: { struct_value: { fields: [{ key: 'k', value: { string_value: '' } }] } } },
        ],
      }),
    ).toEqual({
      text: 'a',
      number: 1.5,
      digits: 1778,
      flag: false,
      nothing: null,
      list: ['x', 0],
      struct: { k: '' },
    });
  });

  it('with the last of equal keys', () => {
    expect(
      additional({
        fields: [
          { key: 'a', value: { string_value: '1' } },
          { key: 'a', value: { string_value: '2' } },
        ],
      }),
    ).toEqual({ a: '2' });
  });

  it('from one field that stands alone, and from a map of fields', () => {
    expect(additional({ fields: { key: 'a', value: { string_value: '1' } } })).toEqual({ a: '1' });
    expect(additional({ fields: { a: { string_value: '1' } } })).toEqual({ a: '1' });
  });

  it('from elements of a list that stand alone', () => {
    expect(additional({ fields: [{ key: 'l', value: { list_value: { values: { string_value: 'x' } } } }] })).toEqual({
      l: ['x'],
    });
    expect(additional({ fields: [{ key: 'l', value: { list_value: '' } }] })).toEqual({ l: [] });
  });

  it('without what was only declared', () => {
    expect(additional({ fields: ['', { key: 'a', value: { string_value: '1' } }] })).toEqual({ a: '1' });
    expect(additional({ fields: '' })).toEqual({});
  });

  it('in which __proto__ is a key like any other', () => {
    const fields = [
      { key: '__proto__', value: { struct_value: { fields: [{ key: 'polluted', value: { bool_value: true } }] } } },
    ];
    const { json } = encodeEvent(mapOf({ additional: { fields } }));
    expect(JSON.stringify(json)).toBe('{"additional":{"__proto__":{"polluted":true}}}');
    expect(Object.getPrototypeOf(json['additional'])).toBe(Object.prototype);
    expect('polluted' in {}).toBe(false);
  });
});

it.each<Tree>([{ key: 'a' }, { key: 'a', value: '' }, { key: 'a', value: {} }])(
  'an additional field without a value is left out with a warning: %j',
  (field) => {
    const { json, problems } = encodeEvent(
      mapOf({ additional: { fields: [field, { key: 'b', value: { string_value: 'x' } }] } }),
    );
    expect(json).toEqual({ additional: { b: 'x' } });
    expect(problems.map((problem) => [problem.severity, problem.code, problem.path])).toEqual([
      ['warning', 'missing_field', 'additional.fields[0]'],
    ]);
  },
);

describe('additional fields that do not fit are told', () => {
  it.each<readonly [name: string, tree: Tree, code: string, path: string]>([
    ['a key without fields', { a: 'x' }, 'unknown_field', 'additional.a'],
    ['a value without its kind', { fields: [{ key: 'a', value: 'x' }] }, 'type_mismatch', 'additional.fields[0].value'],
    [
      'a kind unheard of',
      { fields: [{ key: 'a', value: { text: 'x' } }] },
      'unknown_field',
      'additional.fields[0].value',
    ],
    [
      'a number as text',
      { fields: [{ key: 'a', value: { string_value: 1 } }] },
      'type_mismatch',
      'additional.fields[0].value.string_value',
    ],
    [
      'a key that is a number',
      { fields: [{ key: 1, value: { string_value: 'x' } }] },
      'type_mismatch',
      'additional.fields[0]',
    ],
    ['a text for a field', { fields: ['x'] }, 'type_mismatch', 'additional.fields[0]'],
  ])('%s', (_, tree, code, path) => {
    const { json, problems } = encodeEvent(mapOf({ additional: tree }));
    expect(problems.map((problem) => [problem.code, problem.path])).toEqual([[code, path]]);
    expect(json).toEqual({ additional: {} });
  });

  it('when the whole is no map', () => {
    const { json, problems } = encodeEvent(mapOf({ additional: 'x' }));
    expect(problems.map((problem) => [problem.code, problem.path])).toEqual([['type_mismatch', 'additional']]);
    expect(json).toEqual({});
  });
});
