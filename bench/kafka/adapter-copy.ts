import type { EventLog, OffsetCommit, RecordBatch, TransactionalProducer } from '@logweave/event-log';
import { systemClock } from '@logweave/service-kit';
import { openBenchLog, PARTITIONS } from './arena.ts';
import type { Run } from './contender.ts';

const COMMIT_MS = 100;
const POLL_MS = 100;

type Write = (batches: readonly RecordBatch[]) => Promise<void>;

/** By the adapter of the event log. The result ends it. */
export async function copyByAdapter(run: Run, transactions: boolean): Promise<() => Promise<void>> {
  const log = openBenchLog(run.brokers);
  const { http, network } = run.input;
  const consumer = await log.consumer({ group: run.group, topics: [http, network] });
  const write = transactions
    ? await inTransactions(log, run)
    : await plainly(log, run, (offsets) => consumer.commit(offsets));
  let stopping = false;
  const copying = (async (): Promise<void> => {
    while (!stopping) {
      const polled = await consumer.poll({ timeoutMs: POLL_MS });
      if (polled.kind === 'records') await write(polled.batches);
    }
  })();
  return async () => {
    stopping = true;
    await copying;
    await log.close();
  };
}

async function plainly(
  log: EventLog,
  { output }: Run,
  commit: (offsets: OffsetCommit[]) => Promise<unknown>,
): Promise<Write> {
  const producer = await log.producer();
  const offsets = new Map<string, OffsetCommit>();
  let committedMs = 0;
  return async (batches) => {
    await producer.append(batches.map(({ partition, records }) => ({ topic: output.correlated, partition, records })));
    for (const { topic, partition, nextOffset } of batches) {
      offsets.set(`${topic}/${partition}`, { topic, partition, offset: nextOffset, metadata: '' });
    }
    const nowMs = systemClock.monotonicMs();
    // Every turn near the end, where nothing comes after it that would commit.
    if (nowMs - committedMs < COMMIT_MS && batches.every(({ nextOffset, endOffset }) => nextOffset < endOffset)) return;
    committedMs = nowMs;
    await commit([...offsets.values()]);
  };
}

async function inTransactions(log: EventLog, { group, output }: Run): Promise<Write> {
  const producers: TransactionalProducer[] = [];
  for (let i = 0; i < PARTITIONS; i++) producers.push(await log.transactionalProducer(`${group}.${i}`));
  return async (batches) => {
    const byPartition = Map.groupBy(batches, ({ partition }) => partition);
    const outcomes = [...byPartition].map(([partition, of]) =>
      (producers[partition] as TransactionalProducer).commit({
        group,
        batches: of.map(({ records }) => ({ topic: output.correlated, partition, records })),
        offsets: of.map(({ topic, nextOffset }) => ({ topic, partition, offset: nextOffset, metadata: '' })),
      }),
    );
    for (const { kind } of await Promise.all(outcomes)) {
      if (kind !== 'committed') throw new Error(`a transaction was ${kind}`);
    }
  };
}
