import { ExactNumber, type Value, type ValueMap } from '@logweave/udm';

/** The leaves of the tokens by their path, each as JSON. Empty maps and lists are leaves. */
export function flattenTokens(tokens: ValueMap): ReadonlyMap<string, string> {
  const leaves = new Map<string, string>();
  for (const [key, value] of tokens) flatten(key, value, leaves);
  return leaves;
}

function flatten(path: string, value: Value, leaves: Map<string, string>): void {
  if (value instanceof ExactNumber) leaves.set(path, value.literal);
  else if (value instanceof Map) {
    if (value.size === 0) leaves.set(path, '{}');
    for (const [key, item] of value) flatten(`${path}.${key}`, item, leaves);
  } else if (Array.isArray(value)) {
    if (value.length === 0) leaves.set(path, '[]');
    value.forEach((item, at) => flatten(`${path}.${at}`, item, leaves));
  } else leaves.set(path, JSON.stringify(value));
}
