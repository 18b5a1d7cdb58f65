import { textToBase64 } from '../scalars/base64.ts';
import { toBoolean } from '../scalars/boolean.ts';
import { formatDuration, normalizeDuration } from '../scalars/duration.ts';
import { toFloat } from '../scalars/float.ts';
import { toInteger } from '../scalars/integer.ts';
import { Misfit } from '../scalars/misfit.ts';
import { formatTimestamp, normalizeTimestamp } from '../scalars/timestamp.ts';
import type { EnumSchema, ScalarType } from '../schema/schema.ts';
import { ExactNumber, type Value, type ValueMap } from '../value.ts';
import { isNumeric, describe } from '../value-kind.ts';

function mismatch(value: Value, wanted: string, hint = ''): Misfit {
  return new Misfit('type_mismatch', `${describe(value)} where ${wanted} is asked for${hint}`);
}

/**
 * A token as a scalar of proto3 JSON. Text is read as a number or boolean where it is one; a number is no text, as in the
 * reference engine: parsers convert it to a string first. Text in a bytes field stands for its bytes in UTF-8.
 */
export function encodeScalar(type: ScalarType, value: Value): string | number | boolean | Misfit {
  switch (type) {
    case 'string':
      // A half of a surrogate pair has no encoding in UTF-8.
      if (typeof value === 'string') return value.isWellFormed() ? value : value.toWellFormed();
      return isNumeric(value) || typeof value === 'boolean'
        ? mismatch(value, 'a string', ' (convert it to string first)')
        : mismatch(value, 'a string');
    case 'bytes':
      return typeof value === 'string' ? textToBase64(value) : mismatch(value, 'bytes (a string)');
    case 'bool':
      if (typeof value === 'boolean') return value;
      return typeof value === 'string' ? toBoolean(value) : mismatch(value, 'a boolean');
    case 'float':
    case 'double':
      return typeof value === 'string' || isNumeric(value) ? toFloat(value, type) : mismatch(value, 'a number');
    case 'int32':
    case 'uint32':
    case 'int64':
    case 'uint64':
      return typeof value === 'string' || isNumeric(value) ? toInteger(value, type) : mismatch(value, 'an integer');
    default:
      return type satisfies never;
  }
}

/** An enum's member by its exact name, or by its number. */
export function encodeEnum(schema: EnumSchema, value: Value): string | Misfit {
  if (typeof value === 'string' && schema.numbers.has(value)) return value;
  const number = value instanceof ExactNumber ? value.value : value;
  const name = typeof number === 'number' ? schema.names.get(number) : undefined;
  if (name !== undefined) return name;
  if (typeof number !== 'string' && typeof number !== 'number') return mismatch(value, `a name of ${schema.name}`);
  return new Misfit('unknown_enum_value', `${describe(value)} is no value of the enum ${schema.name}`);
}

// The parts of a Timestamp or Duration: numbers, or text that is one.
function part(map: ValueMap, name: string): number | null {
  const value = map.get(name);
  if (value === undefined || value === '' || value === null) return 0;
  if (typeof value !== 'string' && !isNumeric(value)) return null;
  const integer = toInteger(value, 'int64');
  return integer instanceof Misfit ? null : Number(integer);
}

/** `{seconds, nanos}` or text. */
function encodeSpan(
  value: Value,
  wanted: string,
  format: (seconds: number, nanos: number) => string | Misfit,
  normalize: (text: string) => string | Misfit,
): string | Misfit {
  if (typeof value === 'string') return normalize(value);
  if (!(value instanceof Map)) return mismatch(value, wanted);
  for (const key of value.keys()) {
    if (key !== 'seconds' && key !== 'nanos') {
      return new Misfit('unknown_field', `${wanted} has no ${JSON.stringify(key.slice(0, 100))}`);
    }
  }
  const seconds = part(value, 'seconds');
  const nanos = part(value, 'nanos');
  if (seconds === null || nanos === null) return new Misfit('type_mismatch', 'seconds and nanos are integers');
  return format(seconds, nanos);
}

export function encodeTimestamp(value: Value): string | Misfit {
  return encodeSpan(value, 'a timestamp', formatTimestamp, normalizeTimestamp);
}

export function encodeDuration(value: Value): string | Misfit {
  return encodeSpan(value, 'a duration', formatDuration, normalizeDuration);
}
