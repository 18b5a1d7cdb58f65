import type { CharSet } from '../syntax/char-set.ts';
import type { Assertion, Node, Repeat } from '../syntax/node.ts';
import { isNullable } from '../translate/properties.ts';

/** A step of a program; steps are numbered by their place in `Program.steps`. */
export type Step =
  | { readonly op: 'char'; readonly set: number; readonly next: number }
  /** Tries `first`, then `second`. */
  | { readonly op: 'split'; readonly first: number; readonly second: number }
  /** Notes the position: slot 2g where capture g begins, 2g + 1 where it ends. */
  | { readonly op: 'save'; readonly slot: number; readonly next: number }
  | { readonly op: 'assert'; readonly assertion: Assertion; readonly next: number }
  | { readonly op: 'not-after'; readonly set: number; readonly next: number }
  | { readonly op: 'match' };

/** An expression as a nondeterministic automaton whose alternatives have an order. */
export interface Program {
  readonly steps: readonly Step[];
  readonly start: number;
  /** What `set` of a step refers to. */
  readonly sets: readonly CharSet[];
}

/**
 * Compiles a tree as RE2 does: counted repeats written out, a loop over something that may be empty as an optional loop
 * that runs at least once.
 */
export function compileProgram(root: Node): Program {
  const compiler = new Compiler();
  const match = compiler.add({ op: 'match' });
  const start = compiler.compile(root, match);
  return { steps: compiler.steps, start, sets: compiler.sets };
}

class Compiler {
  readonly steps: Step[] = [];
  readonly sets: CharSet[] = [];
  private readonly setNumbers = new Map<string, number>();

  add(step: Step): number {
    return this.steps.push(step) - 1;
  }

  /** Adds the steps of the node, which go on at `next`; returns the first. */
  compile(node: Node, next: number): number {
    switch (node.kind) {
      case 'empty':
        return next;
      case 'set':
        return this.add({ op: 'char', set: this.setNumber(node.set), next });
      case 'assert':
        return this.add({ op: 'assert', assertion: node.assertion, next });
      case 'not-after':
        return this.add({ op: 'not-after', set: this.setNumber(node.set), next });
      case 'sequence':
        return node.items.reduceRight((after, item) => this.compile(item, after), next);
      case 'choice':
        return node.items
          .map((item) => this.compile(item, next))
          .reduceRight((second, first) => this.add({ op: 'split', first, second }));
      case 'capture': {
        const end = this.add({ op: 'save', slot: 2 * node.index + 1, next });
        return this.add({ op: 'save', slot: 2 * node.index, next: this.compile(node.item, end) });
      }
      case 'repeat':
        return this.repeat(node, next);
      default:
        return node satisfies never;
    }
  }

  private repeat({ item, min, max, greedy }: Repeat, next: number): number {
    let first = next;
    if (max !== Number.POSITIVE_INFINITY) {
      for (let i = min; i < max; i++) first = this.branch(this.compile(item, first), next, greedy);
    } else if (min > 0) {
      first = this.loop(item, next, greedy).body;
    } else {
      const { body, split } = this.loop(item, next, greedy);
      first = isNullable(item) ? this.branch(body, next, greedy) : split;
    }
    const copies = max === Number.POSITIVE_INFINITY ? min - 1 : min;
    for (let i = 0; i < copies; i++) first = this.compile(item, first);
    return first;
  }

  private loop(item: Node, next: number, greedy: boolean): { body: number; split: number } {
    const split = this.add({ op: 'match' });
    const body = this.compile(item, split);
    this.steps[split] = branchStep(body, next, greedy);
    return { body, split };
  }

  private branch(body: number, next: number, greedy: boolean): number {
    return this.add(branchStep(body, next, greedy));
  }

  private setNumber(set: CharSet): number {
    const key = set.join();
    let number = this.setNumbers.get(key);
    if (number === undefined) {
      number = this.sets.push(set) - 1;
      this.setNumbers.set(key, number);
    }
    return number;
  }
}

function branchStep(body: number, next: number, greedy: boolean): Step {
  return greedy ? { op: 'split', first: body, second: next } : { op: 'split', first: next, second: body };
}
