import {
  type AppendBatch,
  type EventLog,
  isRefusal,
  type ProducerRecord,
  type TopicPartition,
  type TransactionalProducer,
} from '@logweave/event-log';
import type { Spool, SpoolPart, SpoolPosition } from '@logweave/intake';
import type { Clock } from '@logweave/model';
import { InDoubtSearch } from './in-doubt-search.ts';
import { mayMend } from './may-mend.ts';
import type { PartitionEnds } from './partition-ends.ts';
import { decodeSpoolRecord, type SpoolRecord } from './spool-record.ts';

/** Bytes of the spool that go into one transaction. */
const PART_BYTES = 4 * 1024 * 1024;
const RETRY_MS = 500;
/** Rights and passwords do not change by themselves. */
const REFUSED_RETRY_MS = 5_000;
/** Where the position is committed. It is no position in this topic, so it must hold back nothing of it. */
const POSITION_OFFSET = Number.MAX_SAFE_INTEGER;

export interface SpoolDrainDeps {
  readonly spool: Spool;
  readonly eventLog: Pick<EventLog, 'transactionalProducer' | 'committed' | 'reader' | 'watermarks'>;
  readonly clock: Clock;
  /** Begins the names of the transactional id and the group; the spool's id ends them. */
  readonly name: string;
  /** Any topic; the spool's position is committed under its first partition. */
  readonly positionTopic: string;
  readonly ends: PartitionEnds;
}

export interface SpoolDrainEvents {
  /** So little is left that what comes now can wait for it instead of going behind it. Resolves when nothing is being written. */
  nearlyEmpty(): Promise<void>;
  /** Everything is in the log. False when more has been written meanwhile. */
  empty(): Promise<boolean>;
  /** So many records of the spool have come into the log. */
  appended(records: number): void;
  /** Records that a dead process had given to the log, and that had arrived. */
  foundInLog(records: number): void;
  damaged(damage: SpoolPart['damage']): void;
  /** The log or the disk does not answer as it should; it is tried again. */
  failing(error: Error): void;
}

/**
 * Moves what lies in a spool into the log, in order and once. Each transaction carries records and, as the offset of a group,
 * the position behind them: who dies between the two has done neither. So the log knows how far the spool has come, and the
 * next process asks it, after having fenced this one.
 */
export class SpoolDrain {
  readonly #deps: SpoolDrainDeps;
  readonly #events: SpoolDrainEvents;
  readonly #group: string;
  readonly #position: TopicPartition;

  constructor(deps: SpoolDrainDeps, events: SpoolDrainEvents) {
    this.#deps = deps;
    this.#events = events;
    this.#group = `${deps.name}.${deps.spool.id}`;
    this.#position = { topic: deps.positionTopic, partition: 0 };
  }

  /** Resolves when the spool is empty or the signal aborts. @throws Error when trying again is of no use */
  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#deps;
    while (!signal.aborted) {
      let retryMs = RETRY_MS;
      try {
        if (await this.#drain(signal)) return;
      } catch (error) {
        if (signal.aborted) return;
        if (!mayMend(error)) throw error;
        if (isRefusal(error)) retryMs = REFUSED_RETRY_MS;
        this.#events.failing(error);
      }
      await clock.sleep(retryMs, signal);
    }
  }

  /** With one holder of the transactional id. True when the spool is empty. */
  async #drain(signal: AbortSignal): Promise<boolean> {
    const { eventLog, spool, ends } = this.#deps;
    if (!ends.known) await ends.read(eventLog);
    const producer = await eventLog.transactionalProducer(this.#group, {
      group: this.#group,
      offsets: [this.#position],
      partitions: ends.partitions,
    });
    const search = new InDoubtSearch(eventLog);
    try {
      // Behind the last answer that the process before this one has heard.
      await this.#releaseCommitted();
      for (let parts = 0; !signal.aborted; parts++) {
        const isLast = spool.unreadBytes <= PART_BYTES;
        if (isLast) await this.#events.nearlyEmpty();
        const part = await spool.read(PART_BYTES);
        if (part === null) {
          if (await this.#events.empty()) return true;
        } else if (!(await this.#move(part, producer, search))) {
          return false;
        }
      }
      return false;
    } finally {
      await search.close();
      await producer.close();
    }
  }

  async #releaseCommitted(): Promise<void> {
    const { eventLog, spool } = this.#deps;
    const [committed] = await eventLog.committed(this.#group, [this.#position]);
    if (committed != null) await spool.release(parsePosition(committed.metadata));
  }

  /** False when the transaction must be tried again by the next holder. */
  async #move(part: SpoolPart, producer: TransactionalProducer, search: InDoubtSearch): Promise<boolean> {
    const { ends } = this.#deps;
    const records: SpoolRecord[] = [];
    for (const payload of part.payloads) {
      const record = decodeSpoolRecord(payload);
      if (!(await search.isInLog(record))) records.push(record);
    }
    const batches = toBatches(records);
    const outcome = await producer.commit({
      batches,
      group: this.#group,
      offsets: [{ ...this.#position, offset: POSITION_OFFSET, metadata: formatPosition(part.next) }],
    });
    switch (outcome.kind) {
      case 'committed':
        ends.appended(batches, outcome.baseOffsets);
        this.#events.appended(records.length);
        this.#events.foundInLog(part.payloads.length - records.length);
        if (part.damage.places > 0) this.#events.damaged(part.damage);
        // Not because of the answer: what has gone from the disk must be in the log whatever its brokers do next.
        await this.#releaseCommitted();
        return true;
      case 'aborted':
        if (!outcome.error.retriable) throw outcome.error;
        this.#events.failing(outcome.error);
        return false;
      case 'unknown':
        this.#events.failing(outcome.error);
        return false;
      case 'fenced':
        // The lock on the directory keeps others out; what is left is a coordinator that was away for so long that it has
        // ended the transaction itself. A copy of the directory would show as this again and again, and double nothing.
        this.#events.failing(new Error(`${this.#group} was fenced: its transaction took too long, or another has it`));
        return false;
      default:
        return outcome satisfies never;
    }
  }
}

/** One batch for each partition, in the order in which they appear. */
function toBatches(records: readonly SpoolRecord[]): AppendBatch[] {
  const batches = new Map<string, { topic: string; partition: number; records: ProducerRecord[] }>();
  for (const { topic, partition, record } of records) {
    const name = `${topic}/${partition}`;
    const batch = batches.get(name);
    if (batch === undefined) batches.set(name, { topic, partition, records: [record] });
    else batch.records.push(record);
  }
  return [...batches.values()];
}

/** As the metadata of a committed offset. */
function formatPosition({ segment, offset }: SpoolPosition): string {
  return `${segment} ${offset}`;
}

function parsePosition(metadata: string): SpoolPosition {
  const [segment, offset] = metadata.split(' ').map(Number);
  if (!Number.isSafeInteger(segment) || !Number.isSafeInteger(offset)) {
    throw new Error(`the log has no position of the spool but "${metadata}"`);
  }
  return { segment: segment as number, offset: offset as number };
}
