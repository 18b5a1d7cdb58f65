import { ExactNumber, type Value, type ValueMap } from '@logweave/udm';

/** As much as somebody reads; merges do not copy, so a map may hold itself and have leaves without end. */
const MOST_LEAVES = 10_000;
const DEEPEST = 64;

/** The leaves of the tokens by their path, each as JSON. Empty maps and lists are leaves, and so is what nests too deep. */
export function flattenTokens(tokens: ValueMap): ReadonlyMap<string, string> {
  const leaves = new Map<string, string>();
  for (const [key, value] of tokens) flatten(key, value, leaves, 1);
  return leaves;
}

function flatten(path: string, value: Value, leaves: Map<string, string>, depth: number): void {
  if (leaves.size >= MOST_LEAVES) return;
  if (value instanceof ExactNumber) leaves.set(path, value.literal);
  else if (value instanceof Map || Array.isArray(value)) {
    const isEmpty = (value instanceof Map ? value.size : value.length) === 0;
    if (isEmpty) leaves.set(path, Array.isArray(value) ? '[]' : '{}');
    else if (depth > DEEPEST) leaves.set(path, '…');
    else for (const [key, item] of value.entries()) flatten(`${path}.${key}`, item, leaves, depth + 1);
  } else leaves.set(path, JSON.stringify(value));
}
