import type { Value, ValueMap } from '../value.ts';
import { ExactNumber } from '../value.ts';

export interface Tree {
  readonly [key: string]: Leaf;
}

type Leaf = string | number | boolean | null | ExactNumber | Tree | readonly Leaf[];

function isList(leaf: Leaf): leaf is readonly Leaf[] {
  return Array.isArray(leaf);
}

function valueOf(leaf: Leaf): Value {
  if (typeof leaf !== 'object' || leaf === null || leaf instanceof ExactNumber) return leaf;
  return isList(leaf) ? leaf.map(valueOf) : mapOf(leaf);
}

/** A builder tree as a parser leaves it, from a literal. */
export function mapOf(tree: Tree): ValueMap {
  return new Map(Object.entries(tree).map(([key, leaf]) => [key, valueOf(leaf)]));
}
