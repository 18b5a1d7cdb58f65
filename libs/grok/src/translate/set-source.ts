import { type CharSet, charSet, covers, intersect, negate } from '../syntax/char-set.ts';

const BASIC: CharSet = [0, 0xffff];
/** Characters beyond the Basic Multilingual Plane are two of these in a string. */
const HALVES: CharSet = [0xd800, 0xdfff];
const BEYOND: CharSet = [0x10000, 0x10ffff];

/** Whether the set has characters of two units. */
export function isWide(set: CharSet): boolean {
  return (set.at(-1) ?? 0) > 0xffff;
}

/** Whether the set has every character of two units. */
function hasAllBeyond(set: CharSet): boolean {
  return covers(set, BEYOND);
}

/**
 * JavaScript's source for one unit of the set. Of the characters of two units a set that has them all takes each half by
 * itself, and other sets take none.
 */
export function setSource(set: CharSet): string {
  const basic = intersect(set, negate(HALVES));
  return unitSetSource(intersect(hasAllBeyond(set) ? charSet([...basic, ...HALVES]) : basic, BASIC));
}

function unitSetSource(set: CharSet): string {
  if (set.length === 0) return '[]';
  if (set.length === 2 && set[0] === set[1]) return unitSource(set[0] as number, false);
  const rest = intersect(negate(set), BASIC);
  if (rest.length === 0) return '[^]';
  return rest.length < set.length ? `[^${ranges(rest)}]` : `[${ranges(set)}]`;
}

function ranges(set: CharSet): string {
  let source = '';
  for (let i = 0; i < set.length; i += 2) {
    const [lo, hi] = [set[i] as number, set[i + 1] as number];
    source += unitSource(lo, true);
    if (hi > lo) source += `${hi > lo + 1 ? '-' : ''}${unitSource(hi, true)}`;
  }
  return source;
}

function unitSource(unit: number, inClass: boolean): string {
  if (unit < 0x20 || unit > 0x7e) return `\\u${unit.toString(16).padStart(4, '0')}`;
  const letter = String.fromCharCode(unit);
  return (inClass ? /[\\\]^-]/ : /[\\^$.*+?()[\]{}|/]/).test(letter) ? `\\${letter}` : letter;
}
