import type { Node } from '../syntax/node.ts';
import { maxLength } from './properties.ts';

/** The most UTF-16 units of a text that can match as a whole; Infinity where a match may be a part of the text. */
export function lengthLimit(root: Node): number {
  if (
    root.kind !== 'sequence' ||
    !isAssertion(root.items[0], 'text-start') ||
    !isAssertion(root.items.at(-1), 'text-end')
  ) {
    return Number.POSITIVE_INFINITY;
  }
  return 2 * maxLength(root);
}

function isAssertion(node: Node | undefined, assertion: 'text-start' | 'text-end'): boolean {
  return node?.kind === 'assert' && node.assertion === assertion;
}
