import { type AppendBatch, EventLogError, type Producer, isRetriable } from '@logweave/event-log';
import { Backoff } from './backoff.ts';
import type { WritableCompression } from './compression.ts';
import { asEventLogError, diagnose } from './kafka-error.ts';
import type { KafkaCluster } from './kafka-cluster.ts';
import { LaneSender, type ProducerIdentity } from './lane-sender.ts';
import { prepareBatches } from './prepared-batch.ts';
import type { TopicCatalog } from './topic-catalog.ts';

const IDENTITY_MS = 30_000;
const FIRST_RETRY_MS = 10;
const LAST_RETRY_MS = 1_000;

/** Errors after which the broker's memory of this producer and ours differ: it begins anew under another id. */
const LOST_IDENTITY = new Set([
  'UNKNOWN_PRODUCER_ID',
  'OUT_OF_ORDER_SEQUENCE_NUMBER',
  'INVALID_PRODUCER_EPOCH',
  'INVALID_PRODUCER_ID_MAPPING',
]);

export interface KafkaProducerDeps {
  readonly cluster: KafkaCluster;
  readonly catalog: TopicCatalog;
  readonly compression: WritableCompression;
  /** The broker has forgotten this producer: the batch on its way is sent under a new id and may then stand twice. */
  readonly identityLost: (error: Error) => void;
}

/** An idempotent producer: what is sent twice on the way stands in the log once. */
export class KafkaProducer implements Producer {
  readonly #deps: KafkaProducerDeps;
  readonly #sender: LaneSender;
  readonly #stopped = new AbortController();
  #identity: ProducerIdentity;
  #renewing: Promise<void> | null = null;
  /** Appends are checked and queued in the order of their calls. */
  #order: Promise<unknown> = Promise.resolve();
  readonly #underWay = new Set<Promise<unknown>>();
  #closed = false;

  constructor(deps: KafkaProducerDeps, identity: ProducerIdentity) {
    this.#deps = deps;
    this.#identity = identity;
    this.#sender = new LaneSender({
      cluster: deps.cluster,
      identity: () => this.#identity,
      mend: (error) => this.#mend(error),
      signal: this.#stopped.signal,
    });
  }

  static async open(deps: KafkaProducerDeps): Promise<KafkaProducer> {
    return new KafkaProducer(deps, await newIdentity(deps.cluster));
  }

  append(batches: readonly AppendBatch[]): Promise<readonly number[]> {
    if (this.#closed) return Promise.reject(new EventLogError('closed', 'the producer is closed'));
    const queued = this.#order.then(() => this.#queue(batches));
    this.#order = queued.catch(() => undefined);
    const appended = queued.then(({ bases }) => bases);
    const tracked = appended.catch(() => undefined).finally(() => this.#underWay.delete(tracked));
    this.#underWay.add(tracked);
    return appended;
  }

  async close(): Promise<void> {
    this.#closed = true;
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
    this.#stopped.abort();
  }

  /** Resolves once everything stands in its queue; `bases` when it is in the log. */
  async #queue(batches: readonly AppendBatch[]): Promise<{ readonly bases: Promise<readonly number[]> }> {
    const { catalog, compression } = this.#deps;
    try {
      const prepared = await prepareBatches(batches, catalog, compression);
      const sent = prepared.map((parts) => parts.map((part) => this.#sender.send(part)));
      return { bases: allOf(sent) };
    } catch (error) {
      throw asEventLogError(error, 'appending');
    }
  }

  async #mend(error: Error): Promise<'again' | 'fail'> {
    const { type } = diagnose(error);
    if (type === null || !LOST_IDENTITY.has(type)) return 'fail';
    this.#renewing ??= this.#renew(error);
    try {
      await this.#renewing;
    } catch (notRenewed) {
      // No broker answers: the batch waits for one, as every other does.
      if (!isRetriable(notRenewed)) throw notRenewed;
    }
    return 'again';
  }

  async #renew(lost: Error): Promise<void> {
    this.#deps.identityLost(lost);
    try {
      this.#identity = await newIdentity(this.#deps.cluster);
      for (const lane of this.#sender.lanes) lane.sequence = 0;
    } finally {
      this.#renewing = null;
    }
  }
}

/**
 * The first offset of each. Whoever is told of a failure can be sure that nothing of this append is on its way any more.
 * @throws EventLogError once all are settled
 */
async function allOf(sent: readonly (readonly Promise<number>[])[]): Promise<readonly number[]> {
  const settled = await Promise.allSettled(sent.flat());
  const failed = settled.find((outcome) => outcome.status === 'rejected');
  if (failed !== undefined) throw asEventLogError(failed.reason, 'appending');
  return Promise.all(sent.map(async ([first]) => (await first) ?? -1));
}

/** @throws EventLogError `unavailable` when no broker gives one in time. */
async function newIdentity(cluster: KafkaCluster): Promise<ProducerIdentity> {
  const deadlineMs = cluster.clock.monotonicMs() + IDENTITY_MS;
  const backoff = new Backoff(cluster.clock, FIRST_RETRY_MS, LAST_RETRY_MS);
  for (;;) {
    try {
      const made = await cluster.any((broker) =>
        broker.initProducerId({ transactionalId: null, transactionTimeout: IDENTITY_MS }),
      );
      return { transactionalId: null, producerId: BigInt(made.producerId), producerEpoch: made.producerEpoch };
    } catch (error) {
      const known = asEventLogError(error, 'opening a producer');
      if (!known.retriable || cluster.closed || cluster.clock.monotonicMs() > deadlineMs) throw known;
    }
    await backoff.wait();
  }
}
