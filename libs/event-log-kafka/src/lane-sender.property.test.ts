import type { ProducerRecord } from '@logweave/event-log';
import { VirtualClock } from '@logweave/model';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diagnose } from './kafka-error.ts';
import { LaneSender } from './lane-sender.ts';
import type { PreparedBatch } from './prepared-batch.ts';
import { decodeRecords } from './record-batch-decoder.ts';
import { encodeRecordBatches, signBatch } from './record-batch-encoder.ts';
import { AT } from './record-batch-layout.ts';
import { FakeBrokers, type ProduceFault } from './testing/fake-brokers.ts';

const NOT_LEADER = 6;
const REQUEST_TIMED_OUT = 7;
const NOT_ENOUGH_REPLICAS = 19;
const MESSAGE_TOO_LARGE = 10;
const TOPIC_AUTHORIZATION_FAILED = 29;
const OUT_OF_ORDER_SEQUENCE = 45;
const SENDER = { transactionalId: null, producerId: 7n, producerEpoch: 0 };

function encoded(records: readonly ProducerRecord[]): Buffer {
  return encodeRecordBatches(records, Number.POSITIVE_INFINITY, 'none')[0]?.batch ?? Buffer.alloc(0);
}

function batchOf(partition: number, value: string, records = 1): PreparedBatch {
  const of = Array.from({ length: records }, (_, i) => ({
    key: null,
    value: Buffer.from(records === 1 ? value : `${value}.${i}`),
    headers: [],
    timestampMs: 0,
  }));
  return { topic: 'topic', partition, batch: encoded(of), records };
}

/** What a partition holds. */
function valuesIn(brokers: FakeBrokers, partition: number): string[] {
  return (brokers.partitions[partition]?.written ?? []).flatMap(({ count, records }) => {
    const head = encoded([{ key: null, value: null, headers: [], timestampMs: 0 }]);
    const batch = Buffer.concat([head.subarray(0, AT.records), records]);
    batch.writeInt32BE(batch.length - 12, AT.length);
    batch.writeInt32BE(count, AT.count);
    signBatch(batch, { producerId: 7n, producerEpoch: 0, baseSequence: 0, transactional: false });
    return decodeRecords(batch, 0, []).records.map(({ value }) => Buffer.from(value ?? []).toString());
  });
}

interface World {
  readonly clock: VirtualClock;
  readonly brokers: FakeBrokers;
  readonly sender: LaneSender;
  readonly stop: AbortController;
}

function world(brokers: number, partitions: number, mend: () => Promise<'again' | 'fail'> = async () => 'fail'): World {
  const clock = new VirtualClock();
  const fake = new FakeBrokers(clock, brokers, partitions);
  const stop = new AbortController();
  const cluster = fake.connect();
  const sender = new LaneSender({ cluster, identity: () => SENDER, mend, signal: stop.signal });
  return { clock, brokers: fake, sender, stop };
}

const fault: fc.Arbitrary<ProduceFault> = fc.oneof(
  fc.constantFrom<ProduceFault[]>('lose_request', 'lose_answer'),
  fc.constantFrom(NOT_LEADER, REQUEST_TIMED_OUT, NOT_ENOUGH_REPLICAS).map((errorCode) => ({ errorCode })),
);

