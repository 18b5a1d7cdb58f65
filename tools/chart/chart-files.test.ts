import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { chartFiles } from './chart-files.ts';
import { CHART_VALUES } from './chart-values.ts';
import { configValues } from './config-values.ts';
import type { ValueSchema } from './value-schema.ts';

const root = join(import.meta.dirname, '../..');
const files = await chartFiles(root);

function schemaAt(path: string): ValueSchema | undefined {
  const schema = JSON.parse(files.get('k8s/logweave/values.schema.json') ?? '') as ValueSchema;
  return path.split('.').reduce<ValueSchema | undefined>((at, key) => at?.properties?.[key], schema);
}

it.each([...files.keys()])('%s is what tools/generate-chart.ts makes', (path) => {
  expect(readFileSync(join(root, path), 'utf8')).toBe(files.get(path));
});

describe('the schema of the values', () => {
  it('has the keys of the configuration, and refuses those that the chart sets', () => {
    expect(schemaAt('config.topics.partitions')).toMatchObject({ type: 'integer', maximum: 1024 });
    expect(schemaAt('config')?.additionalProperties).toBe(false);
    for (const path of ['config.admin', 'config.data_dir', 'config.event_log.kind', 'config.outputs.file.path']) {
      expect(schemaAt(path), path).toBeUndefined();
    }
  });

  it('has no key that asks for a token or a password itself', () => {
    const text = files.get('k8s/logweave/values.schema.json') ?? '';
    expect(text).not.toMatch(/"(token|password|passphrase)": \{/);
    expect(text).not.toContain('"secret"');
  });

  it('needs what has no default, and nothing else', () => {
    const schema = configValues({
      type: 'object',
      required: ['a', 'b', 'dsn'],
      properties: { a: { type: 'string' }, b: { type: 'integer', default: 1 }, dsn: { default: null, secret: true } },
      additionalProperties: false,
    });
    expect(schema.required).toEqual(['a']);
    expect(schema.properties?.['dsn_file']).toMatchObject({ type: ['string', 'null'] });
  });

  it('says of every value what it means', () => {
    const silent = (schema: ValueSchema, path: string): string[] => [
      ...(schema.description ? [] : [path]),
      ...Object.entries(schema.properties ?? {}).flatMap(([key, each]) => silent(each, `${path}.${key}`)),
    ];
    expect(Object.entries(CHART_VALUES).flatMap(([key, each]) => silent(each, key))).toEqual([]);
  });
});

describe('the topics of the chart', () => {
  const topics = JSON.parse(files.get('k8s/logweave/files/topics.json') ?? '') as Record<string, object>;

  it('depend on the configuration as those of the program do', () => {
    expect(topics['http']).toEqual({
      partitions: 8,
      partitionsKey: 'partitions',
      cleanup: 'delete',
      retentionKey: 'http',
      retentionHours: 24,
      retentionBytes: 4_294_967_296,
      maxMessageBytes: 1_115_136,
    });
    expect(topics['parsers']).toEqual({ partitions: 1, cleanup: 'compact', maxMessageBytes: 1_115_136 });
    expect(topics['raw']).toMatchObject({ partitionsKey: 'raw_partitions', aboveRawLogBytes: 66_560 });
    expect(topics['dead-letter']).toMatchObject({ retentionKey: 'dead_letter', aboveRawLogBytes: 132_096 });
  });

  it('that meet in one task have one number of partitions', () => {
    for (const topic of ['http', 'network', 'correlated', 'correlator-state']) {
      expect(topics[topic]).toMatchObject({ partitionsKey: 'partitions' });
    }
  });
});
