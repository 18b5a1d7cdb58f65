import { ExactNumber, type Value } from '@logweave/udm';
import { containsText } from './contains-text.ts';
import type { ParserState } from './parser-state.ts';

/**
 * Whether two values are equal: of the same kind and the same content. What is not set equals nothing, and a list equals
 * what its only element equals. The state pays for what is looked at.
 */
export function valuesEqual(state: ParserState, left: Value | undefined, right: Value | undefined, depth = 0): boolean {
  if (left === undefined || right === undefined) return false;
  if (typeof left === 'string' && typeof right === 'string') return textsEqual(state, left, right);
  if (left === right) return true;
  const leftNumber = numberIn(left);
  if (leftNumber !== undefined) return leftNumber === numberIn(right);
  if (!Array.isArray(left) && !Array.isArray(right)) return false;
  state.checkDepth(depth);
  if (Array.isArray(left) && Array.isArray(right)) {
    if (left.length !== right.length) return false;
    state.countWork(left.length);
    return left.every((item, at) => valuesEqual(state, item, right[at], depth + 1));
  }
  state.countWork(1);
  if (Array.isArray(right)) return right.length === 1 && valuesEqual(state, left, right[0], depth + 1);
  return Array.isArray(left) && left.length === 1 && valuesEqual(state, left[0], right, depth + 1);
}

function textsEqual(state: ParserState, left: string, right: string): boolean {
  if (left.length !== right.length) return false;
  state.countWork(left.length);
  return left === right;
}

/** Negative, zero or positive; undefined when the two have no order. */
export function compareValues(
  state: ParserState,
  left: Value | undefined,
  right: Value | undefined,
): number | undefined {
  if (typeof left === 'string' && typeof right === 'string') {
    state.countWork(Math.min(left.length, right.length));
    return left < right ? -1 : left > right ? 1 : 0;
  }
  const leftNumber = numberIn(left);
  const rightNumber = numberIn(right);
  if (leftNumber === undefined || rightNumber === undefined) return undefined;
  return leftNumber - rightNumber;
}

/** Whether the holder is a list with the value, a map with it as a key, or a text with it as a part. */
export function isIn(state: ParserState, value: Value | undefined, holder: Value | undefined): boolean {
  if (Array.isArray(holder)) {
    state.countWork(holder.length);
    return holder.some((item) => valuesEqual(state, value, item));
  }
  if (typeof value !== 'string') return false;
  if (holder instanceof Map) return holder.has(value);
  if (typeof holder !== 'string') return false;
  state.countWork(holder.length);
  return containsText(holder, value);
}

function numberIn(value: Value | undefined): number | undefined {
  if (typeof value === 'number') return value;
  return value instanceof ExactNumber ? value.value : undefined;
}

/** The truth of a bare `[x]`: false for what is not set, `false` and the empty text. */
export function isTrue(value: Value | undefined): boolean {
  return value !== undefined && value !== null && value !== false && value !== '';
}
