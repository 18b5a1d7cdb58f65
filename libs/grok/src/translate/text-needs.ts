import { childrenOf, type Node } from '../syntax/node.ts';
import { isWide } from './set-source.ts';

/** What a text must not contain for the plain translation to be exact. */
export interface TextNeeds {
  /** No characters of two units. */
  readonly basicPlane: boolean;
  /** No ends of lines but \n. */
  readonly plainLineEnds: boolean;
}

export function textNeeds(root: Node): TextNeeds {
  return {
    basicPlane: some(root, (node) => node.kind === 'set' && isWide(node.set)),
    plainLineEnds: some(root, (node) => node.kind === 'assert' && node.assertion === 'line-end'),
  };
}

function some(node: Node, holds: (node: Node) => boolean): boolean {
  return holds(node) || childrenOf(node).some((child) => some(child, holds));
}
