import type { Encoded } from '../problem.ts';
import { RecordWalk } from '../record-walk.ts';
import { Misfit } from '../scalars/misfit.ts';
import { ENTITY_SCHEMA, EVENT_SCHEMA, type FieldSchema, type FieldType, type MessageSchema } from '../schema/schema.ts';
import { type MutableJson, setOwn } from '../udm-json.ts';
import type { Value, ValueMap } from '../value.ts';
import { describe } from '../value-kind.ts';
import { encodeDuration, encodeEnum, encodeScalar, encodeTimestamp } from './encode-scalar.ts';
import { encodeStruct } from './encode-struct.ts';

/** Only strings and bytes can hold the empty string; elsewhere it means that a parser has declared the token. */
function holdsEmptyString(type: FieldType): boolean {
  return type.kind === 'scalar' && (type.scalar === 'string' || type.scalar === 'bytes');
}

/**
 * A walk that may keep fields which were set to "" (or, where they are repeated, to []) as they are: outside of lists and
 * maps, whose elements are whole or not there.
 */
class EncodingWalk extends RecordWalk {
  keepsCleared: boolean;

  constructor(prefix: string, keepsCleared: boolean) {
    super(prefix);
    this.keepsCleared = keepsCleared;
  }

  /** Runs a part of the walk that keeps nothing cleared. */
  whole<T>(part: () => T): T {
    const { keepsCleared } = this;
    this.keepsCleared = false;
    const result = part();
    this.keepsCleared = keepsCleared;
    return result;
  }
}

function encodeMap(walk: EncodingWalk, schema: MessageSchema, value: Value, depth: number): MutableJson | undefined {
  if (!walk.mayDescend(depth)) return undefined;
  const out: MutableJson = {};
  const put = (key: string, entry: Value | undefined) => {
    if (!walk.count(depth + 1, key.length)) return;
    if (entry instanceof Map) setOwn(out, key.toWellFormed(), encodeMessage(walk, schema, entry, depth + 1));
    else walk.error('type_mismatch', depth + 1, `${describe(entry)} where a map is asked for`);
  };
  if (value instanceof Map && !(value.size === 2 && value.has('key') && value.has('value'))) {
    for (const [key, entry] of value) {
      walk.at(depth, key);
      put(key, entry);
    }
    return out;
  }
  for (const [index, entry] of (Array.isArray(value) ? value : [value]).entries()) {
    walk.at(depth, index);
    const key = entry instanceof Map ? entry.get('key') : undefined;
    if (entry instanceof Map && typeof key === 'string') put(key, entry.get('value'));
    else walk.error('type_mismatch', depth + 1, `${describe(entry)} where a map {key, value} is asked for`);
  }
  return out;
}

/** One value of a field, repeated or not; undefined when it does not fit, which has been told. */
function encodeValue(walk: EncodingWalk, type: FieldType, value: Value, depth: number): unknown {
  if (!walk.count(depth, typeof value === 'string' ? value.length : 0)) return undefined;
  let json: string | number | boolean | Misfit;
  switch (type.kind) {
    case 'scalar':
      json = encodeScalar(type.scalar, value);
      break;
    case 'enum':
      json = encodeEnum(type.enum, value);
      break;
    case 'timestamp':
      json = encodeTimestamp(value);
      break;
    case 'duration':
      json = encodeDuration(value);
      break;
    case 'struct':
      return encodeStruct(walk, value, depth);
    case 'map':
      return walk.whole(() => encodeMap(walk, type.message, value, depth));
    case 'message':
      if (value instanceof Map) return encodeMessage(walk, type.message, value, depth);
      walk.error('type_mismatch', depth, `${describe(value)} where ${type.message.name} (a map) is asked for`);
      return undefined;
    default:
      return type satisfies never;
  }
  if (!(json instanceof Misfit)) return json;
  walk.error(json.code, depth, json.why);
  return undefined;
}

