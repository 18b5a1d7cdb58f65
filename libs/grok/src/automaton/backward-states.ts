import type { Alphabet } from './alphabet.ts';
import type { Program, Step } from './program.ts';
import { looksAround, type Passes } from './surroundings.ts';

/** What one text may cost: states, and steps looked at while making them. */
const MAX_STATES = 4000;
const MAX_WORK = 6_000_000;
/** What is kept from one text to the next: there are many expressions, and few texts are like none before. */
const KEPT_STATES = 512;
/** Stands in the table where a transition has not been made. */
const UNKNOWN = -1;

const NO_SET = -1;
const CONDITION = -2;

/** Thrown when a text needs more states than are worth making; the states made so far are gone. */
export class TooManyStates extends Error {}

/**
 * The program run backwards, as a deterministic automaton whose states are made when a text first needs them. A state
 * says for a position which steps would take the character after it and match in the end.
 */
export class BackwardStates {
  private readonly program: Program;
  private readonly noClass: number;
  private readonly passes: Passes;
  private readonly width: number;
  private readonly surrounded: boolean;
  /** Steps without a character, and those with one, that lead to a step. */
  private readonly emptyBefore: readonly Int32Array[];
  private readonly charsBefore: readonly Int32Array[];
  /** The set of each step that takes a character; CONDITION for one that looks at what surrounds it. */
  private readonly setOf: Int32Array;
  /** By set and class, whether the former has the latter. */
  private readonly members: Uint8Array;
  private readonly seen: Int32Array;
  private readonly queue: Int32Array;
  private stamp = 0;
  private work = 0;
  /** The states by a hash of what they hold. */
  private numbers = new Map<number, number[]>();
  private viable: Int32Array[] = [];
  private following: number[] = [];
  private table = new Int32Array(0);

  constructor(program: Program, alphabet: Alphabet, passes: Passes) {
    this.program = program;
    this.noClass = alphabet.size;
    this.passes = passes;
    this.width = alphabet.size + 1;
    this.surrounded = looksAround(program);
    this.setOf = Int32Array.from(program.steps, (step) =>
      step.op === 'char' ? step.set : step.op === 'assert' || step.op === 'not-after' ? CONDITION : NO_SET,
    );
    this.members = Uint8Array.from({ length: program.sets.length * this.width }, (_, i) =>
      Number(alphabet.inSet(Math.floor(i / this.width), i % this.width)),
    );
    this.seen = new Int32Array(program.steps.length);
    this.queue = new Int32Array(program.steps.length);
    const { empty, chars } = predecessors(program);
    this.emptyBefore = empty;
    this.charsBefore = chars;
    this.clear();
  }

  /** The state at the end of the text. */
  readonly end = 0;
  /** Rises when states are forgotten and their numbers mean others. */
  generation = 0;

  /** Allows the next text its share of work, and forgets the states of a text that needed too many. */
  begin(): void {
    this.work = 0;
    if (this.viable.length > KEPT_STATES) this.clear();
  }

  /**
   * From a state at a position over the character before it: twice the state before that character, plus 1 when a match
   * may begin at the position.
   * @throws TooManyStates
   */
  back(state: number, charClass: number): number {
    const known = this.table[state * this.width + charClass] as number;
    return known === UNKNOWN ? this.make(state, charClass) : known;
  }

  /** Whether the step, one that takes a character, takes the one at the position and matches in the end. */
  isViable(state: number, step: number): boolean {
    const steps = this.viable[state] as Int32Array;
    let [lo, hi] = [0, steps.length - 1];
    while (lo <= hi) {
      const middle = (lo + hi) >> 1;
      const found = steps[middle] as number;
      if (found === step) return true;
      if (found < step) lo = middle + 1;
      else hi = middle - 1;
    }
    return false;
  }

  /** A number for the state with the class of the character before the position, equal when neither matters. */
  pairKey(state: number, before: number): number {
    return this.surrounded ? state * this.width + before : state;
  }

  /** The class of the character that follows the position; the alphabet's size at the end, or where none matters. */
  classAfter(state: number): number {
    return this.following[state] as number;
  }

  private make(state: number, before: number): number {
    const { program, seen, queue } = this;
    const after = this.following[state] as number;
    const stamp = ++this.stamp;
    let length = 0;
    for (const step of this.viable[state] as Int32Array) {
      seen[step] = stamp;
      queue[length++] = step;
    }
    // The match is step 0, and may be reached anywhere.
    if (seen[0] !== stamp) {
      seen[0] = stamp;
      queue[length++] = 0;
    }
    const found: number[] = [];
    for (let i = 0; i < length; i++) {
      const reached = queue[i] as number;
      const empty = this.emptyBefore[reached] as Int32Array;
      for (let k = 0; k < empty.length; k++) {
        const step = empty[k] as number;
        if (seen[step] === stamp) continue;
        if (this.setOf[step] === CONDITION && !this.passes(program.steps[step] as Step, before, after)) continue;
        seen[step] = stamp;
        queue[length++] = step;
      }
      const chars = this.charsBefore[reached] as Int32Array;
      for (let k = 0; k < chars.length; k++) {
        const step = chars[k] as number;
        if (this.members[(this.setOf[step] as number) * this.width + before] === 1) found.push(step);
      }
    }
    this.work += length + found.length;
    const starts = seen[program.start] === stamp ? 1 : 0;
    const result = this.number(found, before) * 2 + starts;
    this.table[state * this.width + before] = result;
    return result;
  }

  private number(steps: number[], charClass: number): number {
    const viable = Int32Array.from(steps).sort();
    const following = this.surrounded ? charClass : this.noClass;
    let hash = following;
    for (let i = 0; i < viable.length; i++) hash = Math.imul(hash ^ (viable[i] as number), 0x01000193);
    const alike = this.numbers.get(hash) ?? [];
    for (const known of alike) {
      if (this.following[known] === following && isSame(this.viable[known] as Int32Array, viable)) return known;
    }
    this.work += viable.length;
    if (this.viable.length >= MAX_STATES || this.work > MAX_WORK) {
      this.clear();
      throw new TooManyStates();
    }
    this.numbers.set(hash, alike);
    alike.push(this.viable.length);
    return this.add(viable, following);
  }

  private add(viable: Int32Array, following: number): number {
    const number = this.viable.push(viable) - 1;
    this.following.push(following);
    if (this.table.length < (number + 1) * this.width) {
      const larger = new Int32Array(Math.max(16, number * 2) * this.width).fill(UNKNOWN);
      larger.set(this.table);
      this.table = larger;
    }
    return number;
  }

  private clear(): void {
    this.numbers = new Map();
    this.viable = [];
    this.following = [];
    this.table = new Int32Array(0);
    this.generation++;
    this.add(new Int32Array(0), this.noClass);
  }
}

function isSame(a: Int32Array, b: Int32Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

function predecessors({ steps }: Program): { empty: readonly Int32Array[]; chars: readonly Int32Array[] } {
  const empty: number[][] = steps.map(() => []);
  const chars: number[][] = steps.map(() => []);
  for (const [number, step] of steps.entries()) {
    if (step.op === 'char') chars[step.next]?.push(number);
    else if (step.op === 'split') {
      empty[step.first]?.push(number);
      if (step.second !== step.first) empty[step.second]?.push(number);
    } else if (step.op !== 'match') empty[step.next]?.push(number);
  }
  return { empty: empty.map((list) => Int32Array.from(list)), chars: chars.map((list) => Int32Array.from(list)) };
}
