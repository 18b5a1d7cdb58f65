import { ANY, covers, negate } from '../syntax/char-set.ts';
import type { Node } from '../syntax/node.ts';

/**
 * Where a match can begin when an expression begins with a loop over anything: a match further on would be one from
 * there as well. `line`: at the start of a line; `text`: at that of the text; `anywhere` else.
 */
export type MatchStart = 'anywhere' | 'line' | 'text';

export function matchStart(root: Node): MatchStart {
  switch (root.kind) {
    case 'sequence':
      return matchStart(root.items[0] as Node);
    case 'capture':
      return matchStart(root.item);
    case 'assert':
      return root.assertion === 'text-start' ? 'text' : root.assertion === 'line-start' ? 'line' : 'anywhere';
    case 'repeat':
      if (root.item.kind !== 'set' || root.max !== Number.POSITIVE_INFINITY) return 'anywhere';
      if (covers(root.item.set, ANY)) return 'text';
      return covers(root.item.set, negate([10, 10])) ? 'line' : 'anywhere';
    case 'empty':
    case 'set':
    case 'not-after':
    case 'choice':
      return 'anywhere';
    default:
      return root satisfies never;
  }
}