function encodeRepeated(walk: EncodingWalk, type: FieldType, value: Value, depth: number): unknown[] {
  const out: unknown[] = [];
  // A token that was only declared, or one value alone.
  if (!Array.isArray(value)) {
    const json = value === '' ? undefined : encodeValue(walk, type, value, depth);
    if (json !== undefined) out.push(json);
    return out;
  }
  const keepsEmpty = holdsEmptyString(type);
  for (let index = 0; index < value.length; index++) {
    const element = value[index];
    if (element === null || element === undefined || (element === '' && !keepsEmpty)) continue;
    walk.at(depth, index);
    if (Array.isArray(element)) {
      walk.error('type_mismatch', depth + 1, 'a list inside a list');
      continue;
    }
    const json = encodeValue(walk, type, element, depth + 1);
    if (json !== undefined) out.push(json);
  }
  return out;
}

/** A field of `out`, at `depth` steps below the root. */
function encodeField(walk: EncodingWalk, field: FieldSchema, value: Value, depth: number, out: MutableJson): void {
  const { type } = field;
  if (walk.keepsCleared && (value === '' || (Array.isArray(value) && value.length === 0))) {
    out[field.json] = field.repeated ? [] : '';
    return;
  }
  if (field.repeated) {
    const list = walk.whole(() => encodeRepeated(walk, type, value, depth));
    if (list.length > 0) out[field.json] = list;
    return;
  }
  if (value === '' && !(field.presence && holdsEmptyString(type))) return;
  if (Array.isArray(value) && type.kind !== 'map') {
    walk.error('list_in_singular_field', depth, 'a list where the field is not repeated');
    return;
  }
  const json = encodeValue(walk, type, value, depth);
  if (json !== undefined && json !== field.omitted) out[field.json] = json;
}

function encodeMessage(walk: EncodingWalk, schema: MessageSchema, map: ValueMap, depth: number): MutableJson {
  const out: MutableJson = {};
  if (!walk.mayDescend(depth)) return out;
  for (const [key, value] of map) {
    if (value === null) continue;
    walk.at(depth, key);
    const field = schema.fields.get(key);
    if (field === undefined) {
      walk.error('unknown_field', depth + 1, `${schema.name} has no such field (found ${describe(value)})`);
    } else if (key !== field.name && map.has(field.name)) {
      walk.error('duplicate_field', depth + 1, `the field is also set as "${field.name}"`);
    } else {
      encodeField(walk, field, value, depth + 1, out);
    }
  }
  return out;
}

function encode(schema: MessageSchema, map: ValueMap, prefix: string, keepsCleared = false): Encoded {
  const walk = new EncodingWalk(prefix, keepsCleared);
  const json = encodeMessage(walk, schema, map, 0);
  return { json, problems: walk.problems };
}

/**
 * An event as a parser has built it (what is below `event.idm.read_only_udm`) in proto3 JSON. Names are those of the
 * protos or their JSON names. A single value in a repeated field becomes a list of one; a list in a field that is not
 * repeated, an unknown field or an unknown name of an enum is an error. What is at its default is left out, what the
 * parser touched is kept as an empty object, and in lists everything is kept. Never throws.
 *
 * @param prefix what messages put before the path of a field
 */
export function encodeEvent(udm: ValueMap, prefix = 'event.idm.read_only_udm'): Encoded {
  return encode(EVENT_SCHEMA, udm, prefix);
}

/** An entity as a parser has built it (what is below `event.idm.entity`), as `encodeEvent` does it for events. */
export function encodeEntity(entity: ValueMap, prefix = 'event.idm.entity'): Encoded {
  return encode(ENTITY_SCHEMA, entity, prefix);
}

/**
 * An event as a parser extension has built it, for `mergeExtension`: as `encodeEvent`, but a field that was set to ""
 * stays "" (a repeated one becomes []), which removes what the parser has mapped to it.
 */
export function encodeExtension(udm: ValueMap, prefix = 'event.idm.read_only_udm'): Encoded {
  return encode(EVENT_SCHEMA, udm, prefix, true);
}
