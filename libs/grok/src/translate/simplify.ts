import { charSet } from '../syntax/char-set.ts';
import { choice, EMPTY, type Node, type Repeat, sequence } from '../syntax/node.ts';
import { hasAssertion, hasCapture, isNullable, maxLength, triesEmptyLast } from './properties.ts';

/** Longer sequences of optional items are not rewritten: the result grows with the square. */
const MAX_OPTIONAL_ITEMS = 8;

/**
 * The same expression, matches and captures alike, with less to do: characters side by side in alternatives become one
 * set, loops within loops one loop, and a loop goes round without progress no more.
 */
export function simplify(node: Node): Node {
  switch (node.kind) {
    case 'empty':
    case 'set':
    case 'assert':
    case 'not-after':
      return node;
    case 'sequence':
      return sequence(node.items.map(simplify));
    case 'choice':
      return simplifyChoice(node.items.map(simplify));
    case 'capture':
      return { ...node, item: simplify(node.item) };
    case 'repeat':
      return simplifyRepeat({ ...node, item: simplify(node.item) });
    default:
      return node satisfies never;
  }
}

function simplifyChoice(items: readonly Node[]): Node {
  const merged: Node[] = [];
  for (const item of items.flatMap((inner) => (inner.kind === 'choice' ? inner.items : [inner]))) {
    const last = merged.at(-1);
    if (last?.kind === 'set' && item.kind === 'set') {
      merged[merged.length - 1] = { kind: 'set', set: charSet([...last.set, ...item.set]) };
    } else if (item.kind !== 'empty' || last?.kind !== 'empty') merged.push(item);
  }
  return choice(merged);
}

function simplifyRepeat(node: Repeat): Node {
  const { item, min, max, greedy } = node;
  if (max === 0) return hasCapture(item) ? node : EMPTY;
  if (min === 1 && max === 1) return item;
  if (item.kind === 'empty') return EMPTY;
  if (hasCapture(item)) return node;
  if (maxLength(item) === 0) return min === 0 ? EMPTY : item;
  const plain = simplifyNested(node);
  if (plain !== null) return simplifyRepeat(plain);
  if (!isNullable(item) || hasAssertion(item) || !triesEmptyLast(item) || !greedy) return node;
  const progressing = withoutEmpty(item);
  return progressing === null ? node : simplifyRepeat({ ...node, item: progressing, min: 0 });
}

/** `(?:a+)*`, `(?:a*)+` and the like: where both go on without bound and with equal greed, one loop does. */
function simplifyNested({ item, min, max, greedy }: Repeat): Repeat | null {
  if (max !== Number.POSITIVE_INFINITY || item.kind !== 'repeat' || item.max !== Number.POSITIVE_INFINITY) return null;
  if (min > 1 || item.min > 1 || item.greedy !== greedy || isNullable(item.item)) return null;
  return { ...item, min: Math.min(min, item.min) };
}

/** The node without its empty match; null when that is not worth the size. For nodes that try the empty match last. */
function withoutEmpty(node: Node): Node | null {
  if (!isNullable(node)) return node;
  switch (node.kind) {
    case 'repeat':
      return isNullable(node.item) ? null : { ...node, min: 1 };
    case 'choice': {
      const last = withoutEmpty(node.items.at(-1) as Node);
      const rest = node.items.slice(0, -1);
      if (node.items.at(-1)?.kind === 'empty') return choice(rest);
      return last === null ? null : choice([...rest, last]);
    }
    case 'sequence': {
      if (node.items.length > MAX_OPTIONAL_ITEMS) return null;
      const branches = node.items.map((item, i) => {
        const first = withoutEmpty(item);
        return first === null ? null : sequence([first, ...node.items.slice(i + 1)]);
      });
      return branches.includes(null) ? null : choice(branches as Node[]);
    }
    case 'empty':
    case 'set':
    case 'assert':
    case 'not-after':
    case 'capture':
      return null;
    default:
      return node satisfies never;
  }
}
