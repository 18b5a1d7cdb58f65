import { childrenOf, type Node } from './node.ts';
import { RegExpSyntaxError } from './syntax-error.ts';

/** RE2's bound on a counted repeat, nested ones multiplied. */
const MAX_REPEAT = 1000;
/** Groups within groups; RE2's bound as well. */
export const MAX_DEPTH = 1000;
/** Characters and assertions once counted repeats are written out: what a match costs per character of the text. */
const MAX_SIZE = 20_000;

export interface ReadRepeat {
  readonly min: number;
  readonly max: number;
  readonly lazy: boolean;
  readonly end: number;
}

/**
 * The repetition operator at the offset; null when none stands there, as a `{` that begins no count is a literal.
 * @throws RegExpSyntaxError for counts out of bounds.
 */
export function readRepeat(source: string, at: number): ReadRepeat | null {
  let [min, max, end] = [0, Number.POSITIVE_INFINITY, at + 1];
  switch (source[at]) {
    case '*':
      break;
    case '+':
      min = 1;
      break;
    case '?':
      max = 1;
      break;
    case '{': {
      const match = /^\{(0|[1-9][0-9]*)(?:(,)(0|[1-9][0-9]*)?)?\}/.exec(source.slice(at, at + 64));
      if (match === null) return null;
      min = Number(match[1]);
      max = match[2] === undefined ? min : match[3] === undefined ? Number.POSITIVE_INFINITY : Number(match[3]);
      end = at + match[0].length;
      const wrong = min > MAX_REPEAT || min > max || (max > MAX_REPEAT && max !== Number.POSITIVE_INFINITY);
      if (wrong) {
        const hint = min > max ? 'the counts are reversed' : `at most ${MAX_REPEAT}`;
        throw new RegExpSyntaxError('invalid repeat count', match[0], at, hint);
      }
      break;
    }
    default:
      return null;
  }
  const lazy = source[end] === '?';
  return { min, max, lazy, end: lazy ? end + 1 : end };
}

/** @throws RegExpSyntaxError when the node, written out, would be larger than what is matched in reasonable time. */
export function checkRepeat(node: Node, fragment: string, offset: number): void {
  if (node.kind === 'repeat' && (node.min >= 2 || (node.max >= 2 && node.max !== Number.POSITIVE_INFINITY))) {
    if (repeats(node) > MAX_REPEAT) {
      const hint = `nested counts multiply, and the product may be ${MAX_REPEAT} at most`;
      throw new RegExpSyntaxError('invalid repeat count', fragment, offset, hint);
    }
  }
  if (sizeOf(node) > MAX_SIZE) throw new RegExpSyntaxError('expression too large', '', offset);
}

const sizes = new WeakMap<Node, number>();
const products = new WeakMap<Node, number>();

/** The highest product of counts on a way down. */
function repeats(node: Node): number {
  const known = products.get(node);
  if (known !== undefined) return known;
  const inner = Math.max(1, ...childrenOf(node).map(repeats));
  const product = node.kind === 'repeat' ? inner * copies(node.min, node.max) : inner;
  products.set(node, product);
  return product;
}

function sizeOf(node: Node): number {
  const known = sizes.get(node);
  if (known !== undefined) return known;
  let size = 1;
  for (const child of childrenOf(node)) size += sizeOf(child);
  if (node.kind === 'repeat') size *= copies(node.min, node.max);
  sizes.set(node, size);
  return size;
}

function copies(min: number, max: number): number {
  return Math.max(1, max === Number.POSITIVE_INFINITY ? min : max);
}
