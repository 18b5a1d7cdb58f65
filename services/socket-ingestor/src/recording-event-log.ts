import type { AppendBatch, EventLog, Producer, ProducerRecord, TopicSpec, Watermarks } from '@logweave/event-log';
import type { SpoolableEventLog } from './open-spooled-log.ts';

const spec = { cleanup: 'delete', retentionMs: null, retentionBytes: null, maxRecordBytes: 2 ** 21 } as const;

/** For tests: a log that keeps what was appended, and acknowledges it at once or when it is told to. */
export class RecordingEventLog implements Pick<EventLog, 'topics' | 'producer'>, SpoolableEventLog {
  readonly batches: AppendBatch[] = [];
  appends = 0;
  closed = false;
  /** While set, appends wait until `release`, or fail. */
  held = false;
  failure: Error | null = null;
  /** What only a spool asks for. */
  readonly transactionalProducer = notHere;
  readonly committed = notHere;
  readonly reader = notHere;
  readonly #waiting: (() => void)[] = [];

  async topics(): Promise<readonly TopicSpec[]> {
    return [
      { ...spec, name: 't.http', partitions: 4 },
      { ...spec, name: 't.network', partitions: 4 },
      { ...spec, name: 't.dead-letter', partitions: 2 },
      { ...spec, name: 't.raw', partitions: 4 },
    ];
  }

  /** It has no more to say of any topic than whether there is one. */
  async watermarks(): Promise<readonly Watermarks[]> {
    return [];
  }

  async producer(): Promise<Producer> {
    return {
      append: async (batches) => {
        this.appends++;
        if (this.held) await new Promise<void>((resolve) => this.#waiting.push(resolve));
        if (this.failure !== null) throw this.failure;
        this.batches.push(...batches);
        return batches.map(() => 0);
      },
      close: async () => {
        this.closed = true;
      },
    };
  }

  release(): void {
    this.held = false;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  /** The records of a topic, partition after partition. */
  records(topic: string): ProducerRecord[] {
    return this.batches
      .filter((batch) => batch.topic === topic)
      .sort((a, b) => a.partition - b.partition)
      .flatMap((batch) => batch.records);
  }

  values(topic: string): string[] {
    return this.records(topic).map((record) => Buffer.from(record.value ?? []).toString('latin1'));
  }

  /** Reason of each dead letter, in the order of arrival. */
  deadLetters(): { reason: string; message: string; value: Buffer; headers: Map<string, string> }[] {
    return this.batches
      .filter((batch) => batch.topic === 't.dead-letter')
      .flatMap((batch) => batch.records)
      .map((record) => {
        const headers = new Map(record.headers.map(({ name, value }) => [name, Buffer.from(value).toString()]));
        return {
          reason: headers.get('reason') ?? '',
          message: headers.get('message') ?? '',
          value: Buffer.from(record.value ?? []),
          headers,
        };
      });
  }
}

async function notHere(): Promise<never> {
  throw new Error('a recording log has no spool before it');
}
