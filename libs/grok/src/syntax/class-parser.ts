import { foldCase } from './case-folding.ts';
import { type CharSet, charSet, negate } from './char-set.ts';
import { readEscapedCharacter } from './escape.ts';
import { PERL_CLASSES, POSIX_CLASSES } from './named-class.ts';
import { RegExpSyntaxError } from './syntax-error.ts';
import { unicodeClass } from './unicode-class.ts';

/** A class and the offset behind it. */
export interface ReadClass {
  readonly set: CharSet;
  readonly end: number;
}

/**
 * The bracket expression that begins at `start`.
 * @throws RegExpSyntaxError
 */
export function readBracketClass(source: string, start: number, fold: boolean): ReadClass {
  let at = start + 1;
  const negated = source[at] === '^';
  if (negated) at++;
  const ranges: number[] = [];
  for (let first = true; first || source[at] !== ']'; first = false) {
    const named = readPosixClass(source, at, fold) ?? readEscapedClass(source, at, fold);
    if (named !== null) {
      ranges.push(...named.set);
      at = named.end;
      continue;
    }
    const lo = readClassCharacter(source, at, start);
    let hi = lo;
    if (source[lo.end] === '-' && lo.end + 1 < source.length && source[lo.end + 1] !== ']') {
      hi = readClassCharacter(source, lo.end + 1, start);
      if (hi.codePoint < lo.codePoint) {
        throw new RegExpSyntaxError(
          'invalid character class range',
          source.slice(at, hi.end),
          at,
          'the range is reversed',
        );
      }
    }
    const range = [lo.codePoint, hi.codePoint];
    ranges.push(...(fold ? foldCase(range) : range));
    at = hi.end;
  }
  const set = charSet(ranges);
  return { set: negated ? negate(set) : set, end: at + 1 };
}

/** `\d`, `\S`, `\pL`, `\P{Greek}` and the like at the offset; null when something else stands there. */
export function readEscapedClass(source: string, at: number, fold: boolean): ReadClass | null {
  if (source[at] !== '\\') return null;
  const letter = source[at + 1] ?? '';
  const perl = PERL_CLASSES.get(letter.toLowerCase());
  if (perl !== undefined) {
    const set = fold ? foldCase(perl) : perl;
    return { set: letter === letter.toLowerCase() ? set : negate(set), end: at + 2 };
  }
  return letter === 'p' || letter === 'P' ? readUnicodeClass(source, at, fold) : null;
}

function readUnicodeClass(source: string, at: number, fold: boolean): ReadClass {
  const hint = 'known are the general categories, as in \\pL and \\p{Lu}, and the scripts, as in \\p{Greek}';
  const first = source.codePointAt(at + 2);
  if (first === undefined) throw new RegExpSyntaxError('invalid character class range', source.slice(at), at, hint);
  let name = String.fromCodePoint(first);
  let end = at + 2 + name.length;
  if (name === '{') {
    const close = source.indexOf('}', at);
    if (close === -1)
      throw new RegExpSyntaxError('invalid character class range', source.slice(at), at, 'a } is missing');
    name = source.slice(at + 3, close);
    end = close + 1;
  }
  const inverted = name.startsWith('^') && end > at + 3;
  const set = unicodeClass(inverted ? name.slice(1) : name);
  if (set === null) throw new RegExpSyntaxError('invalid character class range', source.slice(at, end), at, hint);
  const folded = fold ? foldCase(set) : set;
  return { set: inverted === (source[at + 1] === 'P') ? folded : negate(folded), end };
}

function readPosixClass(source: string, at: number, fold: boolean): ReadClass | null {
  if (!source.startsWith('[:', at)) return null;
  const close = source.indexOf(':]', at + 2);
  if (close === -1) return null;
  const end = close + 2;
  const inverted = source[at + 2] === '^';
  const set = POSIX_CLASSES.get(source.slice(at + (inverted ? 3 : 2), close));
  if (set === undefined) {
    const hint = `known names are ${[...POSIX_CLASSES.keys()].join(', ')}`;
    throw new RegExpSyntaxError('invalid character class range', source.slice(at, end), at, hint);
  }
  const folded = fold ? foldCase(set) : set;
  return { set: inverted ? negate(folded) : folded, end };
}

function readClassCharacter(source: string, at: number, classStart: number): { codePoint: number; end: number } {
  const codePoint = source.codePointAt(at);
  if (codePoint === undefined) throw new RegExpSyntaxError('missing closing ]', source.slice(classStart), classStart);
  if (codePoint === 0x5c) return readEscapedCharacter(source, at);
  return { codePoint, end: at + (codePoint > 0xffff ? 2 : 1) };
}
