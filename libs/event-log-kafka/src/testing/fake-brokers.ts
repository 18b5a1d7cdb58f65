import type { Clock } from '@logweave/model';
import { KafkaCluster } from '../kafka-cluster.ts';
import { type KafkaBroker, protocolError, type ProtocolRequest } from '../kafkajs.ts';
import { ByteReader, ByteWriter } from '../protocol-bytes.ts';
import { AT } from '../record-batch-layout.ts';

const PRODUCE = 0;
const METADATA = 3;
const NOT_LEADER = 6;
const OUT_OF_ORDER_SEQUENCE = 45;

/** What happens to the next produce request: lost before or after it was carried out, or answered with an error. */
export type ProduceFault = 'lose_request' | 'lose_answer' | { readonly errorCode: number };

/** A batch as it was written: its bytes and who sent it. */
export interface WrittenBatch {
  readonly producerId: bigint;
  readonly baseSequence: number;
  readonly count: number;
  readonly records: Buffer;
}

export interface FakePartition {
  leader: number;
  readonly written: WrittenBatch[];
}

const notAsked = (): never => {
  throw new Error('nobody asks a fake broker for that');
};

/** Brokers in memory that know partitions of one topic, and what idempotence asks of them: sequences, and duplicates. */
export class FakeBrokers {
  readonly topic = 'topic';
  readonly partitions: readonly FakePartition[];
  readonly brokers: number;
  /** By node; the first is met by the next produce request. */
  readonly faults = new Map<number, ProduceFault[]>();
  produceRequests = 0;
  /** While false no broker takes itself for a leader, whatever metadata says. */
  settled = true;
  /** Of one partition at the same time, the most there ever were. */
  mostUnderWay = 0;
  readonly #clock: Clock;
  readonly #underWay = new Map<number, number>();

  constructor(clock: Clock, brokers: number, partitions: number) {
    this.#clock = clock;
    this.brokers = brokers;
    this.partitions = Array.from({ length: partitions }, (_, i) => ({ leader: 1 + (i % brokers), written: [] }));
  }

  connect(): KafkaCluster {
    return new KafkaCluster({
      clock: this.#clock,
      seeds: ['fake:1'],
      createBroker: async (host, port, nodeId) => this.#broker(host, port, nodeId),
    });
  }

