import { type Consumer, type EventLog, EventLogError } from '@logweave/event-log';
import { topicName } from '@logweave/model';

const POLL_MS = 1_000;

/** Follows the result topic of a running Logweave until that closes its log. */
export class ResultTap {
  readonly #done: Promise<void>;

  private constructor(consumer: Consumer, onRecord: (value: Uint8Array) => void) {
    this.#done = follow(consumer, onRecord);
  }

  static async open(eventLog: EventLog, onRecord: (value: Uint8Array) => void): Promise<ResultTap> {
    const consumer = await eventLog.consumer({ group: 'logweave.demo', topics: [topicName('correlated')] });
    return new ResultTap(consumer, onRecord);
  }

  /** Resolves when the log is closed. */
  get done(): Promise<void> {
    return this.#done;
  }
}

async function follow(consumer: Consumer, onRecord: (value: Uint8Array) => void): Promise<void> {
  try {
    for (;;) {
      const polled = await consumer.poll({ timeoutMs: POLL_MS });
      if (polled.kind !== 'records') continue;
      for (const { topic, partition, records, nextOffset } of polled.batches) {
        for (const { value } of records) if (value !== null) onRecord(value);
        await consumer.commit([{ topic, partition, offset: nextOffset, metadata: '' }]);
      }
    }
  } catch (error) {
    // The log is closed last when everything stops: that is the end of what there is to follow.
    if (!(error instanceof EventLogError && error.code === 'closed')) throw error;
  }
}
