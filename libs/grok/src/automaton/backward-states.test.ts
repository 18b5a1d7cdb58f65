import { expect, it } from 'vitest';
import { parseRegExp } from '../syntax/parse-regexp.ts';
import { simplify } from '../translate/simplify.ts';
import { createAlphabet } from './alphabet.ts';
import { BackwardStates } from './backward-states.ts';
import { compileProgram } from './program.ts';
import { createPasses } from './surroundings.ts';

/** Reads texts backwards and says how often states were forgotten since the beginning. */
function reader(source: string): (text: string) => number {
  const program = compileProgram(simplify(parseRegExp(source).root));
  const alphabet = createAlphabet(program);
  const states = new BackwardStates(program, alphabet, createPasses(alphabet));
  const first = states.generation;
  return (text) => {
    states.begin();
    let state = states.end;
    for (let at = text.length - 1; at >= 0; at--)
      state = states.back(state, alphabet.classOf(text.charCodeAt(at))) >> 1;
    return states.generation - first;
  };
}

/** Letters a and b in an order that repeats nothing. */
function mixed(length: number): string {
  let seed = 7;
  const letters = Array.from({ length }, () => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return seed % 131_072 < 65_536 ? 'a' : 'b';
  });
  return letters.join('');
}

it('the states of a text are kept for the next one, unless it needed very many', () => {
  // Backwards each combination of the last eleven letters is a state.
  const read = reader('[ab]{10}a[ab]*');
  expect(read('ab'.repeat(100))).toBe(0);
  expect(read('ab'.repeat(100))).toBe(0);
  expect(read(mixed(20_000))).toBe(0);
  expect(read('ab')).toBe(1);
  expect(read('ab')).toBe(1);
});
