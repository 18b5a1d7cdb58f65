import { ENUMS, MESSAGES } from './schema-data.ts';

/** proto3's scalar types, as far as UDM has them. */
export type ScalarType = 'string' | 'bytes' | 'bool' | 'int32' | 'uint32' | 'int64' | 'uint64' | 'float' | 'double';

export interface EnumSchema {
  readonly name: string;
  /** What an unset field means; left out of the JSON unless it stands in a list. */
  readonly first: string;
  readonly numbers: ReadonlyMap<string, number>;
  readonly names: ReadonlyMap<number, string>;
}

export interface MessageSchema {
  readonly name: string;
  /** By name as parsers write it (`user_agent`) and, where that differs, by JSON name (`userAgent`). */
  readonly fields: ReadonlyMap<string, FieldSchema>;
  /** By order of declaration. */
  readonly list: readonly FieldSchema[];
}

/** What a field holds. A `map` has strings for keys and messages for values. */
export type FieldType =
  | { readonly kind: 'scalar'; readonly scalar: ScalarType }
  | { readonly kind: 'enum'; readonly enum: EnumSchema }
  | { readonly kind: 'message'; readonly message: MessageSchema }
  | { readonly kind: 'map'; readonly message: MessageSchema }
  | { readonly kind: 'timestamp' }
  | { readonly kind: 'duration' }
  | { readonly kind: 'struct' };

export interface FieldSchema {
  /** As parsers and searches write it: `user_agent`. */
  readonly name: string;
  /** In JSON: `userAgent`. */
  readonly json: string;
  readonly type: FieldType;
  readonly repeated: boolean;
  readonly deprecated: boolean;
  /** Whether the wire tells "set to the default" from "not set" (proto3 `optional`, oneof): then defaults are kept. */
  readonly presence: boolean;
  /** The default, which stands in the JSON in lists only; undefined where every value is kept. */
  readonly omitted: string | number | boolean | undefined;
}

const WELL_KNOWN: Readonly<Record<string, FieldType>> = {
  Timestamp: { kind: 'timestamp' },
  Duration: { kind: 'duration' },
  Struct: { kind: 'struct' },
};

interface Building extends MessageSchema {
  readonly fields: Map<string, FieldSchema>;
  readonly list: FieldSchema[];
}

function readEnum(name: string, text: string): EnumSchema {
  const numbers = new Map<string, number>();
  const names = new Map<number, string>();
  let next = 0;
  for (const token of text.split(' ')) {
    const [member = '', number] = token.split('=');
    next = number === undefined ? next : Number(number);
    numbers.set(member, next);
    if (!names.has(next)) names.set(next, member);
    next++;
  }
  const [first = ''] = numbers.keys();
  return { name, first, numbers, names };
}

function camelCase(name: string): string {
  return name.replace(/_+(.?)/g, (_, next: string) => next.toUpperCase());
}

function present<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`the schema has no ${what}`);
  return value;
}

function defaultOf(type: FieldType): string | number | boolean | undefined {
  if (type.kind === 'enum') return type.enum.first;
  if (type.kind !== 'scalar') return undefined;
  switch (type.scalar) {
    case 'string':
    case 'bytes':
      return '';
    case 'bool':
      return false;
    case 'int64':
    case 'uint64':
      return '0';
    case 'int32':
    case 'uint32':
    case 'float':
    case 'double':
      return 0;
    default:
      return type.scalar satisfies never;
  }
}

function readFields(schema: Building, text: string, messages: Map<string, Building>, enums: Map<string, EnumSchema>) {
  for (const token of text.split(' ')) {
    const match = /^(\w+):([#&%]?)([\w.]+)(\*?)(\??)(!?)$/.exec(token);
    const [, name = '', sigil, typeName = '', repeated, presence, deprecated] = present(match ?? undefined, token);
    let type: FieldType = WELL_KNOWN[typeName] ?? { kind: 'scalar', scalar: typeName as ScalarType };
    if (sigil === '#') type = { kind: 'enum', enum: present(enums.get(typeName), `enum ${typeName}`) };
    if (sigil === '&') type = { kind: 'message', message: present(messages.get(typeName), `message ${typeName}`) };
    if (sigil === '%') type = { kind: 'map', message: present(messages.get(typeName), `message ${typeName}`) };
    const field: FieldSchema = {
      name,
      json: camelCase(name),
      type,
      repeated: repeated === '*',
      presence: presence === '?',
      deprecated: deprecated === '!',
      omitted: presence === '?' ? undefined : defaultOf(type),
    };
    schema.list.push(field);
    schema.fields.set(name, field).set(field.json, field);
  }
}

const enums = new Map(Object.entries(ENUMS).map(([name, text]) => [name, readEnum(name, text)]));
const messages = new Map<string, Building>();
for (const name of Object.keys(MESSAGES)) messages.set(name, { name, fields: new Map(), list: [] });
for (const [name, text] of Object.entries(MESSAGES)) {
  readFields(present(messages.get(name), name), text, messages, enums);
}

/** Every message of the schema, by its name in the protos without the package: `Noun`, `Dns.Question`. */
export const MESSAGE_SCHEMAS: ReadonlyMap<string, MessageSchema> = messages;

export const EVENT_SCHEMA: MessageSchema = present(messages.get('UDM'), 'message UDM');

export const ENTITY_SCHEMA: MessageSchema = present(messages.get('Entity'), 'message Entity');
