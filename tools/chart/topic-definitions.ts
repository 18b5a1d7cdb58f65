/** A topic as `topicSpecs` of the program gives it. */
export interface TopicSpec {
  readonly name: string;
  readonly partitions: number;
  readonly cleanup: string;
  readonly retentionMs: number | null;
  readonly retentionBytes: number | null;
  readonly maxRecordBytes: number;
}

/** Section `topics` of the configuration, as far as it is looked at here. */
export interface TopicsSection {
  readonly prefix: string;
  readonly partitions: number;
  readonly raw_partitions: number;
  readonly dead_letter_partitions: number;
  readonly raw_log_bytes: number;
  readonly retention_hours: Readonly<Record<string, number | null>>;
}

/** What a template needs to know to make a topic as the program would. */
export interface TopicDefinition {
  readonly partitions: number;
  /** Key of `config.topics` with another number; none where it is fixed. */
  readonly partitionsKey?: string;
  readonly cleanup: string;
  readonly retentionKey?: string;
  readonly retentionHours?: number | null;
  readonly retentionBytes?: number | null;
  /** With the shortest raw logs. */
  readonly maxMessageBytes: number;
  /** By how much a message may be longer than `config.topics.raw_log_bytes`, where that counts. */
  readonly aboveRawLogBytes?: number;
}

const PARTITION_KEYS = ['partitions', 'raw_partitions', 'dead_letter_partitions'] as const;

/**
 * Finds out how topics depend on the configuration by asking for them with different ones.
 * @param overheadBytes what a batch of one record has around it
 */
export function topicDefinitions(
  section: TopicsSection,
  specs: (section: TopicsSection) => readonly TopicSpec[],
  overheadBytes: number,
): Readonly<Record<string, TopicDefinition>> {
  const shortBytes = 1024;
  const longBytes = 64 * 1024 * 1024;
  const short = specs({ ...section, raw_log_bytes: shortBytes });
  const long = specs({ ...section, raw_log_bytes: longBytes });
  const marked = specs({ ...section, partitions: 101, raw_partitions: 102, dead_letter_partitions: 103 });
  return Object.fromEntries(
    specs(section).map((spec, i) => {
      const name = spec.name.slice(section.prefix.length + 1);
      const key = PARTITION_KEYS[(marked[i]?.partitions ?? 0) - 101];
      const retentionKey = name.replaceAll('-', '_');
      const shortest = short[i]?.maxRecordBytes ?? 0;
      const longest = long[i]?.maxRecordBytes ?? 0;
      const definition: TopicDefinition = {
        partitions: spec.partitions,
        ...(key === undefined ? {} : { partitionsKey: key }),
        cleanup: spec.cleanup,
        ...(spec.cleanup === 'delete'
          ? {
              retentionKey,
              retentionHours: section.retention_hours[retentionKey] ?? null,
              retentionBytes: spec.retentionBytes,
            }
          : {}),
        maxMessageBytes: shortest + overheadBytes,
        ...(longest === shortest ? {} : { aboveRawLogBytes: longest - longBytes + overheadBytes }),
      };
      return [name, definition];
    }),
  );
}
