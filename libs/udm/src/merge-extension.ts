import { ENTITY_SCHEMA, EVENT_SCHEMA, type FieldSchema, type MessageSchema } from './schema/schema.ts';
import { isJsonObject, type MutableJson, setOwn, type UdmJson } from './udm-json.ts';

export interface MergeOptions {
  readonly root?: 'event' | 'entity';
  /** What becomes of a repeated field that both have: the extension's elements instead of the base's, or behind them. */
  readonly repeated?: 'replace' | 'append';
}

type Mode = 'replace' | 'append';

/** Fields that an extension cannot remove, as in the reference engine. */
const NOT_REMOVABLE: ReadonlySet<string> = new Set(['hostname']);

/** What an extension that keeps declared tokens (`encodeExtension`) says of a field to be removed. */
function removes(value: unknown): boolean {
  return value === '' || (Array.isArray(value) && value.length === 0);
}

/** Structs and maps: key by key, the extension's value whole; "" removes a key. */
function mergeKeys(base: UdmJson, extension: UdmJson): UdmJson {
  const merged: MutableJson = {};
  for (const [key, value] of Object.entries(base)) {
    if (!Object.hasOwn(extension, key)) setOwn(merged, key, value);
  }
  for (const [key, value] of Object.entries(extension)) {
    if (value !== '') setOwn(merged, key, value);
  }
  return merged;
}

function mergeField(field: FieldSchema | undefined, base: unknown, extension: unknown, mode: Mode): unknown {
  if (field?.repeated === true) {
    return mode === 'append' && Array.isArray(base) && Array.isArray(extension) ? [...base, ...extension] : extension;
  }
  if (!isJsonObject(base) || !isJsonObject(extension)) return extension;
  return field?.type.kind === 'message'
    ? mergeMessage(field.type.message, base, extension, mode)
    : mergeKeys(base, extension);
}

function mergeMessage(schema: MessageSchema, base: UdmJson, extension: UdmJson, mode: Mode): UdmJson {
  const merged: MutableJson = { ...base };
  for (const [key, value] of Object.entries(extension)) {
    const field = schema.fields.get(key);
    if (removes(value)) {
      if (!NOT_REMOVABLE.has(key)) delete merged[key];
    } else {
      const existing = Object.hasOwn(base, key) ? base[key] : undefined;
      setOwn(merged, key, mergeField(field, existing ?? emptyLike(value), value, mode));
    }
  }
  return merged;
}

/** So that what an extension brings anew goes the same way, and its removals leave no trace. */
function emptyLike(value: unknown): unknown {
  if (Array.isArray(value)) return [];
  return isJsonObject(value) ? {} : undefined;
}

/**
 * Puts what a parser extension made of a log over what the parser made of it. Singular fields of the extension overwrite,
 * messages merge field by field, repeated fields follow `repeated` (default: replaced whole, as for code snippets),
 * `additional` merges key by key. "" and [] remove what the base has (`encodeExtension` keeps them), but never a host
 * name. To be done before `completeEvent`. Gives a new record; the inputs stay as they are.
 */
export function mergeExtension(base: UdmJson, extension: UdmJson, options: MergeOptions = {}): UdmJson {
  const schema = options.root === 'entity' ? ENTITY_SCHEMA : EVENT_SCHEMA;
  return mergeMessage(schema, base, extension, options.repeated ?? 'replace');
}
