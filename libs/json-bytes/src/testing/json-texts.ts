import fc from 'fast-check';

const space = fc.stringMatching(/^[ \t\r\n]{0,2}$/);
const character = fc.oneof(
  fc.constantFrom('a', 'b', '_', '1', 'é', '€', '😀', ' ', '{', '}', ':', ','),
  fc.constantFrom(
    '\\"',
    '\\\\',
    '\\/',
    '\\b',
    '\\f',
    '\\n',
    '\\r',
    '\\t',
    '\\u0041',
    '\\ud83d\\ude00',
    '\\ud800',
    '\\u0000',
  ),
);
const jsonString = fc.array(character, { maxLength: 5 }).map((characters) => `"${characters.join('')}"`);
const jsonNumber = fc.stringMatching(/^-?(0|[1-9][0-9]{0,20})(\.[0-9]{1,5})?([eE][+-]?[0-9]{1,3})?$/);

/** Any JSON value as text, with white space where it may stand. */
const { value: jsonValue } = fc.letrec<{ value: string; array: string; object: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.oneof(jsonString, jsonNumber, fc.constantFrom('true', 'false', 'null')),
    tie('array'),
    tie('object'),
  ),
  array: fc
    .tuple(space, fc.array(fc.tuple(space, tie('value'), space), { maxLength: 4 }))
    .map(([only, items]) => `[${items.length === 0 ? only : items.map((parts) => parts.join('')).join()}]`),
  object: objectOf(tie('value'), jsonString).map(({ text }) => text),
}));

export interface JsonObject {
  readonly text: string;
  readonly fields: readonly (readonly [string, string])[];
}

function objectOf(value: fc.Arbitrary<string>, name: fc.Arbitrary<string>): fc.Arbitrary<JsonObject> {
  return fc
    .tuple(space, fc.array(fc.tuple(space, name, space, space, value, space), { maxLength: 5 }))
    .map(([only, parts]) => ({
      text: `{${parts.length === 0 ? only : parts.map(([a, n, b, c, v, d]) => `${a}${n}${b}:${c}${v}${d}`).join()}}`,
      fields: parts.map(([, n, , , v]) => [n, v] as const),
    }));
}

/** A JSON object as text, and its names and values as they stand there. */
export const jsonObject = fc
  .tuple(space, objectOf(jsonValue, fc.oneof(jsonString, fc.constantFrom('"x"', '"y"', '"\\u0078"'))), space)
  .map(([before, object, after]) => ({ ...object, text: `${before}${object.text}${after}` }));

/** What JSON is made of, and what breaks it. */
export const piece = fc.constantFrom(
  '{',
  '}',
  '[',
  ']',
  ':',
  ',',
  '"',
  '\\',
  ' ',
  '\t',
  '\0',
  '-',
  '.',
  '0',
  '1',
  'e',
  'u',
  'true',
  'nul',
  'é',
);
/** JSON, with some changes that may have broken it. */
export const mutated = fc
  .tuple(
    fc.oneof(
      jsonObject.map(({ text }) => text),
      jsonValue,
    ),
    fc.array(fc.tuple(fc.nat(), fc.nat(2), piece), { maxLength: 3 }),
  )
  .map(([text, changes]) =>
    changes.reduce((now, [at, removed, added]) => {
      const place = at % (now.length + 1);
      return `${now.slice(0, place)}${added}${now.slice(place + removed)}`;
    }, text),
  );
