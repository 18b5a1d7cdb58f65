import type { RecordWalk } from '../record-walk.ts';
import { Misfit } from '../scalars/misfit.ts';
import { type MutableJson, setOwn } from '../udm-json.ts';
import type { Value, ValueMap } from '../value.ts';
import { describe, quoted } from '../value-kind.ts';
import { encodeScalar } from './encode-scalar.ts';

const KINDS = ['string_value', 'number_value', 'bool_value', 'list_value', 'struct_value', 'null_value'] as const;

type StructKind = (typeof KINDS)[number];

const CAMEL: Readonly<Record<StructKind, string>> = {
  string_value: 'stringValue',
  number_value: 'numberValue',
  bool_value: 'boolValue',
  list_value: 'listValue',
  struct_value: 'structValue',
  null_value: 'nullValue',
};

function kindIn(map: ValueMap): readonly [kind: StructKind, key: string, value: Value] | null {
  for (const kind of KINDS) {
    const key = map.has(kind) ? kind : CAMEL[kind];
    const value = map.get(key);
    if (value !== undefined) return [kind, key, value];
  }
  return null;
}

/** The elements of a value that may be a list or stand alone; nothing for what is not set. */
function elementsOf(value: Value | undefined): readonly Value[] {
  if (value === undefined || value === null || value === '') return [];
  return Array.isArray(value) ? value : [value];
}

function scalarOf(walk: RecordWalk, kind: 'string_value' | 'number_value' | 'bool_value', value: Value, depth: number) {
  let converted: string | number | boolean | Misfit;
  if (kind === 'number_value') converted = encodeScalar('double', value);
  else converted = encodeScalar(kind === 'string_value' ? 'string' : 'bool', value);
  if (!(converted instanceof Misfit)) return converted;
  walk.error(converted.code, depth, converted.why);
  return undefined;
}

/** google.protobuf.Value as parsers build it: a map with one of `KINDS`. */
function encodeStructValue(walk: RecordWalk, value: Value | undefined, depth: number): unknown {
  if (!(value instanceof Map)) {
    walk.error('type_mismatch', depth, `${describe(value)} where a map with one of ${KINDS.join(', ')} is asked for`);
    return undefined;
  }
  const found = kindIn(value);
  if (found === null) {
    const keys = [...value.keys()].slice(0, 5).map(quoted);
    walk.error('unknown_field', depth, `none of ${KINDS.join(', ')} is set, but ${keys.join(', ') || 'nothing'}`);
    return undefined;
  }
  const [kind, key, inner] = found;
  walk.at(depth, key);
  if (!walk.count(depth + 1, typeof inner === 'string' ? inner.length : 0)) return undefined;
  switch (kind) {
    case 'string_value':
    case 'number_value':
    case 'bool_value':
      return scalarOf(walk, kind, inner, depth + 1);
    case 'null_value':
      return null;
    case 'struct_value':
      return encodeStruct(walk, inner, depth + 1);
    case 'list_value':
      return encodeList(walk, inner, depth + 1);
    default:
      return kind satisfies never;
  }
}

function encodeList(walk: RecordWalk, value: Value, depth: number): unknown {
  if (!walk.mayDescend(depth)) return undefined;
  if (value === '') return [];
  const list: unknown[] = [];
  walk.at(depth, 'values');
  for (const [index, element] of elementsOf(value instanceof Map ? value.get('values') : value).entries()) {
    walk.at(depth + 1, index);
    const encoded = encodeStructValue(walk, element, depth + 2);
    if (encoded !== undefined) list.push(encoded);
  }
  return list;
}

/** A key in the map or list of `fields`. What has no value is left out. */
function put(
  walk: RecordWalk,
  out: MutableJson,
  key: Value | undefined,
  value: Value | undefined,
  depth: number,
): void {
  if (key !== undefined && typeof key !== 'string') {
    walk.error('type_mismatch', depth, `the key is ${describe(key)} where a string is asked for`);
    return;
  }
  if (value === undefined || value === '' || value === null || (value instanceof Map && value.size === 0)) {
    // A replace of the value has failed, mostly; the reference engine lets the key go, too.
    walk.warn('missing_field', depth, `${quoted(key ?? '')} has no value and is left out`);
    return;
  }
  walk.at(depth, 'value');
  if (!walk.count(depth + 1, key === undefined ? 0 : key.length)) return;
  const encoded = encodeStructValue(walk, value, depth + 1);
  if (encoded !== undefined) setOwn(out, (key ?? '').toWellFormed(), encoded);
}

/**
 * google.protobuf.Struct as parsers build it, to a plain object: `fields` is a list of `{key, value}` (or one of these,
 * or a map of key to value) whose values are maps with `string_value`, `number_value`, `bool_value`, `list_value` or
 * `struct_value`. Of equal keys the last one wins.
 */
export function encodeStruct(walk: RecordWalk, value: Value, depth: number): MutableJson | undefined {
  if (value === '') return {};
  if (!(value instanceof Map)) {
    walk.error('type_mismatch', depth, `${describe(value)} where a map is asked for`);
    return undefined;
  }
  if (!walk.mayDescend(depth)) return undefined;
  const out: MutableJson = {};
  for (const [name, fields] of value) {
    walk.at(depth, name);
    if (name !== 'fields') {
      walk.error('unknown_field', depth + 1, 'no such field (values are merged into "fields" as {key, value})');
    } else if (fields instanceof Map && !fields.has('key') && !fields.has('value')) {
      for (const [key, field] of fields) {
        walk.at(depth + 1, key);
        put(walk, out, key, field, depth + 2);
      }
    } else {
      for (const [index, field] of elementsOf(fields).entries()) {
        walk.at(depth + 1, index);
        if (field instanceof Map) {
          put(walk, out, field.get('key'), field.get('value'), depth + 2);
        } else if (field !== '' && field !== null) {
          walk.error('type_mismatch', depth + 2, `${describe(field)} where a map {key, value} is asked for`);
        }
      }
    }
  }
  return out;
}
