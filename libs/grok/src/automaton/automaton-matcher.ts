import type { Match, Matcher } from '../matcher.ts';
import type { Node } from '../syntax/node.ts';
import { createAlphabet } from './alphabet.ts';
import { BackwardStates } from './backward-states.ts';
import { ForwardPath } from './forward-path.ts';
import { compileProgram } from './program.ts';
import { createPasses } from './surroundings.ts';

/** Noted between the halves of a character, where no match begins. */
const WITHIN = -2;

/**
 * What a search notes of its text. One for all expressions: each search is over before the next begins, and a long text
 * would otherwise leave four times its size with every expression that has seen it.
 */
let scratch = new Int32Array(0);

export interface AutomatonMatcher extends Matcher {
  /** Scans the text once for any number of searches in it, which end before another text is searched. */
  searcher(text: string): (from: number) => Match | null;
}

/**
 * Matches in two passes over the text, whatever the expression. Backwards, a deterministic automaton notes for each
 * position which steps lead to a match; the first position at which the program may start is where the match begins.
 * Forwards, a single path takes at each branch the first way that is so noted, which is the way a backtracking search
 * would end up with, and notes the captures. Throws TooManyStates for the rare expression that needs too many.
 * After: A. Frisch and L. Cardelli, Greedy Regular Expression Matching, ICALP 2004.
 */
export function createAutomatonMatcher(root: Node, groupCount: number): AutomatonMatcher {
  const program = compileProgram(root);
  const alphabet = createAlphabet(program);
  const passes = createPasses(alphabet);
  const states = new BackwardStates(program, alphabet, passes);
  const path = new ForwardPath(program, states, passes);

  const classBefore = (text: string, position: number): number =>
    position === 0 ? alphabet.size : alphabet.classOf(codePointBefore(text, position));

  /**
   * Notes for every position down to `from` twice its state, plus 1 when a match may begin there.
   * Returns where the leftmost match begins, or -1.
   */
  const scan = (text: string, from: number, noted: Int32Array): number => {
    states.begin();
    let state = states.end;
    let first = -1;
    let position = text.length;
    while (position > from) {
      const codePoint = codePointBefore(text, position);
      const back = states.back(state, alphabet.classOf(codePoint));
      const starts = back & 1;
      if (starts === 1) first = position;
      noted[position] = state * 2 + starts;
      state = back >> 1;
      if (codePoint > 0xffff) noted[--position] = WITHIN;
      position--;
    }
    // A search that begins within a character begins behind it.
    if (position < from) return first;
    const starts = states.back(state, classBefore(text, from)) & 1;
    noted[from] = state * 2 + starts;
    return starts === 1 ? from : first;
  };

  const walk = (text: string, index: number, noted: Int32Array): Match => {
    const slots = new Int32Array(2 * (groupCount + 1)).fill(-1);
    let position = index;
    let before = classBefore(text, index);
    for (let step = program.start; ; ) {
      const way = path.from(step, (noted[position] as number) >> 1, before);
      for (let i = 0; i < way.slots.length; i++) slots[way.slots[i] as number] = position;
      if (way.next === -1) break;
      step = way.next;
      const unit = text.charCodeAt(position);
      const codePoint = unit < 0xd800 || unit > 0xdbff ? unit : (text.codePointAt(position) as number);
      before = alphabet.classOf(codePoint);
      position += codePoint > 0xffff ? 2 : 1;
    }
    const groups: (string | undefined)[] = [text.slice(index, position)];
    for (let group = 1; group <= groupCount; group++) {
      const [start, end] = [slots[2 * group] as number, slots[2 * group + 1] as number];
      groups.push(start === -1 || end === -1 ? undefined : text.slice(start, end));
    }
    return { index, end: position, groups };
  };

  const scanOnce = (text: string, from: number): number => {
    if (scratch.length <= text.length) scratch = new Int32Array(text.length + 256);
    return scan(text, from, scratch);
  };

  return {
    test: (text) => scanOnce(wellFormed(text), 0) !== -1,
    exec(given, from) {
      const text = wellFormed(given);
      const index = scanOnce(text, from);
      return index === -1 ? null : walk(text, index, scratch);
    },
    searcher(given) {
      const text = wellFormed(given);
      const noted = new Int32Array(text.length + 1);
      const generation = scan(text, 0, noted) === -1 ? -1 : states.generation;
      return (from) => {
        if (generation === -1) return null;
        if (generation !== states.generation) throw new Error('the text was searched while another was');
        let index = from;
        while (index <= text.length && ((noted[index] as number) & 1) === 0) index++;
        return index > text.length ? null : walk(text, index, noted);
      };
    },
  };
}

/** The text itself as a rule: a copy costs more than the look. */
function wellFormed(text: string): string {
  return text.isWellFormed() ? text : text.toWellFormed();
}

function codePointBefore(text: string, position: number): number {
  const unit = text.charCodeAt(position - 1);
  if (unit < 0xdc00 || unit > 0xdfff || position < 2) return unit;
  return text.codePointAt(position - 2) as number;
}
