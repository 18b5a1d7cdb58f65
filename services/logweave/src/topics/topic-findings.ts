import type { TopicSpec, Watermarks } from '@logweave/event-log';

/** What a topic is and should be, and what is to be done. */
export interface TopicFinding {
  readonly topic: string;
  readonly severity: 'fine' | 'warning' | 'error';
  /** In words for people; empty when all is fine. */
  readonly problems: readonly string[];
  /** Commands that mend it. */
  readonly mend: readonly string[];
}

export interface TopicFacts {
  readonly wanted: TopicSpec;
  /** Null: it is missing. */
  readonly existing: TopicSpec | null;
  readonly watermarks: readonly Watermarks[];
  /** What groups of ours have committed, per partition; null where nothing. */
  readonly committed: readonly { readonly group: string; readonly offsets: readonly (number | null)[] }[];
}

export interface FindingRules {
  /** For the commands that mend; null on the embedded log, which mends itself. */
  readonly bootstrapServer: string | null;
  /** How far back a correlator may have to read; retention must be longer. */
  readonly restoreMs: number;
  /** The topics that a correlator reads to restore a task. */
  readonly restoredFrom: readonly string[];
}

const HOUR_MS = 3_600_000;

/** Compares topics with what the configuration wants. */
export function findTopics(facts: readonly TopicFacts[], rules: FindingRules): readonly TopicFinding[] {
  return facts.map((each) => finding(each, rules));
}

function finding(facts: TopicFacts, rules: FindingRules): TopicFinding {
  const { wanted, existing } = facts;
  if (existing === null) {
    return {
      topic: wanted.name,
      severity: 'error',
      problems: ['is missing'],
      mend: ['logweave topics --create'],
    };
  }
  const errors: string[] = [];
  const warnings: string[] = [];
  const mend: string[] = [];
  const settings: string[] = [];
  if (existing.partitions !== wanted.partitions) {
    errors.push(
      `has ${existing.partitions} partitions and not ${wanted.partitions}: records of a key would meet in different tasks`,
    );
    mend.push(...mendPartitions(existing, wanted, rules.bootstrapServer));
  }
  if (existing.cleanup !== wanted.cleanup) {
    errors.push(`has cleanup.policy ${existing.cleanup} and not ${wanted.cleanup}`);
    settings.push(`cleanup.policy=${wanted.cleanup}`);
  }
  if (existing.maxRecordBytes < wanted.maxRecordBytes) {
    errors.push(`takes records of ${existing.maxRecordBytes} bytes and not ${wanted.maxRecordBytes}`);
    settings.push(`max.message.bytes=${wanted.maxRecordBytes + 1024}`);
  }
  if (
    rules.restoredFrom.includes(wanted.name) &&
    existing.retentionMs !== null &&
    existing.retentionMs < rules.restoreMs
  ) {
    errors.push(
      `keeps records for ${hours(existing.retentionMs)}, but a correlator may have to read ${hours(rules.restoreMs)} again`,
    );
    settings.push(`retention.ms=${wanted.retentionMs ?? -1}`);
  } else if (existing.cleanup === 'delete' && existing.retentionMs !== wanted.retentionMs) {
    warnings.push(
      `keeps records for ${hours(existing.retentionMs)}; the configuration says ${hours(wanted.retentionMs)}`,
    );
    settings.push(`retention.ms=${wanted.retentionMs ?? -1}`);
  }
  errors.push(...lost(facts));
  if (settings.length > 0 && rules.bootstrapServer !== null) {
    mend.push(
      `kafka-configs.sh --bootstrap-server ${rules.bootstrapServer} --alter --entity-type topics --entity-name ${wanted.name} --add-config ${settings.join(',')}`,
    );
  }
  const severity = errors.length > 0 ? 'error' : warnings.length > 0 ? 'warning' : 'fine';
  return { topic: wanted.name, severity, problems: [...errors, ...warnings], mend };
}

function mendPartitions(existing: TopicSpec, wanted: TopicSpec, server: string | null): string[] {
  if (server === null) return [`set topics.partitions to ${existing.partitions}, or begin with another data_dir`];
  if (existing.partitions > wanted.partitions) {
    return [`set topics.partitions to ${existing.partitions}: Kafka cannot take partitions away`];
  }
  // Keys move to other partitions: what is open in the old ones would not find its other half.
  return [
    'stop all services, let the correlator finish with on_stop: emit, and then:',
    `kafka-topics.sh --bootstrap-server ${server} --alter --topic ${wanted.name} --partitions ${wanted.partitions}`,
  ];
}

/** Records that a group of ours still needs and that are gone. */
function lost({ watermarks, committed }: TopicFacts): string[] {
  return committed.flatMap(({ group, offsets }) =>
    offsets.flatMap((offset, partition) => {
      const low = watermarks[partition]?.low ?? 0;
      return offset !== null && offset < low
        ? [`partition ${partition} begins at ${low}, but group ${group} has read to ${offset}: records are gone`]
        : [];
    }),
  );
}

function hours(ms: number | null): string {
  if (ms === null) return 'ever';
  const amount = ms / HOUR_MS;
  return amount >= 1 ? `${Math.round(amount * 10) / 10} h` : `${Math.round(ms / 1000)} s`;
}
