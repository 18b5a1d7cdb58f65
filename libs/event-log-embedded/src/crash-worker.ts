import { writeSync } from 'node:fs';
import type { ProducerRecord } from '@logweave/event-log';
import { VirtualClock } from '@logweave/model';
import { type EmbeddedEventLog, openEmbeddedLog } from './embedded-log.ts';

/*
 * Writes into a log until it is killed, and says on stdout what has been acknowledged: `t <n>` transaction n, `p <n>`
 * plain record n, `c` a round of maintenance. The crash test kills it and looks at what is left.
 *
 * Transaction n puts one record `n` into a/0, a batch of three into b/0 and b/1, the key `n mod 10` into the compacted
 * topic, and commits offset n of a/0. Plain appends write batches of seven consecutive numbers.
 */

const RECORD_PADDING = 'x'.repeat(400);

// Nothing in here waits for time: the log is killed, not left to age.
const clock = new VirtualClock();

function record(value: number, key: string | null = null): ProducerRecord {
  return {
    key: key === null ? null : Buffer.from(key),
    value: Buffer.from(`${value} ${RECORD_PADDING}`),
    headers: [],
    timestampMs: clock.wallMs(),
  };
}

function say(line: string): void {
  writeSync(1, `${line}\n`);
}

async function transactions(log: EmbeddedEventLog): Promise<void> {
  const producer = await log.transactionalProducer('crash');
  const [committed] = await log.committed('crash', [{ topic: 'a', partition: 0 }]);
  for (let n = (committed?.offset ?? -1) + 1; ; n++) {
    const three = [record(n), record(n), record(n)];
    const outcome = await producer.commit({
      batches: [
        { topic: 'a', partition: 0, records: [record(n)] },
        { topic: 'b', partition: 0, records: three },
        { topic: 'b', partition: 1, records: three },
        { topic: 'state', partition: 0, records: [record(n, `${n % 10}`)] },
      ],
      group: 'crash',
      offsets: [{ topic: 'a', partition: 0, offset: n, metadata: `${n}` }],
    });
    if (outcome.kind !== 'committed') throw new Error(`a transaction was ${outcome.kind}`);
    say(`t ${n}`);
  }
}

async function plainAppends(log: EmbeddedEventLog): Promise<void> {
  const producer = await log.producer();
  const [marks] = await log.watermarks('plain');
  for (let n = marks?.high ?? 0; ; n += 7) {
    await producer.append([
      { topic: 'plain', partition: 0, records: Array.from({ length: 7 }, (_, i) => record(n + i)) },
    ]);
    say(`p ${n + 6}`);
  }
}

async function maintenance(log: EmbeddedEventLog): Promise<void> {
  for (;;) {
    await log.maintain({ force: true });
    say('c');
  }
}

const path = process.argv[2];
if (path === undefined) throw new Error('usage: crash-worker <path>');
const log = await openEmbeddedLog({ path, clock, maintainEveryMs: null });
const base = { retentionMs: null, retentionBytes: null, maxRecordBytes: 10_000 };
await log.ensureTopic({ ...base, name: 'a', partitions: 1, cleanup: 'delete' });
await log.ensureTopic({ ...base, name: 'b', partitions: 2, cleanup: 'delete', retentionBytes: 2_000_000 });
await log.ensureTopic({ ...base, name: 'state', partitions: 1, cleanup: 'compact' });
await log.ensureTopic({ ...base, name: 'plain', partitions: 1, cleanup: 'delete' });
say('ready');
await Promise.all([transactions(log), plainAppends(log), maintenance(log)]);
