import { type CharSet, includes } from '../syntax/char-set.ts';
import type { Program } from './program.ts';

const WORD: CharSet = [0x30, 0x39, 0x41, 0x5a, 0x5f, 0x5f, 0x61, 0x7a];
const NEWLINE: CharSet = [10, 10];
const TABLE_SIZE = 0x180;

/** The characters in as few classes as a program tells apart. */
export interface Alphabet {
  /** How many classes there are; this number itself stands for the lack of a character, at either end of the text. */
  readonly size: number;
  classOf(codePoint: number): number;
  /** Whether the set, by its number in the program, has the characters of the class. */
  inSet(set: number, charClass: number): boolean;
  isWord(charClass: number): boolean;
  isNewline(charClass: number): boolean;
}

export function createAlphabet(program: Program): Alphabet {
  const sets = [...program.sets, WORD, NEWLINE];
  const bounds = new Set([0]);
  for (const set of sets) {
    for (let i = 0; i < set.length; i += 2) bounds.add(set[i] as number).add((set[i + 1] as number) + 1);
  }
  const starts = Int32Array.from([...bounds].sort((a, b) => a - b));
  const classes = new Map<string, number>();
  const members: boolean[][] = [];
  const classAt = Int32Array.from(starts, (start) => {
    const membership = sets.map((set) => includes(set, start));
    const key = membership.map(Number).join('');
    const known = classes.get(key);
    if (known !== undefined) return known;
    members.push(membership);
    classes.set(key, members.length - 1);
    return members.length - 1;
  });
  const size = members.length;
  const inSets = sets.map((_, set) =>
    Uint8Array.from({ length: size + 1 }, (_, k) => Number(members[k]?.[set] ?? false)),
  );
  const search = (codePoint: number): number => {
    let [lo, hi] = [0, starts.length - 1];
    while (lo < hi) {
      const middle = (lo + hi + 1) >> 1;
      if ((starts[middle] as number) <= codePoint) lo = middle;
      else hi = middle - 1;
    }
    return classAt[lo] as number;
  };
  const table = Uint16Array.from({ length: TABLE_SIZE }, (_, codePoint) => search(codePoint));
  const inSet = (set: number, charClass: number): boolean => (inSets[set] as Uint8Array)[charClass] === 1;
  return {
    size,
    classOf: (codePoint) => (codePoint < TABLE_SIZE ? (table[codePoint] as number) : search(codePoint)),
    inSet,
    isWord: (charClass) => inSet(program.sets.length, charClass),
    isNewline: (charClass) => inSet(program.sets.length + 1, charClass),
  };
}
