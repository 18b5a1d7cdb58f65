/**
 * A set of code points as sorted, disjoint, non-adjacent ranges in one flat list: `[lo, hi, lo, hi, …]`, both ends
 * included.
 */
export type CharSet = readonly number[];

export const MAX_CODE_POINT = 0x10ffff;
export const ANY: CharSet = [0, MAX_CODE_POINT];

/** The set of the ranges, which may overlap and stand in any order. */
export function charSet(ranges: readonly number[]): CharSet {
  const order: [number, number][] = [];
  for (let i = 0; i < ranges.length; i += 2) order.push([ranges[i] as number, ranges[i + 1] as number]);
  order.sort((a, b) => a[0] - b[0]);
  const set: number[] = [];
  for (const [lo, hi] of order) {
    const last = set.at(-1);
    if (last !== undefined && lo <= last + 1) set[set.length - 1] = Math.max(last, hi);
    else set.push(lo, hi);
  }
  return set;
}

export function negate(set: CharSet): CharSet {
  const rest: number[] = [];
  let next = 0;
  for (let i = 0; i < set.length; i += 2) {
    const lo = set[i] as number;
    if (lo > next) rest.push(next, lo - 1);
    next = (set[i + 1] as number) + 1;
  }
  if (next <= MAX_CODE_POINT) rest.push(next, MAX_CODE_POINT);
  return rest;
}

export function intersect(a: CharSet, b: CharSet): CharSet {
  const common: number[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    const lo = Math.max(a[i] as number, b[j] as number);
    const hi = Math.min(a[i + 1] as number, b[j + 1] as number);
    if (lo <= hi) common.push(lo, hi);
    if ((a[i + 1] as number) < (b[j + 1] as number)) i += 2;
    else j += 2;
  }
  return common;
}

export function includes(set: CharSet, codePoint: number): boolean {
  for (let i = 0; i < set.length; i += 2) {
    if (codePoint < (set[i] as number)) return false;
    if (codePoint <= (set[i + 1] as number)) return true;
  }
  return false;
}

/** Whether every code point of `part` is in `set`. */
export function covers(set: CharSet, part: CharSet): boolean {
  return sameSet(intersect(set, part), part);
}

function sameSet(a: CharSet, b: CharSet): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}
