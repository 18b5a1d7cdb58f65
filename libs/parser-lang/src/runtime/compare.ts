import { ExactNumber, type Value } from '@logweave/udm';

/**
 * Whether two values are equal: of the same kind and the same content. What is not set equals nothing, and a list equals
 * what its only element equals.
 */
export function valuesEqual(left: Value | undefined, right: Value | undefined): boolean {
  if (left === undefined || right === undefined) return false;
  if (left === right) return true;
  const leftNumber = numberIn(left);
  if (leftNumber !== undefined) return leftNumber === numberIn(right);
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((item, at) => valuesEqual(item, right[at]));
  }
  if (Array.isArray(right)) return right.length === 1 && valuesEqual(left, right[0]);
  return Array.isArray(left) && left.length === 1 && valuesEqual(left[0], right);
}

/** Negative, zero or positive; undefined when the two have no order. */
export function compareValues(left: Value | undefined, right: Value | undefined): number | undefined {
  if (typeof left === 'string' && typeof right === 'string') return left < right ? -1 : left > right ? 1 : 0;
  const leftNumber = numberIn(left);
  const rightNumber = numberIn(right);
  if (leftNumber === undefined || rightNumber === undefined) return undefined;
  return leftNumber - rightNumber;
}

function numberIn(value: Value | undefined): number | undefined {
  if (typeof value === 'number') return value;
  return value instanceof ExactNumber ? value.value : undefined;
}

/** The truth of a bare `[x]`: false for what is not set, `false` and the empty text. */
export function isTrue(value: Value | undefined): boolean {
  return value !== undefined && value !== null && value !== false && value !== '';
}
