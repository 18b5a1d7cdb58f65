import { EventLogError, isRefusal } from '@logweave/event-log';
import { Backoff } from './backoff.ts';
import { diagnose, isRefused } from './kafka-error.ts';
import type { KafkaCluster } from './kafka-cluster.ts';
import { protocolError } from './kafkajs.ts';
import { PartitionLane, type QueuedBatch } from './partition-lane.ts';
import type { PreparedBatch } from './prepared-batch.ts';
import { type ProducedPartition, produceRequest } from './produce-request.ts';
import { signBatch } from './record-batch-encoder.ts';

const FIRST_RETRY_MS = 5;
const LAST_RETRY_MS = 1_000;
/** So long a broker may wait for its replicas: it should say that it has waited in vain, while somebody listens. */
const REPLICATION_TIMEOUT_MS = 8_000;
const DUPLICATE_SEQUENCE = 46;

export interface ProducerIdentity {
  readonly transactionalId: string | null;
  readonly producerId: bigint;
  readonly producerEpoch: number;
}

export interface LaneSenderDeps {
  readonly cluster: KafkaCluster;
  readonly identity: () => ProducerIdentity;
  /** What to do with an error that trying again does not mend: the batch fails, or it goes on after this. */
  readonly mend: (error: Error) => Promise<'again' | 'fail'>;
  /** Nothing is tried again any more. */
  readonly signal: AbortSignal;
}

/**
 * Sends batches to the leaders of their partitions, those of one leader together, and tries again for as long as that can
 * help. Never is there more than one batch of a partition on its way, so that a retry cannot overtake.
 */
export class LaneSender {
  readonly #deps: LaneSenderDeps;
  readonly #lanes = new Map<string, PartitionLane>();
  #scheduled = false;
  /** Set once a batch was refused of which an earlier try may be in the log: its number can be given to no other. */
  #refusal: Error | null = null;

  constructor(deps: LaneSenderDeps) {
    this.#deps = deps;
  }

  get lanes(): Iterable<PartitionLane> {
    return this.#lanes.values();
  }

  /** Queues a batch behind those of its partition; resolves with its base offset. */
  send(batch: PreparedBatch): Promise<number> {
    if (this.#refusal !== null) return Promise.reject(this.#refusal);
    return new Promise((done, failed) => {
      const key = `${batch.topic}/${batch.partition}`;
      let lane = this.#lanes.get(key);
      if (lane === undefined) {
        lane = new PartitionLane(batch.topic, batch.partition);
        this.#lanes.set(key, lane);
      }
      lane.queue.push({ ...batch, done, failed });
      this.#schedule();
    });
  }

  /** What was asked for in one turn goes together. */
  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      const ready = [...this.#lanes.values()].filter(({ busy, head }) => !busy && head !== undefined);
      for (const lane of ready) lane.busy = true;
      void this.#deliver(ready, new Backoff(this.#deps.cluster.clock, FIRST_RETRY_MS, LAST_RETRY_MS));
    });
  }

  /** Sends the heads of these lanes, again and again, until each is in the log or refused. */
  async #deliver(lanes: readonly PartitionLane[], backoff: Backoff): Promise<void> {
    for (const [leader, led] of await this.#byLeader(lanes)) {
      void this.#deliverTo(leader, led, backoff);
    }
  }

  async #deliverTo(leader: number | null, lanes: readonly PartitionLane[], backoff: Backoff): Promise<void> {
    let results: readonly ProducedPartition[] | null = null;
    let failure: unknown = null;
    try {
      if (leader === null) throw new EventLogError('unavailable', 'a partition has no leader', { retriable: true });
      results = await this.#request(leader, lanes);
    } catch (error) {
      // Nobody knows whether the batches are in the log: sent again with the same numbers they will be there once.
      failure = error;
    }
    const again: PartitionLane[] = [];
    for (const lane of lanes) {
      const error = results === null ? failure : settle(lane, results);
      if (error !== null && (await this.#passes(lane, error))) again.push(lane);
    }
    this.#free(lanes.filter((lane) => !again.includes(lane)));
    if (again.length === 0) return;
    await backoff.wait(this.#deps.signal);
    await this.#deliver(again, backoff);
  }

  async #request(leader: number, lanes: readonly PartitionLane[]): Promise<readonly ProducedPartition[]> {
    const { cluster, identity } = this.#deps;
    const { transactionalId, producerId, producerEpoch } = identity();
    const broker = await cluster.broker(leader);
    const signed = lanes.map(({ topic, partition, head, sequence }) => {
      const { batch } = head as QueuedBatch;
      const transactional = transactionalId !== null;
      signBatch(batch, { producerId, producerEpoch, baseSequence: sequence, transactional });
      return { topic, partition, batch };
    });
    return broker.connectionPool.send(produceRequest(transactionalId, signed, REPLICATION_TIMEOUT_MS));
  }

  /** Whether to try the lane's head again; it is refused where that is of no use. */
  async #passes(lane: PartitionLane, error: unknown): Promise<boolean> {
    const { kind } = diagnose(error);
    const retriable = error instanceof EventLogError ? error.retriable : kind !== 'fatal' && kind !== 'fenced';
    if (retriable && !this.#deps.signal.aborted) {
      if (kind !== 'transient') this.#deps.cluster.forgetTopic(lane.topic);
      return true;
    }
    let reason = error instanceof Error ? error : new Error(String(error));
    if (!retriable && !this.#deps.signal.aborted) {
      try {
        if ((await this.#deps.mend(reason)) === 'again') return true;
      } catch (notMended) {
        reason = notMended instanceof Error ? notMended : new Error(String(notMended));
      }
    }
    this.#refuse(lane, reason);
    return false;
  }

  #refuse(lane: PartitionLane, reason: Error): void {
    lane.refuse(reason);
    if (!isRefused(reason)) return;
    this.#refusal = reason;
    while (lane.head !== undefined) lane.refuse(reason);
  }

  /** What they have next goes together. */
  #free(lanes: readonly PartitionLane[]): void {
    for (const lane of lanes) lane.busy = false;
    if (lanes.some(({ head }) => head !== undefined)) this.#schedule();
  }

  async #byLeader(lanes: readonly PartitionLane[]): Promise<Map<number | null, PartitionLane[]>> {
    const byLeader = new Map<number | null, PartitionLane[]>();
    for (const lane of lanes) {
      let leader: number | null;
      try {
        leader = await this.#deps.cluster.leader(lane.topic, lane.partition);
      } catch (error) {
        // A topic that was there when its batch was made may be unknown to a broker that has just started.
        const refused = isRefusal(error) && !error.retriable;
        if (refused || (error instanceof EventLogError && error.code === 'closed')) {
          this.#refuse(lane, error);
          this.#free([lane]);
          continue;
        }
        leader = null;
      }
      const led = byLeader.get(leader);
      if (led === undefined) byLeader.set(leader, [lane]);
      else led.push(lane);
    }
    return byLeader;
  }
}

/** Null when the lane's head is in the log, else why it is not. */
function settle(lane: PartitionLane, results: readonly ProducedPartition[]): Error | null {
  const result = results.find(({ topic, partition }) => topic === lane.topic && partition === lane.partition);
  if (result === undefined) return protocolError(-1);
  if (result.errorCode !== 0 && result.errorCode !== DUPLICATE_SEQUENCE) return protocolError(result.errorCode);
  lane.acknowledge(result.baseOffset);
  return null;
}
