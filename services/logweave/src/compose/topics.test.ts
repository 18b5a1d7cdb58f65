import { CO_PARTITIONED_TOPICS, topicName } from '@logweave/model';
import { expect, it } from 'vitest';
import { checkConfiguration } from './load-configuration.ts';
import { topicSpecs } from './topics.ts';

function specs(section: string) {
  const text = `inputs: { unix_sockets: [{ name: http_source, path: /x }] }\ntopics: ${section}`;
  const checked = checkConfiguration('c.yml', { env: {}, readFile: () => text });
  if (checked.kind === 'refused') throw new Error('refused');
  return new Map(topicSpecs(checked.config.topics).map((spec) => [spec.name, spec]));
}

it('topics of one task have the same number of partitions whatever is configured', () => {
  const found = specs('{ partitions: 3, dead_letter_partitions: 2, prefix: x }');
  expect(CO_PARTITIONED_TOPICS.map((name) => found.get(topicName(name, 'x'))?.partitions)).toEqual([3, 3, 3, 3]);
  expect(found.get('x.dead-letter')?.partitions).toBe(2);
  expect(found.get('x.udm')?.partitions).toBe(3);
  expect(found.get('x.parsers')?.partitions).toBe(1);
});

it('retention is configured per topic, and state never goes by age or size', () => {
  const found = specs('{ retention_hours: { http: 1, dead_letter: null }, retention_bytes: 1048576 }');
  expect(found.get('logweave.http')).toMatchObject({ retentionMs: 3_600_000, retentionBytes: 1_048_576 });
  expect(found.get('logweave.network')).toMatchObject({ retentionMs: 86_400_000 });
  expect(found.get('logweave.dead-letter')).toMatchObject({ retentionMs: null });
  expect(found.get('logweave.udm')).toMatchObject({ retentionMs: 3 * 86_400_000 });
  for (const name of ['logweave.correlator-state', 'logweave.parsers']) {
    expect(found.get(name)).toMatchObject({ cleanup: 'compact', retentionMs: null, retentionBytes: null });
  }
});

it('raw has partitions of its own, and takes the longest raw log that is configured, as dead-letter does', () => {
  const found = specs('{ partitions: 3, raw_partitions: 5, raw_log_bytes: 4194304, retention_hours: { raw: 2 } }');
  expect(found.get('logweave.raw')).toMatchObject({
    partitions: 5,
    maxRecordBytes: 4_194_304 + 65_536,
    retentionMs: 7_200_000,
  });
  expect(found.get('logweave.dead-letter')?.maxRecordBytes).toBe(4_194_304 + 2 * 65_536);
  expect(specs('{}').get('logweave.dead-letter')?.maxRecordBytes).toBe(2 * 1_048_576 + 2 * 65_536);
});
