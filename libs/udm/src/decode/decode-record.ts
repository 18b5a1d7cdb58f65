import type { Encoded } from '../problem.ts';
import { RecordWalk } from '../record-walk.ts';
import { Misfit } from '../scalars/misfit.ts';
import { ENTITY_SCHEMA, EVENT_SCHEMA, type FieldSchema, type FieldType, type MessageSchema } from '../schema/schema.ts';
import { isJsonObject, type MutableJson, setOwn, type UdmJson } from '../udm-json.ts';
import { decodeDuration, decodeEnum, decodeScalar, decodeTimestamp, describeJson } from './decode-scalar.ts';

/** Any JSON, as a value of a Struct; only its size and its text are looked at. */
function decodeAny(walk: RecordWalk, value: unknown, depth: number): unknown {
  if (!walk.count(depth, typeof value === 'string' ? value.length : 0)) return undefined;
  if (typeof value === 'string') return value.toWellFormed();
  if (typeof value !== 'object' || value === null) return value === undefined ? undefined : value;
  if (!walk.mayDescend(depth)) return undefined;
  if (!Array.isArray(value)) return decodeStruct(walk, value as UdmJson, depth);
  const list: unknown[] = [];
  for (const [index, element] of value.entries()) {
    walk.at(depth, index);
    const json = decodeAny(walk, element, depth + 1);
    if (json !== undefined) list.push(json);
  }
  return list;
}

function decodeStruct(walk: RecordWalk, value: UdmJson, depth: number): MutableJson {
  const out: MutableJson = {};
  for (const [key, inner] of Object.entries(value)) {
    walk.at(depth, key);
    const json = walk.count(depth + 1, key.length) ? decodeAny(walk, inner, depth + 1) : undefined;
    if (json !== undefined) setOwn(out, key.toWellFormed(), json);
  }
  return out;
}

function decodeMap(walk: RecordWalk, schema: MessageSchema, value: UdmJson, depth: number): MutableJson {
  const out: MutableJson = {};
  for (const [key, inner] of Object.entries(value)) {
    walk.at(depth, key);
    if (!walk.count(depth + 1, key.length)) break;
    if (isJsonObject(inner)) setOwn(out, key.toWellFormed(), decodeMessage(walk, schema, inner, depth + 1));
    else walk.error('type_mismatch', depth + 1, `${describeJson(inner)} where an object is asked for`);
  }
  return out;
}

function decodeObject(
  walk: RecordWalk,
  type: Extract<FieldType, { kind: 'struct' | 'map' | 'message' }>,
  value: unknown,
  depth: number,
): MutableJson | undefined {
  if (!isJsonObject(value)) {
    walk.error('type_mismatch', depth, `${describeJson(value)} where an object is asked for`);
    return undefined;
  }
  if (type.kind === 'message') return decodeMessage(walk, type.message, value, depth);
  if (!walk.mayDescend(depth)) return undefined;
  return type.kind === 'map' ? decodeMap(walk, type.message, value, depth) : decodeStruct(walk, value, depth);
}

function decodeValue(walk: RecordWalk, type: FieldType, value: unknown, depth: number): unknown {
  if (!walk.count(depth, typeof value === 'string' ? value.length : 0)) return undefined;
  let json: string | number | boolean | Misfit;
  switch (type.kind) {
    case 'scalar':
      json = decodeScalar(type.scalar, value);
      break;
    case 'enum':
      json = decodeEnum(type.enum, value);
      break;
    case 'timestamp':
      json = decodeTimestamp(value);
      break;
    case 'duration':
      json = decodeDuration(value);
      break;
    case 'struct':
    case 'map':
    case 'message':
      return decodeObject(walk, type, value, depth);
    default:
      return type satisfies never;
  }
  if (!(json instanceof Misfit)) {
    if (
      typeof value === 'number' &&
      typeof json === 'string' &&
      !Number.isSafeInteger(value) &&
      type.kind === 'scalar'
    ) {
      walk.warn('lost_precision', depth, `${value} may have lost digits: send integers beyond 2^53 as strings`);
    }
    return json;
  }
  walk.error(json.code, depth, json.why);
  return undefined;
}

function decodeField(walk: RecordWalk, field: FieldSchema, value: unknown, depth: number, out: MutableJson): void {
  if (!field.repeated) {
    if (Array.isArray(value)) {
      walk.error('list_in_singular_field', depth, 'a list where the field is not repeated');
      return;
    }
    const json = decodeValue(walk, field.type, value, depth);
    if (json !== undefined && json !== field.omitted) out[field.json] = json;
    return;
  }
  if (!Array.isArray(value)) {
    walk.error('type_mismatch', depth, `${describeJson(value)} where a list is asked for (the field is repeated)`);
    return;
  }
  const list: unknown[] = [];
  for (const [index, element] of value.entries()) {
    walk.at(depth, index);
    const json = decodeValue(walk, field.type, element, depth + 1);
    if (json !== undefined) list.push(json);
  }
  if (list.length > 0) out[field.json] = list;
}

function decodeMessage(walk: RecordWalk, schema: MessageSchema, value: UdmJson, depth: number): MutableJson {
  const out: MutableJson = {};
  if (!walk.mayDescend(depth)) return out;
  for (const key of Object.keys(value)) {
    const inner = value[key];
    if (inner === null || inner === undefined) continue;
    walk.at(depth, key);
    const field = schema.fields.get(key);
    if (field === undefined) {
      walk.error('unknown_field', depth + 1, `${schema.name} has no such field (found ${describeJson(inner)})`);
    } else if (key !== field.json && Object.hasOwn(value, field.json)) {
      walk.error('duplicate_field', depth + 1, `the field is also set as "${field.json}"`);
    } else {
      decodeField(walk, field, inner, depth + 1, out);
    }
  }
  return out;
}

/** How many times the limits of encoding a record may reach that is read again. */
const DECODING_ROOM = 3;

function decode(schema: MessageSchema, value: unknown, root: string): Encoded {
  // What a parser has encoded at its limits has grown since, by the engine's own fields and by mirrored assets.
  const walk = new RecordWalk(root, DECODING_ROOM);
  if (!isJsonObject(value)) {
    walk.error('type_mismatch', 0, `${describeJson(value)} where an object is asked for`);
    return { json: {}, problems: walk.problems };
  }
  const json = decodeMessage(walk, schema, value, 0);
  return { json, problems: walk.problems };
}

/**
 * Reads an event in proto3 JSON and gives it in its normal form, which is that of `encodeEvent`. Takes what the proto3
 * JSON mapping takes: both spellings of names, 64-bit integers as strings or numbers, enums by name or number, null for
 * unset. An unknown field or enum name is an error. Never throws.
 */
export function decodeEvent(json: unknown): Encoded {
  return decode(EVENT_SCHEMA, json, 'udm');
}

/** Reads an entity in proto3 JSON, as `decodeEvent` does it for events. */
export function decodeEntity(json: unknown): Encoded {
  return decode(ENTITY_SCHEMA, json, 'entity');
}
