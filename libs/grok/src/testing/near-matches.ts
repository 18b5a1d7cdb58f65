import { type CharSet, includes, negate } from '../syntax/char-set.ts';
import type { Node, Repeat } from '../syntax/node.ts';

/** Taken for a character of a set in this order, so that texts overlap with as much of an expression as they can. */
const FAVOURITES = Array.from('1a A.:-/="\'_', (letter) => letter.charCodeAt(0));
const MAX_LOOPS = 24;

/**
 * Long lines that an expression nearly matches: what stands before a loop, then what the loop takes or what would follow
 * it, over and over, and at the end a character that fits nowhere.
 * @param length of each line in UTF-16 units
 */
export function nearMatches(root: Node, length: number): readonly string[] {
  const items = root.kind === 'sequence' ? root.items : [root];
  const whole = items.map(sample);
  const lines = new Set<string>();
  const add = (before: string, filling: string): void => {
    if (filling === '') return;
    const room = length - before.length - 1;
    if (room <= 0) return;
    const filled = filling.repeat(Math.ceil(room / filling.length)).slice(0, room);
    lines.add(`${before}${filled}\u0001`);
  };
  add('', whole.join('').slice(0, -1));
  add('', whole.slice(0, -1).join(''));
  for (const [i, item] of items.entries()) {
    if (lines.size > MAX_LOOPS) break;
    const before = whole.slice(0, i).join('');
    const next = whole.slice(i + 1).join('');
    for (const loop of endlessLoops(item).slice(0, 3)) {
      add(before, sample(loop.item));
      if (!isBroad(loop.item)) continue;
      for (const filling of [next.slice(0, -1), next.slice(0, 3), next.slice(0, 1), whole.join('').slice(0, 12), ' ']) {
        add(before, filling);
      }
    }
  }
  return [...lines];
}

/** A text that the node matches, as a rule: assertions are not looked at. */
function sample(node: Node): string {
  switch (node.kind) {
    case 'empty':
    case 'assert':
    case 'not-after':
      return '';
    case 'set':
      return memberOf(node.set);
    case 'sequence':
      return node.items.map(sample).join('');
    case 'choice':
      return node.items.map(sample).reduce((longest, text) => (text.length > longest.length ? text : longest), '');
    case 'repeat':
      return sample(node.item).repeat(Math.max(node.min, Math.min(node.max, 2)));
    case 'capture':
      return sample(node.item);
    default:
      return node satisfies never;
  }
}

function memberOf(set: CharSet): string {
  const code = FAVOURITES.find((favourite) => includes(set, favourite)) ?? set[0];
  return code === undefined ? '' : String.fromCodePoint(code);
}

function isBroad(node: Node): boolean {
  return node.kind === 'set' && negate(node.set).length <= 12;
}

function endlessLoops(node: Node): readonly Repeat[] {
  switch (node.kind) {
    case 'sequence':
    case 'choice':
      return node.items.flatMap(endlessLoops);
    case 'capture':
      return endlessLoops(node.item);
    case 'repeat':
      return node.max > 8 ? [node, ...endlessLoops(node.item)] : endlessLoops(node.item);
    case 'empty':
    case 'set':
    case 'assert':
    case 'not-after':
      return [];
    default:
      return node satisfies never;
  }
}
