import { ExactNumber } from '../value.ts';
import { Misfit } from './misfit.ts';

export type IntegerType = 'int32' | 'uint32' | 'int64' | 'uint64';

const RANGES: Readonly<Record<IntegerType, readonly [min: bigint, max: bigint]>> = {
  int32: [-(2n ** 31n), 2n ** 31n - 1n],
  uint32: [0n, 2n ** 32n - 1n],
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
  uint64: [0n, 2n ** 64n - 1n],
};

const MIN_INT32 = -(2 ** 31);
const MAX_INT32 = 2 ** 31 - 1;
const MAX_UINT32 = 2 ** 32 - 1;

const DECIMAL = /^[+-]?[0-9]+$/;
// 2^53 has 16 digits: what is shorter is exact as a number.
const SAFE_DIGITS = 15;
// 2^64 has 20 digits; more than these (and a sign) are zeros in front or out of range, and BigInt is not asked.
const MAX_DIGITS = 40;

function fromBigInt(value: bigint, type: IntegerType): number | string | Misfit {
  const [min, max] = RANGES[type];
  if (value < min || value > max) return new Misfit('out_of_range', `${value} is not in the range of ${type}`);
  return type === 'int32' || type === 'uint32' ? Number(value) : value.toString();
}

function fromNumber(value: number, type: IntegerType): number | string | Misfit {
  if (!Number.isInteger(value)) return new Misfit('type_mismatch', `${value} is not an integer`);
  switch (type) {
    case 'int32':
      if (value >= MIN_INT32 && value <= MAX_INT32) return value === 0 ? 0 : value;
      break;
    case 'uint32':
      if (value >= 0 && value <= MAX_UINT32) return value === 0 ? 0 : value;
      break;
    case 'int64':
      if (Number.isSafeInteger(value)) return value === 0 ? '0' : String(value);
      break;
    case 'uint64':
      if (value >= 0 && Number.isSafeInteger(value)) return value === 0 ? '0' : String(value);
      break;
    default:
      return type satisfies never;
  }
  return fromBigInt(BigInt(value), type);
}

/**
 * A number, or text of decimal digits with or without a sign, as proto3 JSON writes an integer: 32-bit ones as numbers,
 * 64-bit ones as strings. Big literals keep every digit.
 */
export function toInteger(value: number | string | ExactNumber, type: IntegerType): number | string | Misfit {
  if (typeof value === 'number') return fromNumber(value, type);
  const text = typeof value === 'string' ? value : value.literal;
  if (DECIMAL.test(text)) {
    if (text.length <= SAFE_DIGITS) return fromNumber(Number(text), type);
    if (text.length > MAX_DIGITS) return new Misfit('out_of_range', `${text.length} digits are too many for ${type}`);
    return fromBigInt(BigInt(text.startsWith('+') ? text.slice(1) : text), type);
  }
  // A literal such as 12.0 or 1e3 is an integer by its value; a text is not.
  if (value instanceof ExactNumber) return fromNumber(value.value, type);
  return new Misfit('type_mismatch', `${JSON.stringify(text.slice(0, 100))} is not an integer`);
}
