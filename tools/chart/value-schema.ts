/** The part of JSON Schema that values of the chart are described with. */
export interface ValueSchema {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly ValueSchema[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly pattern?: string;
  readonly items?: ValueSchema;
  readonly properties?: Readonly<Record<string, ValueSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | ValueSchema;
}

/** A section of keys, and no others. */
export function section(description: string, properties: Readonly<Record<string, ValueSchema>>): ValueSchema {
  return { type: 'object', description, properties, additionalProperties: false };
}

export function text(description: string, value = '', pattern?: string): ValueSchema {
  return { type: 'string', description, default: value, ...(pattern === undefined ? {} : { pattern }) };
}

export function choice(description: string, values: readonly [string, ...string[]]): ValueSchema {
  return { enum: values, description, default: values[0] };
}

export function flag(description: string, value: boolean): ValueSchema {
  return { type: 'boolean', description, default: value };
}

export function whole(description: string, value: number, minimum: number, maximum = 2 ** 31 - 1): ValueSchema {
  return { type: 'integer', description, default: value, minimum, maximum };
}

/** A list, of what Kubernetes wants there. */
export function list(description: string, items: ValueSchema, value: readonly unknown[] = []): ValueSchema {
  return { type: 'array', description, items, default: value };
}

/** A mapping whose keys are not ours, such as labels. */
export function mapping(description: string, value: Readonly<Record<string, unknown>> = {}): ValueSchema {
  return { type: 'object', description, default: value };
}

/** An entry of a list that Kubernetes checks. */
export const ANY_OBJECT: ValueSchema = { type: 'object' };
