import type { TSchema } from 'typebox';

/** The part of JSON Schema in which sections are written. What stands outside it is a mistake in the program. */
export interface SectionSchema {
  readonly type?: 'object' | 'array' | 'string' | 'number' | 'integer' | 'boolean' | 'null';
  readonly description?: string;
  readonly default?: unknown;
  /** The value is never shown: not in a message, a log line or a metric. May be given by reference or by file. */
  readonly secret?: boolean;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly SectionSchema[];
  readonly properties?: Readonly<Record<string, SectionSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean;
  readonly items?: SectionSchema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
}

const KEYWORDS = new Set(
  (
    'type description title examples default secret const enum anyOf properties required additionalProperties items ' +
    'minItems maxItems uniqueItems minLength maxLength pattern minimum maximum exclusiveMinimum exclusiveMaximum'
  ).split(' '),
);

/** @throws TypeError when the schema uses a keyword that would silently not be checked, or an object is left open. */
export function asSectionSchema(schema: TSchema): SectionSchema {
  check(schema, 'the schema');
  return schema;
}

function check(schema: SectionSchema, where: string): void {
  for (const keyword of Object.keys(schema)) {
    if (!KEYWORDS.has(keyword)) throw new TypeError(`${where} uses ${keyword}, which configuration does not know`);
  }
  for (const [name, property] of Object.entries(schema.properties ?? {})) check(property, `${where}.${name}`);
  if (schema.type === 'object' && schema.additionalProperties !== false) {
    throw new TypeError(`${where} does not say additionalProperties: false, so mistyped keys would be ignored`);
  }
  if (schema.items !== undefined) check(schema.items, `${where}[]`);
  for (const alternative of schema.anyOf ?? []) check(alternative, where);
}

/** What a value has to be, in words: `a whole number from 1 to 65535`, `one of always, interval, never`. */
export function describeSchema(schema: SectionSchema): string {
  if (schema.anyOf !== undefined) return describeAlternatives(schema.anyOf);
  if (schema.enum !== undefined) return oneOf(schema.enum.map(word));
  if ('const' in schema) return word(schema.const);
  switch (schema.type) {
    case 'object':
      return 'a mapping (key: value)';
    case 'array':
      return 'a list';
    case 'string':
      return 'text';
    case 'boolean':
      return 'true or false';
    case 'null':
      return 'null';
    case 'integer':
      return `a whole number${range(schema)}`;
    case 'number':
      return `a number${range(schema)}`;
    case undefined:
      return 'anything';
    default:
      throw new TypeError(`unknown type ${String(schema.type satisfies never)}`);
  }
}

/** The constants among which a value must be, or null when other values are allowed as well. */
export function constantsOf(schema: SectionSchema): readonly unknown[] | null {
  if ('const' in schema) return [schema.const];
  if (schema.enum !== undefined) return schema.enum;
  if (schema.type === 'null') return [null];
  if (schema.anyOf === undefined) return null;
  const all: unknown[] = [];
  for (const alternative of schema.anyOf) {
    const constants = constantsOf(alternative);
    if (constants === null) return null;
    all.push(...constants);
  }
  return all;
}

function describeAlternatives(alternatives: readonly SectionSchema[]): string {
  const constants = constantsOf({ anyOf: alternatives });
  if (constants !== null) return oneOf(constants.map(word));
  return alternatives.map(describeSchema).join(' or ');
}

function oneOf(words: readonly string[]): string {
  return words.length === 1 ? String(words[0]) : `one of ${words.join(', ')}`;
}

function word(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function range({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: SectionSchema): string {
  const parts: string[] = [];
  if (minimum !== undefined && maximum !== undefined) return ` from ${minimum} to ${maximum}`;
  if (minimum !== undefined) parts.push(`at least ${minimum}`);
  if (exclusiveMinimum !== undefined) parts.push(`above ${exclusiveMinimum}`);
  if (maximum !== undefined) parts.push(`at most ${maximum}`);
  if (exclusiveMaximum !== undefined) parts.push(`below ${exclusiveMaximum}`);
  return parts.length === 0 ? '' : ` ${parts.join(' and ')}`;
}
