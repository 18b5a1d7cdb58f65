import { ENTITY_SCHEMA, EVENT_SCHEMA, type FieldSchema, type FieldType, type MessageSchema } from '../schema/schema.ts';

export type UdmRoot = 'event' | 'entity';

/** What a path of a record leads to. */
export interface ResolvedField {
  /** In the names of the protos, without indexes: `principal.user.userid`. */
  readonly path: string;
  /** `string`, `int32`, …, `Timestamp`, `Duration`, `Struct`, or the name of a message or enum: `Noun`. */
  readonly type: string;
  readonly kind: FieldType['kind'];
  readonly repeated: boolean;
  readonly deprecated: boolean;
  /** The enum's names, the default first. */
  readonly enumNames?: readonly string[];
}

// What parsers write below fields that are objects to them and scalars in JSON.
const TIME_PARTS: Readonly<Record<string, 'int64' | 'int32'>> = { seconds: 'int64', nanos: 'int32' };

export function rootSchema(root: UdmRoot): MessageSchema {
  return root === 'event' ? EVENT_SCHEMA : ENTITY_SCHEMA;
}

function typeName(type: FieldType): string {
  switch (type.kind) {
    case 'scalar':
      return type.scalar;
    case 'enum':
      return type.enum.name;
    case 'message':
    case 'map':
      return type.message.name;
    case 'timestamp':
      return 'Timestamp';
    case 'duration':
      return 'Duration';
    case 'struct':
      return 'Struct';
    default:
      return type satisfies never;
  }
}

function resolved(path: string, field: FieldSchema): ResolvedField {
  const { type, repeated, deprecated } = field;
  const base = { path, type: typeName(type), kind: type.kind, repeated, deprecated };
  return type.kind === 'enum' ? { ...base, enumNames: [...type.enum.numbers.keys()] } : base;
}

/** `rest` below a field that is no message of the schema: parts of times, what is inside of a Struct. */
function resolveInside(path: string, { type }: FieldSchema, rest: readonly string[]): ResolvedField | undefined {
  const below = [path, ...rest].join('.');
  const base = { path: below, repeated: false, deprecated: false };
  if (type.kind === 'timestamp' || type.kind === 'duration') {
    const part = rest.length === 1 && Object.hasOwn(TIME_PARTS, rest[0] ?? '') ? TIME_PARTS[rest[0] ?? ''] : undefined;
    return part === undefined ? undefined : { ...base, kind: 'scalar', type: part };
  }
  if (type.kind !== 'struct' || rest[0] !== 'fields') return undefined;
  return { ...base, kind: 'struct', type: 'Struct', repeated: rest.length === 1 };
}

/**
 * Finds the field that a path of a record names: `principal.user.userid`. Takes JSON names and indexes (`ip.0`) as well,
 * and what parsers write inside of times (`.seconds`) and Structs (`additional.fields`). Undefined for what is not there.
 */
export function resolvePath(path: string, root: UdmRoot = 'event'): ResolvedField | undefined {
  let schema: MessageSchema | undefined = rootSchema(root);
  const names: string[] = [];
  let field: FieldSchema | undefined;
  let atKey = false;
  const steps = path.split('.');
  for (const [at, step] of steps.entries()) {
    if (field?.repeated === true && /^[0-9]+$/.test(step)) continue;
    if (schema === undefined) return field && resolveInside(names.join('.'), field, steps.slice(at));
    // The key of a map is any text; what follows belongs to its value.
    if (atKey) {
      atKey = false;
      names.push(step);
      continue;
    }
    field = schema.fields.get(step);
    if (field === undefined) return undefined;
    names.push(field.name);
    atKey = field.type.kind === 'map';
    schema = field.type.kind === 'message' || field.type.kind === 'map' ? field.type.message : undefined;
  }
  return field && resolved(names.join('.'), field);
}
