import type { TopicSpec } from '@logweave/event-log';
import { expect, it } from 'vitest';
import { findTopics, type TopicFacts } from './topic-findings.ts';

const rules = { bootstrapServer: 'k:9092', restoreMs: 600_000, restoredFrom: ['p.http'] };
const wanted: TopicSpec = {
  name: 'p.http',
  partitions: 8,
  cleanup: 'delete',
  retentionMs: 86_400_000,
  retentionBytes: null,
  maxRecordBytes: 1_000_000,
};
const mark = { low: 0, high: 0, stable: 0 };

function findingOf(existing: Partial<TopicSpec> | null, facts: Partial<TopicFacts> = {}) {
  const topic = existing === null ? null : { ...wanted, ...existing };
  const [finding] = findTopics([{ wanted, existing: topic, watermarks: [mark], committed: [], ...facts }], rules);
  return finding;
}

it('has nothing to say of a topic that is as it should be', () => {
  expect(findingOf({})).toEqual({ topic: 'p.http', severity: 'fine', problems: [], mend: [] });
});

it('names what creates a topic that is missing', () => {
  expect(findingOf(null)).toMatchObject({ severity: 'error', mend: ['logweave topics --create'] });
});

it('refuses other numbers of partitions, and says what mends them', () => {
  const fewer = findingOf({ partitions: 4 });
  expect(fewer).toMatchObject({ severity: 'error' });
  expect(fewer?.mend.at(-1)).toBe('kafka-topics.sh --bootstrap-server k:9092 --alter --topic p.http --partitions 8');
  expect(findingOf({ partitions: 12 })?.mend).toEqual([
    'set topics.partitions to 12: Kafka cannot take partitions away',
  ]);
});

it('refuses settings that lose records or refuse them, in one command', () => {
  const finding = findingOf({ cleanup: 'compact', maxRecordBytes: 5, retentionMs: 60_000 });
  expect(finding?.problems).toHaveLength(3);
  expect(finding?.mend).toEqual([
    'kafka-configs.sh --bootstrap-server k:9092 --alter --entity-type topics --entity-name p.http --add-config cleanup.policy=delete,max.message.bytes=1001024,retention.ms=86400000',
  ]);
});

it('warns of another retention that is long enough', () => {
  expect(findingOf({ retentionMs: 3_600_000 })).toMatchObject({
    severity: 'warning',
    problems: ['keeps records for 1 h; the configuration says 24 h'],
  });
});

it('tells when records are gone that a group of ours has not read', () => {
  const facts = {
    watermarks: [{ low: 10, high: 20, stable: 20 }],
    committed: [{ group: 'p.correlator', offsets: [9] }],
  };
  expect(findingOf({}, facts)?.problems).toEqual([
    'partition 0 begins at 10, but group p.correlator has read to 9: records are gone',
  ]);
  expect(findingOf({}, { ...facts, committed: [{ group: 'p.correlator', offsets: [10] }] })?.severity).toBe('fine');
});
