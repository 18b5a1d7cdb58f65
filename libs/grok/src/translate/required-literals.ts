import type { Node } from '../syntax/node.ts';

/** More would cost a matching text more than they save on others. */
const MAX_LITERALS = 3;

/**
 * Texts that every match contains, in this order and apart from each other: the longest of them. A text without them
 * needs no search.
 */
export function requiredLiterals(root: Node): readonly string[] {
  const runs: string[] = [''];
  collect(root, runs);
  const worth = runs.filter((run) => run.trim() !== '');
  const chosen = new Set(
    [...worth.entries()]
      .sort(([, a], [, b]) => b.length - a.length)
      .slice(0, MAX_LITERALS)
      .map(([place]) => place),
  );
  return worth.filter((_, place) => chosen.has(place));
}

/** Whether the text has the literals, one behind the other, from the offset on. */
export function hasLiterals(text: string, from: number, literals: readonly string[]): boolean {
  let at = from;
  for (const literal of literals) {
    at = text.indexOf(literal, at);
    if (at === -1) return false;
    at += literal.length;
  }
  return true;
}

/** Adds to the last run, or begins another where something else than one certain character is matched. */
function collect(node: Node, runs: string[]): void {
  switch (node.kind) {
    case 'empty':
    case 'assert':
    case 'not-after':
      return;
    case 'set': {
      const [lo, hi] = node.set;
      if (node.set.length === 2 && lo === hi && !isHalf(lo as number)) {
        runs.push((runs.pop() as string) + String.fromCodePoint(lo as number));
      } else runs.push('');
      return;
    }
    case 'sequence':
      for (const item of node.items) collect(item, runs);
      return;
    case 'capture':
      collect(node.item, runs);
      return;
    case 'repeat':
      // The first turn of a loop follows what stands before it, and the last is followed by what stands behind it.
      if (node.min > 0) collect(node.item, runs);
      runs.push('');
      return;
    case 'choice':
      runs.push('');
      return;
    default:
      node satisfies never;
  }
}

function isHalf(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff;
}
