import fc from 'fast-check';

/** Characters that engines are known to disagree on, among plain ones. */
const LETTERS = ['a', 'b', 'c', 'k', 's', 'K', '1', '_', ' ', '\n', '\r', '\t', '\v', '\u0085', '\u2028', '-', '.'];
const FOLDING = ['\u0130', '\u0131', '\u017f', '\u212a', '\u00df', '\u1e9e', 'é', 'É', 'σ', 'ς', 'Σ'];
const BEYOND = ['😀', '𐐀', '𐐨', '\u{10ffff}'];

// biome-ignore format: one kind a line
const ATOMS = [
  'a', 'b', 'c', 'k', 's', '1', ' ', '\\n', '\\.', '-',
  '.', '(?s:.)', '\\d', '\\D', '\\s', '\\S', '\\w', '\\W', '\\pL', '\\PL', '\\p{Greek}', '\\p{Lu}', '\\pN',
  '[abc]', '[^a]', '[a-c1]', '[^\\n]', '[[:alpha:]]', '[^[:space:]]', '[\\s\\d]', '[\\x{1F600}]', '[^😀]', '[é-σ]',
  '^', '$', '\\A', '\\z', '\\b', '\\B', '(?m:^)', '(?m:$)',
  'é', 'σ', 'ſ', 'K', 'İ', 'ı', '😀', '𐐀', '\\x{17F}', '[\\x{10400}-\\x{1F600}]', '[^\\x00-\\x{10FFFF}]',
] as const;

const REPEATS = ['*', '+', '?', '*?', '+?', '??', '{2}', '{1,3}', '{0,2}?', '{2,}', '{0,20}', '{17}'] as const;
const GROUPS = ['(', '(', '(?:', '(?:', '(?i:', '(?U:', '(?m:', '(?s:', '(?P<n>'] as const;

/** Expressions of RE2 syntax, nested groups and loops over nothing among them. */
export const regExpSource: fc.Arbitrary<string> = fc
  .tuple(
    fc.constantFrom('', '', '', '(?i)', '(?m)', '(?s)', '(?U)'),
    fc.letrec<{ expression: string; sequence: string; item: string }>((tie) => ({
      expression: fc.oneof(
        { maxDepth: 2, withCrossShrink: true },
        tie('sequence'),
        fc.tuple(tie('sequence'), tie('sequence')).map(([a, b]) => `${a}|${b}`),
      ),
      sequence: fc.array(tie('item'), { maxLength: 3 }).map((items) => items.join('')),
      item: fc.oneof(
        { maxDepth: 2, withCrossShrink: true },
        fc.constantFrom(...ATOMS),
        fc.tuple(fc.constantFrom(...ATOMS), fc.constantFrom(...REPEATS)).map(([atom, repeat]) => atom + repeat),
        fc.tuple(fc.constantFrom(...GROUPS), tie('expression')).map(([open, inner]) => `${open}${inner})`),
        fc
          .tuple(fc.constantFrom(...GROUPS), tie('expression'), fc.constantFrom(...REPEATS))
          .map(([open, inner, repeat]) => `${open}${inner})${repeat}`),
      ),
    })).expression,
  )
  .map(([flags, source]) => flags + source);

export const text: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      { weight: 8, arbitrary: fc.constantFrom(...LETTERS) },
      { weight: 2, arbitrary: fc.constantFrom(...FOLDING) },
      { weight: 1, arbitrary: fc.constantFrom(...BEYOND) },
    ),
    { maxLength: 24 },
  )
  .map((letters) => letters.join(''));
