import type { Assertion } from '../syntax/node.ts';
import type { Alphabet } from './alphabet.ts';
import type { Program, Step } from './program.ts';

/** Whether a step that takes no character may be passed between two characters, given by their classes. */
export type Passes = (step: Step, before: number, after: number) => boolean;

export function createPasses(alphabet: Alphabet): Passes {
  const none = alphabet.size;
  const holds = (assertion: Assertion, before: number, after: number): boolean => {
    switch (assertion) {
      case 'text-start':
        return before === none;
      case 'text-end':
        return after === none;
      case 'line-start':
        return before === none || alphabet.isNewline(before);
      case 'line-end':
        return after === none || alphabet.isNewline(after);
      case 'word-boundary':
        return alphabet.isWord(before) !== alphabet.isWord(after);
      case 'no-word-boundary':
        return alphabet.isWord(before) === alphabet.isWord(after);
      default:
        return assertion satisfies never;
    }
  };
  return (step, before, after) => {
    if (step.op === 'assert') return holds(step.assertion, before, after);
    return step.op !== 'not-after' || !alphabet.inSet(step.set, before);
  };
}

/** Whether it matters to the program what surrounds a position. */
export function looksAround(program: Program): boolean {
  return program.steps.some((step) => step.op === 'assert' || step.op === 'not-after');
}
