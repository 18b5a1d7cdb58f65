import type { EventLog, TopicSpec } from '@logweave/event-log';
import { type CompactedTopicName, LIMITS, TOPIC_NAMES, TOPICS, type TopicName, topicName } from '@logweave/model';
import type { Config } from './config-schema.ts';

type TopicsSection = Config['topics'];

const HOUR_MS = 3_600_000;

/** Every topic as the configuration wants it. */
export function topicSpecs(section: TopicsSection): readonly TopicSpec[] {
  return TOPIC_NAMES.map((name) => {
    const common = {
      name: topicName(name, section.prefix),
      cleanup: TOPICS[name].cleanup,
      maxRecordBytes: maxRecordBytes(section, name),
    };
    if (isCompacted(name)) {
      // A record goes when its key is done with, never by age or size.
      return { ...common, partitions: partitions(section, name), retentionMs: null, retentionBytes: null };
    }
    const hours = retentionHours(section, name);
    return {
      ...common,
      partitions: partitions(section, name),
      retentionMs: hours === null ? null : hours * HOUR_MS,
      retentionBytes: section.retention_bytes,
    };
  });
}

/** Creates what is missing. @throws EventLogError `topic_mismatch` naming what differs. */
export async function ensureTopics(eventLog: Pick<EventLog, 'ensureTopic'>, section: TopicsSection): Promise<void> {
  for (const spec of topicSpecs(section)) await eventLog.ensureTopic(spec);
}

function partitions(section: TopicsSection, name: TopicName): number {
  switch (name) {
    case 'parsers':
      return TOPICS.parsers.partitions;
    case 'raw':
      return section.raw_partitions;
    case 'dead-letter':
      return section.dead_letter_partitions;
    default:
      return section.partitions;
  }
}

function maxRecordBytes(section: TopicsSection, name: TopicName): number {
  const rawRecordBytes = section.raw_log_bytes + LIMITS.headerAllowanceBytes;
  if (name === 'raw') return rawRecordBytes;
  // A raw log that cannot be parsed goes there whole, with headers of its own.
  if (name === 'dead-letter')
    return Math.max(TOPICS[name].maxRecordBytes, rawRecordBytes + LIMITS.headerAllowanceBytes);
  return TOPICS[name].maxRecordBytes;
}

function isCompacted(name: TopicName): name is CompactedTopicName {
  return TOPICS[name].cleanup === 'compact';
}

function retentionHours(section: TopicsSection, name: Exclude<TopicName, CompactedTopicName>): number | null {
  return section.retention_hours[name === 'dead-letter' ? 'dead_letter' : name];
}
