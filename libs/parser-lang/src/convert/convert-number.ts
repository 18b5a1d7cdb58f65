import { ExactNumber, numberOf, type Value } from '@logweave/udm';
import { Failure, quoted } from '../extraction.ts';
import { kindOf } from './value-kind.ts';

const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;
const UINT64_MAX = 2n ** 64n - 1n;

/** A signed integer of 64 bits. Texts as Go's `ParseInt` reads them; of a number with a fraction the whole part. */
export function toInteger(value: Value): Value | Failure {
  return integerOf(value, /^[+-]?\d+$/, INT64_MIN, INT64_MAX);
}

/** An unsigned integer of 64 bits. Texts as Go's `ParseUint` reads them: without any sign. */
export function toUnsignedInteger(value: Value): Value | Failure {
  return integerOf(value, /^\d+$/, 0n, UINT64_MAX);
}

function integerOf(value: Value, syntax: RegExp, min: bigint, max: bigint): Value | Failure {
  if (typeof value === 'string') {
    if (!syntax.test(value)) {
      return new Failure(`parsing ${quoted(value)}: invalid syntax`);
    }
    // Up to 15 digits are below 2^53, whatever they are. A big integer takes long to read of many digits.
    if (value.length <= 15) {
      return Number(value) + 0;
    }
    const digits = value.replace(/^[+-]?0*/, '').length;
    return digits > 20 ? outOfRange(value) : inRange(BigInt(value.replace('+', '')), value, min, max);
  }
  if (typeof value === 'boolean') {
    return value ? 1 : 0;
  }
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= Number(min)) {
    return value;
  }
  const whole = wholePart(value);
  return whole instanceof Failure ? whole : inRange(whole, String(whole), min, max);
}

function inRange(integer: bigint, text: string, min: bigint, max: bigint): Value | Failure {
  return integer < min || integer > max ? outOfRange(text) : numberOf(String(integer));
}

function outOfRange(text: string): Failure {
  return new Failure(`parsing ${quoted(text)}: value out of range`);
}

/** The whole part of a number, exact where its literal is an integer. */
function wholePart(value: Value): bigint | Failure {
  if (value instanceof ExactNumber && /^-?\d{1,40}$/.test(value.literal)) {
    return BigInt(value.literal);
  }
  const double = value instanceof ExactNumber ? value.value : value;
  if (typeof double !== 'number') {
    return new Failure(`cannot convert ${kindOf(value)} to a number`);
  }
  return Number.isFinite(double) ? BigInt(Math.trunc(double)) : new Failure('value out of range');
}

/**
 * A double. Texts as Go's `ParseFloat` reads them, in decimal and perhaps with `_` between digits; infinities and NaN have
 * no place in JSON and fail.
 */
export function toFloat(value: Value): Value | Failure {
  if (typeof value === 'number') {
    return value;
  }
  if (value instanceof ExactNumber) {
    return Number.isFinite(value.value) ? value.value : outOfRange(value.literal);
  }
  if (typeof value === 'boolean') {
    return value ? 1 : 0;
  }
  if (typeof value !== 'string') {
    return new Failure(`cannot convert ${kindOf(value)} to a number`);
  }
  const digits = value.replaceAll(/(?<=\d)_(?=\d)/g, '');
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(digits)) {
    return new Failure(`parsing ${quoted(value)}: invalid syntax`);
  }
  const double = Number(digits);
  return Number.isFinite(double) ? double + 0 : outOfRange(value);
}

/** A decimal integer, as text, of hexadecimal digits with or without `0x`; up to 64 bits. */
export function hexToDecimal(value: Value): Value | Failure {
  const digits = typeof value === 'string' ? /^(?:0[xX])?([0-9a-fA-F]+)$/.exec(value)?.[1] : undefined;
  if (digits === undefined) {
    return new Failure(`not a hexadecimal number: ${quoted(textOf(value))}`);
  }
  const significant = digits.replace(/^0+(?=.)/, '');
  return significant.length > 16 ? outOfRange(digits) : String(BigInt(`0x${significant}`));
}

/** Milliseconds in nanoseconds, exact. */
export function millisToNanos(value: Value): Value | Failure {
  const millis = toInteger(value);
  return millis instanceof Failure ? millis : numberOf(String(BigInt(textOf(millis)) * 1_000_000n));
}

/** Milliseconds in whole seconds; what is left over is cut off. */
export function millisToSeconds(value: Value): Value | Failure {
  const millis = toInteger(value);
  return millis instanceof Failure ? millis : numberOf(String(BigInt(textOf(millis)) / 1000n));
}

function textOf(value: Value): string {
  return value instanceof ExactNumber ? value.literal : typeof value === 'object' ? kindOf(value) : String(value);
}
