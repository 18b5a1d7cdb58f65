import { ANY, type CharSet, charSet } from './char-set.ts';

/** The general categories as RE2 names them. */
const CATEGORIES: ReadonlySet<string> = new Set(
  'C Cc Cf Co Cs L Ll Lm Lo Lt Lu M Mc Me Mn N Nd Nl No P Pc Pd Pe Pf Pi Po Ps S Sc Sk Sm So Z Zl Zp Zs'.split(' '),
);

/** RE2's C has no unassigned code points, which the category of that name has elsewhere. */
const OTHER = '[\\p{Cc}\\p{Cf}\\p{Co}\\p{Cs}]';

/** Beyond these planes there are private code points alone. */
const SCANNED = [
  [0, 0xd7ff],
  [0xe000, 0x323af],
  [0xe0000, 0xe0fff],
] as const;
const PRIVATE_PLANES = [0xf0000, 0xffffd, 0x100000, 0x10fffd];
const SURROGATES = [0xd800, 0xdfff];

const known = new Map<string, CharSet | null>();
let scanned: string | undefined;

/** The code points of a category (`Lu`) or of a script (`Greek`) or of `Any`; null when RE2 has no such name. */
export function unicodeClass(name: string): CharSet | null {
  const found = known.get(name);
  if (found !== undefined) return found;
  const set = readClass(name);
  known.set(name, set);
  return set;
}

function readClass(name: string): CharSet | null {
  if (name === 'Any') return ANY;
  const source = classSource(name);
  if (source === null) return null;
  const ranges: number[] = [];
  scanned ??= SCANNED.map(([lo, hi]) => codePoints(lo, hi)).join('');
  for (const [run] of scanned.matchAll(new RegExp(`${source}+`, 'gu'))) addRuns(ranges, run);
  if (new RegExp(source, 'u').test(String.fromCodePoint(0xf0000))) ranges.push(...PRIVATE_PLANES);
  if (new RegExp(source, 'u').test('\ud800')) ranges.push(...SURROGATES);
  return charSet(ranges);
}

function classSource(name: string): string | null {
  if (name === 'C') return OTHER;
  if (CATEGORIES.has(name)) return `\\p{${name}}`;
  if (!/^[A-Z][A-Za-z_]+$/.test(name)) return null;
  try {
    return new RegExp(`\\p{Script=${name}}`, 'u').source;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** A run may step over the gap between two scanned stretches. */
function addRuns(ranges: number[], run: string): void {
  let previous = -2;
  for (const letter of run) {
    const c = letter.codePointAt(0) as number;
    if (c === previous + 1) ranges[ranges.length - 1] = c;
    else ranges.push(c, c);
    previous = c;
  }
}

function codePoints(lo: number, hi: number): string {
  const parts: string[] = [];
  for (let from = lo; from <= hi; from += 0x1000) {
    const length = Math.min(0x1000, hi - from + 1);
    parts.push(String.fromCodePoint(...Array.from({ length }, (_, i) => from + i)));
  }
  return parts.join('');
}
