import type { BackwardStates } from './backward-states.ts';
import type { Program, Step } from './program.ts';
import type { Passes } from './surroundings.ts';

/** More ways than this are forgotten, and found anew. */
const MAX_WAYS = 1 << 13;
const FIRST_CAPACITY = 256;

/** How the path goes on from a step until it takes a character. */
export interface Way {
  /** The captures that begin or end at the position, in order. */
  readonly slots: readonly number[];
  /** The step behind the character; -1 when the match ends here. */
  readonly next: number;
}

/** Finds the first way, in the order of the alternatives, that leads to a match. Ways once found are kept. */
export class ForwardPath {
  private readonly program: Program;
  private readonly states: BackwardStates;
  private readonly passes: Passes;
  private readonly seen: Int32Array;
  private stamp = 0;
  private ways: Way[] = [];
  /** An open hash table: the step and the state of each way, and its number from 1; 0 where there is none. */
  private keys = new Int32Array(0);
  private mask = 0;
  private generation = -1;

  constructor(program: Program, states: BackwardStates, passes: Passes) {
    this.program = program;
    this.states = states;
    this.passes = passes;
    this.seen = new Int32Array(program.steps.length);
  }

  /** From the step at a position with that state, behind a character of that class. A match must be possible. */
  from(step: number, state: number, before: number): Way {
    if (this.generation !== this.states.generation || this.ways.length >= MAX_WAYS) this.forget();
    const pair = this.states.pairKey(state, before);
    const place = this.placeOf(step, pair);
    const number = this.keys[place + 2] as number;
    if (number !== 0) return this.ways[number - 1] as Way;
    const way = this.find(step, state, before);
    this.keys[place] = step;
    this.keys[place + 1] = pair;
    this.keys[place + 2] = this.ways.push(way);
    if (this.ways.length * 6 > this.keys.length) this.grow();
    return way;
  }

  /** Where the way is in the table, or where it belongs. */
  private placeOf(step: number, pair: number): number {
    const { keys } = this;
    const hash = Math.imul(step, 0x9e3779b1) ^ Math.imul(pair, 0x85ebca6b);
    let place = ((hash ^ (hash >>> 15)) & this.mask) * 3;
    while (keys[place + 2] !== 0 && (keys[place] !== step || keys[place + 1] !== pair)) {
      place = place + 3 === keys.length ? 0 : place + 3;
    }
    return place;
  }

  private grow(): void {
    const old = this.keys;
    this.keys = new Int32Array(old.length * 2);
    this.mask = this.mask * 2 + 1;
    for (let from = 0; from < old.length; from += 3) {
      if (old[from + 2] === 0) continue;
      this.keys.set(old.subarray(from, from + 3), this.placeOf(old[from] as number, old[from + 1] as number));
    }
  }

  private forget(): void {
    this.ways = [];
    this.keys = new Int32Array(FIRST_CAPACITY * 3);
    this.mask = FIRST_CAPACITY - 1;
    this.generation = this.states.generation;
  }

  private find(first: number, state: number, before: number): Way {
    const { seen } = this;
    const after = this.states.classAfter(state);
    const stamp = ++this.stamp;
    const slots: number[] = [];
    // Steps to come back to, each with the number of slots noted before it.
    const open: number[] = [first, 0];
    while (open.length > 0) {
      slots.length = open.pop() as number;
      let number = open.pop() as number;
      while (seen[number] !== stamp) {
        seen[number] = stamp;
        const step = this.program.steps[number] as Step;
        if (step.op === 'match') return { slots, next: -1 };
        if (step.op === 'char') {
          if (this.states.isViable(state, number)) return { slots, next: step.next };
          break;
        }
        if (step.op === 'split') {
          open.push(step.second, slots.length);
          number = step.first;
          continue;
        }
        if (!this.passes(step, before, after)) break;
        if (step.op === 'save') slots.push(step.slot);
        number = step.next;
      }
    }
    throw new Error('a state promised a match that no way leads to');
  }
}
