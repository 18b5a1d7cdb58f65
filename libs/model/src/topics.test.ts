import { expect, it } from 'vitest';
import { LIMITS } from './limits.ts';
import { CO_PARTITIONED_TOPICS, TOPIC_NAMES, TOPICS, topicName } from './topics.ts';

it('the topics of one task have the same number of partitions', () => {
  expect(new Set(CO_PARTITIONED_TOPICS.map((name) => TOPICS[name].partitions))).toEqual(new Set([8]));
});

it('only the state of the correlator is compacted, and nothing of it goes by age or size', () => {
  const compacted = TOPIC_NAMES.filter((name) => TOPICS[name].cleanup === 'compact');
  expect(compacted).toEqual(['correlator-state']);
  expect(TOPICS['correlator-state']).toMatchObject({ retentionMs: null, retentionBytes: null });
});

it('a topic takes the longest record that its writers make, and its headers', () => {
  expect(TOPICS.http.maxRecordBytes).toBe(1_048_576 + 65_536);
  expect(TOPICS.network.maxRecordBytes).toBe(TOPICS.http.maxRecordBytes);
  expect(TOPICS['correlator-state'].maxRecordBytes).toBe(64 * 1_048_576);
  for (const name of ['correlated', 'dead-letter'] as const) {
    expect(TOPICS[name].maxRecordBytes).toBe(2 * 1_048_576 + 2 * 65_536);
  }
});

it('a merged record has room for both of its lines', () => {
  expect(LIMITS.mergedRecordBytes).toBeGreaterThan(2 * LIMITS.sourceLineBytes);
});

it('a day of source logs is kept, three of results and fourteen of dead letters', () => {
  const days = (name: keyof typeof TOPICS): number => (TOPICS[name].retentionMs ?? 0) / 86_400_000;
  expect([days('http'), days('network'), days('correlated'), days('dead-letter')]).toEqual([1, 1, 3, 14]);
});

it('a name has the prefix of the installation', () => {
  expect(topicName('http')).toBe('logweave.http');
  expect(topicName('dead-letter', 'staging')).toBe('staging.dead-letter');
});
