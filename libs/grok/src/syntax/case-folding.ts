import { type CharSet, charSet } from './char-set.ts';

/**
 * Where letters with two cases live; outside of these ranges no code point has a partner.
 * Source: Unicode's CaseFolding.txt, statuses C and S.
 */
const CASED = [
  [0x41, 0x587],
  [0x10a0, 0x10ff],
  [0x13a0, 0x13ff],
  [0x1c80, 0x1cbf],
  [0x1d79, 0x1d8e],
  [0x1e00, 0x1fff],
  [0x2126, 0x2188],
  [0x24b6, 0x24e9],
  [0x2c00, 0x2d2d],
  [0xa640, 0xa7ff],
  [0xab53, 0xabbf],
  [0xff21, 0xff5a],
  [0x10400, 0x105bf],
  [0x10c80, 0x10d8f],
  [0x118a0, 0x118df],
  [0x16e40, 0x16eff],
  [0x1e900, 0x1e943],
] as const;

/** The dotted and the dotless i fold to nothing but themselves outside of Turkic languages. */
const UNFOLDED: ReadonlySet<number> = new Set([0x130, 0x131]);

let table: ReadonlyMap<number, readonly number[]> | undefined;

/** The code points that are the same letter in another case, without the one given. */
export function caseVariants(codePoint: number): readonly number[] {
  if (codePoint < 0x80) return asciiVariants(codePoint);
  table ??= makeTable();
  return table.get(codePoint) ?? [];
}

/** The set and the other cases of everything in it, as RE2's flag `i` adds them. */
export function foldCase(set: CharSet): CharSet {
  const ranges = [...set];
  const [lo, hi] = [set[0] ?? 0, set.at(-1) ?? 0];
  if (hi < 0x80) {
    for (let c = lo; c <= hi; c++) addVariants(ranges, set, c, asciiVariants(c));
    return charSet(ranges);
  }
  table ??= makeTable();
  for (const [c, variants] of table) if (c >= lo && c <= hi) addVariants(ranges, set, c, variants);
  return charSet(ranges);
}

function addVariants(ranges: number[], set: CharSet, codePoint: number, variants: readonly number[]): void {
  if (variants.length === 0) return;
  for (let i = 0; i < set.length; i += 2) {
    if (codePoint < (set[i] as number)) return;
    if (codePoint > (set[i + 1] as number)) continue;
    for (const variant of variants) ranges.push(variant, variant);
    return;
  }
}

/** ASCII alone needs no table: the Kelvin sign and the long s are its only partners beyond. */
function asciiVariants(codePoint: number): readonly number[] {
  const lower = codePoint | 0x20;
  if (lower < 0x61 || lower > 0x7a || codePoint < 0x41) return [];
  const other = codePoint ^ 0x20;
  if (lower === 0x6b) return [other, 0x212a];
  return lower === 0x73 ? [other, 0x17f] : [other];
}

function makeTable(): ReadonlyMap<number, readonly number[]> {
  const orbitOf = new Map<number, Set<number>>();
  const join = (a: number, b: number): void => {
    if (a === b || UNFOLDED.has(a) || UNFOLDED.has(b)) return;
    const one = orbitOf.get(a) ?? new Set([a]);
    for (const member of orbitOf.get(b) ?? [b]) one.add(member);
    for (const member of one) orbitOf.set(member, one);
  };
  for (const [lo, hi] of CASED) {
    for (let c = lo; c <= hi; c++) {
      const letter = String.fromCodePoint(c);
      joinSingle(c, letter.toLowerCase(), join);
      joinSingle(c, letter.toUpperCase(), join);
    }
  }
  return new Map([...orbitOf].map(([c, orbit]) => [c, [...orbit].filter((member) => member !== c)]));
}

function joinSingle(codePoint: number, mapped: string, join: (a: number, b: number) => void): void {
  const other = mapped.codePointAt(0) as number;
  if (mapped.length === (other > 0xffff ? 2 : 1)) join(codePoint, other);
}
