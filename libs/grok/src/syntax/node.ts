import type { CharSet } from './char-set.ts';

/** Where a position holds without taking a character. `line` forms are those under the flag `m`. */
export type Assertion = 'text-start' | 'text-end' | 'line-start' | 'line-end' | 'word-boundary' | 'no-word-boundary';

/** A parsed expression. Flags are resolved: case folding has become sets, `.` a set, `U` the greed of repeats. */
export type Node =
  | { readonly kind: 'empty' }
  | { readonly kind: 'set'; readonly set: CharSet }
  | { readonly kind: 'assert'; readonly assertion: Assertion }
  /** The character before is not of the set. RE2 has no such thing; patterns of the library use it. */
  | { readonly kind: 'not-after'; readonly set: CharSet }
  | { readonly kind: 'sequence'; readonly items: readonly Node[] }
  | { readonly kind: 'choice'; readonly items: readonly Node[] }
  | Repeat
  | { readonly kind: 'capture'; readonly item: Node; readonly index: number };

export interface Repeat {
  readonly kind: 'repeat';
  readonly item: Node;
  readonly min: number;
  /** Infinity when there is no upper bound. */
  readonly max: number;
  readonly greedy: boolean;
}

export interface ParsedRegExp {
  readonly root: Node;
  /** By the index of the capture group, from 1; undefined for a group without a name. Index 0 is undefined. */
  readonly groupNames: readonly (string | undefined)[];
}

export const EMPTY: Node = { kind: 'empty' };

export function sequence(items: readonly Node[]): Node {
  const flat = items.flatMap((item) => (item.kind === 'sequence' ? item.items : item.kind === 'empty' ? [] : [item]));
  return flat.length === 0 ? EMPTY : flat.length === 1 ? (flat[0] as Node) : { kind: 'sequence', items: flat };
}

export function choice(items: readonly Node[]): Node {
  return items.length === 1 ? (items[0] as Node) : { kind: 'choice', items };
}

export function childrenOf(node: Node): readonly Node[] {
  switch (node.kind) {
    case 'empty':
    case 'set':
    case 'assert':
    case 'not-after':
      return [];
    case 'sequence':
    case 'choice':
      return node.items;
    case 'repeat':
    case 'capture':
      return [node.item];
    default:
      return node satisfies never;
  }
}
