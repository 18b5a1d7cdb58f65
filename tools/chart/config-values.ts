import type { ValueSchema } from './value-schema.ts';

/** Keys that the chart sets itself, since they name its volumes, or that have another value in it. */
const OF_THE_CHART = [
  'data_dir',
  'admin',
  'service.language',
  'event_log.kind',
  'event_log.max_bytes',
  'event_log.kafka.create_topics',
  'outputs.clickhouse.enabled',
  'outputs.clickhouse.embedded',
  'outputs.clickhouse.memory_mb',
  'outputs.clickhouse.migrate',
  'outputs.file.enabled',
  'outputs.file.path',
];

/** Schema of the program's configuration, of which a key may be a secret. */
export interface ConfigurationSchema extends ValueSchema {
  readonly secret?: boolean;
  readonly properties?: Readonly<Record<string, ConfigurationSchema>>;
  readonly items?: ConfigurationSchema;
}

/** The schema of `config`: that of the program without what is the chart's. Keys with a default need not be there. */
export function configValues(schema: ConfigurationSchema): ValueSchema {
  return shape(schema, '');
}

function shape(described: ConfigurationSchema, path: string): ValueSchema {
  const { secret: _, ...schema } = described;
  if (schema.items !== undefined) return { ...schema, items: shape(schema.items, `${path}[]`) };
  if (schema.properties === undefined) return schema;
  const properties: Record<string, ValueSchema> = {};
  const required: string[] = [];
  for (const [key, property] of Object.entries(schema.properties)) {
    const at = path === '' ? key : `${path}.${key}`;
    if (OF_THE_CHART.includes(at)) continue;
    properties[key] = shape(property, at);
    if (property.secret === true)
      properties[`${key}_file`] = { type: ['string', 'null'], description: 'The same from a file.' };
    const isNeeded = property.default === undefined && schema.required?.includes(key) === true;
    // What has needed keys only within a list, as `inputs`, is complete without them.
    if (isNeeded && property.properties === undefined) required.push(key);
  }
  const { required: __, ...rest } = schema;
  return { ...rest, properties, ...(required.length === 0 ? {} : { required }) };
}

/** The defaults of a schema's mappings, as the program fills them in. */
export function defaultsOf({ properties, ...schema }: ValueSchema): unknown {
  if (properties === undefined) return schema.default;
  return Object.fromEntries(Object.entries(properties).map(([key, property]) => [key, defaultsOf(property)]));
}