  #endOf(partition: number): number {
    return (this.partitions[partition]?.written ?? []).reduce((sum, { count }) => sum + count, 0);
  }

  #broker(host: string, port: number, nodeId: number | null): KafkaBroker {
    return {
      nodeId,
      connectionPool: { host, port, send: (request) => this.#send(nodeId ?? 1, request) },
      isConnected: () => true,
      connect: async () => {},
      disconnect: async () => {},
      findGroupCoordinator: notAsked,
      joinGroup: notAsked,
      syncGroup: notAsked,
      heartbeat: notAsked,
      leaveGroup: notAsked,
      offsetCommit: notAsked,
      listOffsets: async ({ topics }) => {
        if (!this.settled) throw protocolError(NOT_LEADER);
        const responses = topics.map(({ topic, partitions }) => ({
          topic,
          partitions: partitions.map(({ partition }) => ({ partition, offset: String(this.#endOf(partition)) })),
        }));
        return { responses };
      },
      createTopics: notAsked,
      describeConfigs: notAsked,
      initProducerId: notAsked,
      addPartitionsToTxn: notAsked,
      addOffsetsToTxn: notAsked,
      txnOffsetCommit: notAsked,
      endTxn: notAsked,
    };
  }

  async #send<Decoded, Result>(
    nodeId: number,
    { request, response }: ProtocolRequest<Decoded, Result>,
  ): Promise<Result> {
    const { buffer } = await request.encode();
    const answer = async (bytes: Buffer): Promise<Result> => response.parse(await response.decode(bytes));
    if (request.apiKey === METADATA) return answer(this.#metadata());
    if (request.apiKey !== PRODUCE) return notAsked();
    const batches = readProduce(Buffer.from(buffer));
    this.produceRequests++;
    for (const { partition } of batches) {
      const count = (this.#underWay.get(partition) ?? 0) + 1;
      this.#underWay.set(partition, count);
      this.mostUnderWay = Math.max(this.mostUnderWay, count);
    }
    try {
      await this.#clock.sleep(1);
      const fault = this.faults.get(nodeId)?.shift();
      if (fault === 'lose_request') throw connectionClosed();
      const errorCode = typeof fault === 'object' ? fault.errorCode : null;
      const results = batches.map((batch) => this.#append(nodeId, batch, errorCode));
      await this.#clock.sleep(1);
      if (fault === 'lose_answer') throw connectionClosed();
      return await answer(this.#produced(results));
    } finally {
      for (const { partition } of batches) this.#underWay.set(partition, (this.#underWay.get(partition) ?? 0) - 1);
    }
  }

  #metadata(): Buffer {
    const body = new ByteWriter(256).int32(0);
    body.array(
      Array.from({ length: this.brokers }, (_, i) => i + 1),
      (nodeId) => void body.int32(nodeId).string('fake').int32(nodeId).string(null),
    );
    body.string('cluster').int32(1);
    body.array([this.topic], (topic) => {
      body.int16(0).string(topic).int8(0);
      body.array([...this.partitions.entries()], ([index, { leader }]) => {
        body.int16(0).int32(index).int32(leader);
        for (let lists = 0; lists < 3; lists++) body.array([], () => {});
      });
    });
    return body.finish();
  }

  #append(
    nodeId: number,
    batch: ProducedBatch,
    errorCode: number | null,
  ): { errorCode: number; baseOffset: number } & ProducedBatch {
    const { leader, written } = this.partitions[batch.partition] as FakePartition;
    if (leader !== nodeId) return { ...batch, errorCode: NOT_LEADER, baseOffset: -1 };
    if (errorCode !== null) return { ...batch, errorCode, baseOffset: -1 };
    const own = written.filter(({ producerId }) => producerId === batch.producerId);
    const again = own.find(({ baseSequence }) => baseSequence === batch.baseSequence);
    const offsetOf = (of: WrittenBatch): number =>
      written.slice(0, written.indexOf(of)).reduce((sum, { count }) => sum + count, 0);
    if (again !== undefined) return { ...batch, errorCode: 0, baseOffset: offsetOf(again) };
    const last = own.at(-1);
    const expected = last === undefined ? 0 : last.baseSequence + last.count;
    if (batch.baseSequence !== expected) return { ...batch, errorCode: OUT_OF_ORDER_SEQUENCE, baseOffset: -1 };
    const { producerId, baseSequence, count, records } = batch;
    const appended = { producerId, baseSequence, count, records };
    written.push(appended);
    return { ...batch, errorCode: 0, baseOffset: offsetOf(appended) };
  }

  #produced(results: readonly (ProducedBatch & { readonly errorCode: number; readonly baseOffset: number })[]): Buffer {
    const body = new ByteWriter(256);
    body.array([this.topic], (topic) => {
      body.string(topic).array(results, ({ partition, errorCode, baseOffset }) => {
        body.int32(partition).int16(errorCode).int64(baseOffset).int64(-1).int64(0);
      });
    });
    return body.int32(0).finish();
  }
}

interface ProducedBatch extends WrittenBatch {
  readonly partition: number;
}

function readProduce(body: Buffer): ProducedBatch[] {
  const input = new ByteReader(body);
  input.string();
  input.int16();
  input.int32();
  return input
    .array(() => {
      input.string();
      return input.array(() => {
        const partition = input.int32();
        const batch = Buffer.from(input.bytes());
        return {
          partition,
          producerId: batch.readBigInt64BE(AT.producerId),
          baseSequence: batch.readInt32BE(AT.baseSequence),
          count: batch.readInt32BE(AT.count),
          records: batch.subarray(AT.records),
        };
      });
    })
    .flat();
}

function connectionClosed(): Error {
  const error = new Error('Closed connection');
  error.name = 'KafkaJSConnectionClosedError';
  return error;
}
