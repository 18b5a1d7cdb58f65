import type { ExactNumber } from '../value.ts';
import { Misfit } from './misfit.ts';

/** What proto3 JSON writes for doubles that JSON has no number for. */
export type JsonFloat = number | 'NaN' | 'Infinity' | '-Infinity';

const DECIMAL = /^[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/;

/** The shortest decimal that reads back as the same 32-bit float. */
function shortestFloat(value: number): number {
  const float = Math.fround(value);
  if (Number.isInteger(float)) return float;
  for (let digits = 6; digits < 9; digits++) {
    const candidate = Number(float.toPrecision(digits));
    if (Math.fround(candidate) === float) return candidate;
  }
  return Number(float.toPrecision(9));
}

function fromNumber(value: number, type: 'float' | 'double'): JsonFloat | Misfit {
  if (Number.isNaN(value)) return 'NaN';
  if (value === Number.POSITIVE_INFINITY) return 'Infinity';
  if (value === Number.NEGATIVE_INFINITY) return '-Infinity';
  // Minus zero is the default like zero.
  if (value === 0) return 0;
  if (type === 'double') return value;
  if (!Number.isFinite(Math.fround(value))) return new Misfit('out_of_range', `${value} is not in the range of float`);
  return shortestFloat(value);
}

/** A number or its text as proto3 JSON writes a `float` or `double`. */
export function toFloat(value: number | string | ExactNumber, type: 'float' | 'double'): JsonFloat | Misfit {
  if (typeof value === 'number') return fromNumber(value, type);
  const text = typeof value === 'string' ? value : value.literal;
  if (text === 'NaN' || text === 'Infinity' || text === '-Infinity') return text;
  if (!DECIMAL.test(text)) {
    return new Misfit('type_mismatch', `${JSON.stringify(text.slice(0, 100))} is not a number`);
  }
  const number = Number(text);
  if (!Number.isFinite(number))
    return new Misfit('out_of_range', `${text.slice(0, 100)} is not in the range of ${type}`);
  return fromNumber(number, type);
}
