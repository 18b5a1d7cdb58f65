import type { EventLog, TopicSpec } from '@logweave/event-log';
import { TOPIC_NAMES, TOPICS, type TopicName, topicName } from '@logweave/model';
import type { Config } from './config-schema.ts';

type TopicsSection = Config['topics'];

const HOUR_MS = 3_600_000;

/** Every topic as the configuration wants it. */
export function topicSpecs(section: TopicsSection): readonly TopicSpec[] {
  return TOPIC_NAMES.map((name) => {
    const { cleanup, maxRecordBytes } = TOPICS[name];
    const common = { name: topicName(name, section.prefix), cleanup, maxRecordBytes };
    if (name === 'correlator-state') {
      // Its records go when their keys are done with, never by age or size.
      return { ...common, partitions: section.partitions, retentionMs: null, retentionBytes: null };
    }
    const hours = retentionHours(section, name);
    return {
      ...common,
      partitions: name === 'dead-letter' ? section.dead_letter_partitions : section.partitions,
      retentionMs: hours === null ? null : hours * HOUR_MS,
      retentionBytes: section.retention_bytes,
    };
  });
}

/** Creates what is missing. @throws EventLogError `topic_mismatch` naming what differs. */
export async function ensureTopics(eventLog: Pick<EventLog, 'ensureTopic'>, section: TopicsSection): Promise<void> {
  for (const spec of topicSpecs(section)) await eventLog.ensureTopic(spec);
}

function retentionHours(section: TopicsSection, name: Exclude<TopicName, 'correlator-state'>): number | null {
  return section.retention_hours[name === 'dead-letter' ? 'dead_letter' : name];
}
