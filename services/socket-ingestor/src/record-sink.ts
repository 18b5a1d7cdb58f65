import type { ProducerRecord } from '@logweave/event-log';

/** A topic as it is written to. */
export interface TargetTopic {
  readonly name: string;
  readonly partitions: number;
}

/** Takes records on their way into the log. Those of a partition keep their order. */
export interface RecordSink {
  add(topic: TargetTopic, partition: number, record: ProducerRecord): void;
}
