import { type CharSet, covers, intersect, negate } from '../syntax/char-set.ts';

/**
 * How characters beyond the Basic Multilingual Plane, two units each in a string, are matched.
 * `units`: a set that has them all takes each half by itself, other sets take none of them. `pairs`: exactly, in
 * well-formed text.
 */
export type Planes = 'units' | 'pairs';

const BASIC: CharSet = [0, 0xffff];
const BASIC_WITHOUT_HALVES: CharSet = [0, 0xd7ff, 0xe000, 0xffff];
const BEYOND: CharSet = [0x10000, 0x10ffff];

/** Whether the set has characters of two units. */
export function isWide(set: CharSet): boolean {
  return (set.at(-1) ?? 0) > 0xffff;
}

/** Whether the set has every character of two units. */
export function hasAllBeyond(set: CharSet): boolean {
  return covers(set, BEYOND);
}

/** JavaScript's source for one character of the set; `atomic` when a repeat may follow it as it stands. */
export function setSource(set: CharSet, planes: Planes): { source: string; atomic: boolean } {
  if (!isWide(set)) return { source: basicSource(intersect(set, BASIC_WITHOUT_HALVES)), atomic: true };
  if (planes === 'units') {
    const units = hasAllBeyond(set)
      ? [...intersect(set, [0, 0xd7ff]), 0xd800, 0xdfff, ...intersect(set, [0xe000, 0xffff])]
      : intersect(set, BASIC_WITHOUT_HALVES);
    return { source: basicSource(joined(units)), atomic: true };
  }
  const branches = pairSources(intersect(set, BEYOND));
  const basic = intersect(set, BASIC_WITHOUT_HALVES);
  if (basic.length > 0) branches.unshift(basicSource(basic));
  return { source: branches.join('|'), atomic: false };
}

function joined(ranges: readonly number[]): CharSet {
  const set: number[] = [];
  for (let i = 0; i < ranges.length; i += 2) {
    if (set.length > 0 && (set.at(-1) as number) + 1 === ranges[i]) set[set.length - 1] = ranges[i + 1] as number;
    else set.push(ranges[i] as number, ranges[i + 1] as number);
  }
  return set;
}

function basicSource(set: CharSet): string {
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

/** The halves of the characters, in as few alternatives as the ranges allow. */
function pairSources(set: CharSet): string[] {
  const sources: string[] = [];
  for (let i = 0; i < set.length; i += 2) {
    let lo = set[i] as number;
    const end = set[i + 1] as number;
    while (lo <= end) {
      const [high, low] = halves(lo);
      const [endHigh, endLow] = halves(end);
      let lastHigh = high;
      let lastLow = 0xdfff;
      if (low !== 0xdc00 || high === endHigh) lastLow = high === endHigh ? endLow : 0xdfff;
      else lastHigh = endLow === 0xdfff ? endHigh : endHigh - 1;
      sources.push(`${basicSource([high, lastHigh])}${basicSource([low, lastLow])}`);
      lo = (lastHigh - 0xd800) * 0x400 + (lastLow - 0xdc00) + 0x10001;
    }
  }
  return sources;
}

function halves(codePoint: number): [number, number] {
  const rest = codePoint - 0x10000;
  return [0xd800 + (rest >> 10), 0xdc00 + (rest & 0x3ff)];
}
