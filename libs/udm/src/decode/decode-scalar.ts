import { normalizeBase64 } from '../scalars/base64.ts';
import { normalizeDuration } from '../scalars/duration.ts';
import { toFloat } from '../scalars/float.ts';
import { toInteger } from '../scalars/integer.ts';
import { Misfit } from '../scalars/misfit.ts';
import { normalizeTimestamp } from '../scalars/timestamp.ts';
import type { EnumSchema, ScalarType } from '../schema/schema.ts';
import { quoted } from '../value-kind.ts';

/** A JSON value as messages name it. */
export function describeJson(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  if (typeof value === 'string') return `the string ${quoted(value)}`;
  if (typeof value === 'number' || typeof value === 'boolean') return `the ${typeof value} ${value}`;
  return `a ${typeof value}`;
}

function mismatch(value: unknown, wanted: string): Misfit {
  return new Misfit('type_mismatch', `${describeJson(value)} where ${wanted} is asked for`);
}

/** A scalar of proto3 JSON in its normal form. Integers may be numbers or strings of digits, bytes either base64. */
export function decodeScalar(type: ScalarType, value: unknown): string | number | boolean | Misfit {
  switch (type) {
    case 'string':
      return typeof value === 'string' ? value.toWellFormed() : mismatch(value, 'a string');
    case 'bytes':
      return typeof value === 'string' ? normalizeBase64(value) : mismatch(value, 'bytes (a string of base64)');
    case 'bool':
      return typeof value === 'boolean' ? value : mismatch(value, 'a boolean');
    case 'float':
    case 'double':
      return typeof value === 'string' || typeof value === 'number'
        ? toFloat(value, type)
        : mismatch(value, 'a number');
    case 'int32':
    case 'uint32':
    case 'int64':
    case 'uint64':
      return typeof value === 'string' || typeof value === 'number'
        ? toInteger(value, type)
        : mismatch(value, 'an integer');
    default:
      return type satisfies never;
  }
}

/** An enum's member by its exact name, or by its number. */
export function decodeEnum(schema: EnumSchema, value: unknown): string | Misfit {
  if (typeof value === 'string' && schema.numbers.has(value)) return value;
  const name = typeof value === 'number' ? schema.names.get(value) : undefined;
  if (name !== undefined) return name;
  if (typeof value !== 'string' && typeof value !== 'number') return mismatch(value, `a name of ${schema.name}`);
  return new Misfit('unknown_enum_value', `${describeJson(value)} is no value of the enum ${schema.name}`);
}

export function decodeTimestamp(value: unknown): string | Misfit {
  return typeof value === 'string' ? normalizeTimestamp(value) : mismatch(value, 'a timestamp (a string)');
}

export function decodeDuration(value: unknown): string | Misfit {
  return typeof value === 'string' ? normalizeDuration(value) : mismatch(value, 'a duration (a string)');
}
