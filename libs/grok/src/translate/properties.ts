import { childrenOf, type Node } from '../syntax/node.ts';

/** Whether the node may match without taking a character; an assertion counts as if it held. */
export const isNullable: (node: Node) => boolean = remember((node) => {
  switch (node.kind) {
    case 'empty':
    case 'assert':
    case 'not-after':
      return true;
    case 'set':
      return false;
    case 'sequence':
      return node.items.every(isNullable);
    case 'choice':
      return node.items.some(isNullable);
    case 'repeat':
      return node.min === 0 || isNullable(node.item);
    case 'capture':
      return isNullable(node.item);
    default:
      return node satisfies never;
  }
});

/** The most code points that the node takes. */
export const maxLength: (node: Node) => number = remember((node) => {
  switch (node.kind) {
    case 'empty':
    case 'assert':
    case 'not-after':
      return 0;
    case 'set':
      return 1;
    case 'sequence':
      return node.items.reduce((sum, item) => sum + maxLength(item), 0);
    case 'choice':
      return Math.max(...node.items.map(maxLength));
    case 'repeat': {
      const inner = maxLength(node.item);
      return inner === 0 || node.max === 0 ? 0 : inner * node.max;
    }
    case 'capture':
      return maxLength(node.item);
    default:
      return node satisfies never;
  }
});

export const hasCapture: (node: Node) => boolean = remember(
  (node) => node.kind === 'capture' || childrenOf(node).some(hasCapture),
);

export const hasAssertion: (node: Node) => boolean = remember(
  (node) => node.kind === 'assert' || node.kind === 'not-after' || childrenOf(node).some(hasAssertion),
);

/** Whether some way through the node leaves one of its captures out. */
export const mayMissCapture: (node: Node) => boolean = remember((node) => {
  if (!hasCapture(node)) return false;
  if (node.kind === 'choice' || (node.kind === 'repeat' && node.min === 0)) return true;
  return childrenOf(node).some(mayMissCapture);
});

/**
 * Whether the empty match is the last that the node tries. Where that holds, to go round a loop without progress and
 * to leave the loop come to the same.
 */
export const triesEmptyLast: (node: Node) => boolean = remember((node) => {
  switch (node.kind) {
    case 'empty':
    case 'assert':
    case 'not-after':
    case 'set':
      return true;
    case 'sequence':
      return node.items.every(triesEmptyLast);
    case 'choice':
      return node.items.every((item, i) => (i === node.items.length - 1 ? triesEmptyLast(item) : !isNullable(item)));
    case 'repeat':
      return (node.greedy || node.min > 0) && triesEmptyLast(node.item);
    case 'capture':
      return triesEmptyLast(node.item);
    default:
      return node satisfies never;
  }
});

function remember<T>(compute: (node: Node) => T): (node: Node) => T {
  const known = new WeakMap<Node, T>();
  return (node) => {
    const found = known.get(node);
    if (found !== undefined) return found;
    const value = compute(node);
    known.set(node, value);
    return value;
  };
}
