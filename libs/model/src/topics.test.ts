import { expect, it } from 'vitest';
import { LIMITS } from './limits.ts';
import { CO_PARTITIONED_TOPICS, TOPIC_NAMES, TOPICS, topicName } from './topics.ts';

it('the topics of one task have the same number of partitions', () => {
  expect(new Set(CO_PARTITIONED_TOPICS.map((name) => TOPICS[name].partitions))).toEqual(new Set([8]));
});

it('only the state of the correlator and the parsers are compacted, and nothing of them goes by age or size', () => {
  const compacted = TOPIC_NAMES.filter((name) => TOPICS[name].cleanup === 'compact');
  expect(compacted).toEqual(['correlator-state', 'parsers']);
  for (const name of compacted) expect(TOPICS[name]).toMatchObject({ retentionMs: null, retentionBytes: null });
});

it('events are spread as their sources are, and parsers have one order', () => {
  expect([TOPICS.udm.partitions, TOPICS.parsers.partitions]).toEqual([8, 1]);
});

it('a topic takes the longest record that its writers make, and its headers', () => {
  expect(TOPICS.http.maxRecordBytes).toBe(1_048_576 + 65_536);
  expect(TOPICS.network.maxRecordBytes).toBe(TOPICS.http.maxRecordBytes);
  expect(TOPICS.raw.maxRecordBytes).toBe(1_048_576 + 65_536);
  expect(TOPICS['correlator-state'].maxRecordBytes).toBe(64 * 1_048_576);
  for (const name of ['correlated', 'udm', 'dead-letter'] as const) {
    expect(TOPICS[name].maxRecordBytes).toBe(2 * 1_048_576 + 2 * 65_536);
  }
  expect(TOPICS.parsers.maxRecordBytes).toBe(1_048_576 + 65_536);
});

it('a merged record has room for both of its lines', () => {
  expect(LIMITS.mergedRecordBytes).toBeGreaterThan(2 * LIMITS.sourceLineBytes);
});

it('a day of source logs is kept, three of results, seven of raw logs and fourteen of dead letters', () => {
  const days = (name: keyof typeof TOPICS): number => (TOPICS[name].retentionMs ?? 0) / 86_400_000;
  expect((['http', 'network', 'correlated', 'raw', 'dead-letter'] as const).map(days)).toEqual([1, 1, 3, 7, 14]);
});

it('a name has the prefix of the installation', () => {
  expect(topicName('http')).toBe('logweave.http');
  expect(topicName('dead-letter', 'staging')).toBe('staging.dead-letter');
});
