import { ExactNumber, type Value } from '@logweave/udm';

/** What a value is, in words for a message. */
export function kindOf(value: Value): 'null' | 'a string' | 'a number' | 'a boolean' | 'a list' | 'a map' {
  if (value === null) {
    return 'null';
  }
  if (typeof value === 'string') {
    return 'a string';
  }
  if (typeof value === 'number' || value instanceof ExactNumber) {
    return 'a number';
  }
  if (typeof value === 'boolean') {
    return 'a boolean';
  }
  return Array.isArray(value) ? 'a list' : 'a map';
}
