import type { CharSet } from '../syntax/char-set.ts';
import type { Assertion, Node } from '../syntax/node.ts';

/** The expression as RE2 syntax without flags and names: the same groups by number. Lookbehind is
 * for re2js, which knows it as an extension. */
export function toRe2(node: Node): string {
  switch (node.kind) {
    case 'empty':
      return '(?:)';
    case 'set':
      return setSource(node.set);
    case 'assert':
      return assertionSource(node.assertion);
    case 'not-after':
      return `(?<!${setSource(node.set)})`;
    case 'sequence':
      return node.items.map(toRe2).join('');
    case 'choice':
      return `(?:${node.items.map(toRe2).join('|')})`;
    case 'capture':
      return `(${toRe2(node.item)})`;
    case 'repeat': {
      const { min, max, greedy } = node;
      return `(?:${toRe2(node.item)})${countSource(min, max)}${greedy ? '' : '?'}`;
    }
    default:
      return node satisfies never;
  }
}

function countSource(min: number, max: number): string {
  if (max !== Number.POSITIVE_INFINITY) return min === 0 && max === 1 ? '?' : `{${min},${max}}`;
  return min === 0 ? '*' : min === 1 ? '+' : `{${min},}`;
}

function setSource(set: CharSet): string {
  if (set.length === 0) return '[^\\x{0}-\\x{10ffff}]';
  let source = '[';
  for (let i = 0; i < set.length; i += 2) {
    source += `\\x{${(set[i] as number).toString(16)}}-\\x{${(set[i + 1] as number).toString(16)}}`;
  }
  return `${source}]`;
}

function assertionSource(assertion: Assertion): string {
  switch (assertion) {
    case 'text-start':
      return '\\A';
    case 'text-end':
      return '\\z';
    case 'line-start':
      return '(?m:^)';
    case 'line-end':
      return '(?m:$)';
    case 'word-boundary':
      return '\\b';
    case 'no-word-boundary':
      return '\\B';
    default:
      return assertion satisfies never;
  }
}