describe('batches on their way to a partition', () => {
  it('stand there once and in order, whatever is lost or refused for a while, and wherever the leader goes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ partition: fc.nat(3), records: fc.integer({ min: 1, max: 3 }), waitMs: fc.nat(20) }), {
          minLength: 1,
          maxLength: 25,
        }),
        fc.array(fc.tuple(fc.integer({ min: 1, max: 2 }), fault), { maxLength: 12 }),
        fc.array(fc.record({ atMs: fc.nat(200), partition: fc.nat(3), leader: fc.integer({ min: -1, max: 2 }) }), {
          maxLength: 5,
        }),
        async (sends, faults, moves) => {
          const { clock, brokers, sender } = world(2, 4);
          for (const [node, each] of faults) brokers.faults.set(node, [...(brokers.faults.get(node) ?? []), each]);
          for (const { atMs, partition, leader } of moves) {
            const moved = brokers.partitions[partition];
            if (moved !== undefined) clock.schedule(atMs, () => void (moved.leader = leader));
          }
          // In the end everything has a leader.
          clock.schedule(500, () => brokers.partitions.forEach((each) => void (each.leader = 1)));
          const expected: string[][] = [[], [], [], []];
          const acknowledged: Promise<number>[] = [];
          for (const [i, { partition, records, waitMs }] of sends.entries()) {
            const batch = batchOf(partition, `${i}`, records);
            expected[partition]?.push(
              ...Array.from({ length: records }, (_, n) => (records === 1 ? `${i}` : `${i}.${n}`)),
            );
            acknowledged.push(sender.send(batch));
            await clock.advance(waitMs);
          }
          await clock.advance(60_000);
          const bases = await Promise.all(acknowledged);
          expect(brokers.partitions.map((_, partition) => valuesIn(brokers, partition))).toEqual(expected);
          // Each was told its own place.
          for (const [i, { partition, records }] of sends.entries()) {
            const first = records === 1 ? `${i}` : `${i}.0`;
            expect(expected[partition]?.[bases[i] ?? -1]).toBe(first);
          }
          expect(brokers.mostUnderWay).toBe(1);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('of one turn go together, and those behind them when they are there', async () => {
    const { clock, brokers, sender } = world(1, 3);
    const sent = [0, 1, 2, 0, 1].map((partition, i) => sender.send(batchOf(partition, `${i}`)));
    await clock.advance(100);
    await Promise.all(sent);
    expect(brokers.produceRequests).toBe(2);
  });

  it('that a broker refuses for good fail alone', async () => {
    const { clock, brokers, sender } = world(1, 2);
    brokers.faults.set(1, [{ errorCode: MESSAGE_TOO_LARGE }]);
    const refused = sender.send(batchOf(0, 'too large'));
    const reason = refused.catch((error: unknown) => diagnose(error).type);
    await clock.advance(10);
    expect(await reason).toBe('MESSAGE_TOO_LARGE');
    const next = sender.send(batchOf(0, 'next'));
    await clock.advance(10);
    expect(await next).toBe(0);
    expect(valuesIn(brokers, 0)).toEqual(['next']);
  });

  it('end with the first that is refused for want of rights: it may be there all the same, and its number is taken', async () => {
    const { clock, brokers, sender } = world(1, 2);
    brokers.faults.set(1, ['lose_answer', { errorCode: TOPIC_AUTHORIZATION_FAILED }]);
    const types = [batchOf(0, 'there'), batchOf(0, 'behind')].map((batch) =>
      sender.send(batch).then(
        () => null,
        (error: unknown) => diagnose(error).type,
      ),
    );
    await clock.advance(100);
    expect(await Promise.all(types)).toEqual(['TOPIC_AUTHORIZATION_FAILED', 'TOPIC_AUTHORIZATION_FAILED']);
    await expect(sender.send(batchOf(1, 'later'))).rejects.toMatchObject({ type: 'TOPIC_AUTHORIZATION_FAILED' });
    expect(valuesIn(brokers, 0)).toEqual(['there']);
  });

  it('fail when what should mend them fails, and those beside them are not sent twice', async () => {
    const broken = new Error('no new identity');
    const { clock, brokers, sender } = world(1, 2, () => Promise.reject(broken));
    // Partition 0 is acknowledged by the same answer that refuses partition 1.
    const first = sender.send(batchOf(1, 'skipped'));
    await clock.advance(10);
    expect(await first).toBe(0);
    // The broker knows of later records than the sender: it refuses what comes next as out of order.
    brokers.partitions[1]?.written.push({ producerId: 7n, baseSequence: 9, count: 5, records: Buffer.alloc(0) });
    const good = sender.send(batchOf(0, 'good'));
    const behind = sender.send(batchOf(0, 'behind'));
    const bad = sender.send(batchOf(1, 'bad', 2)).catch((error: unknown) => error);
    await clock.advance(1_000);
    expect(await bad).toBe(broken);
    expect([await good, await behind]).toEqual([0, 1]);
    expect(valuesIn(brokers, 0)).toEqual(['good', 'behind']);
  });

  it('are given up when nobody waits for them any more', async () => {
    const { clock, brokers, sender, stop } = world(1, 1);
    brokers.faults.set(
      1,
      Array.from({ length: 100 }, (): ProduceFault => 'lose_request'),
    );
    const sent = sender.send(batchOf(0, 'never')).catch((error: unknown) => diagnose(error).kind);
    await clock.advance(5_000);
    stop.abort();
    await clock.advance(5_000);
    expect(await sent).toBe('connection');
    expect(valuesIn(brokers, 0)).toEqual([]);
  });

  it('out of order are for the owner of the identity to mend, and go on then', async () => {
    let mended = 0;
    const { clock, brokers, sender } = world(1, 1, async () => {
      mended++;
      return 'again';
    });
    brokers.faults.set(1, [{ errorCode: OUT_OF_ORDER_SEQUENCE }]);
    const sent = sender.send(batchOf(0, 'v'));
    await clock.advance(100);
    expect(await sent).toBe(0);
    expect(mended).toBe(1);
  });
});
