import type { EventLog, LogRecord, TopicPartition } from '@logweave/event-log';
import { MemoryCluster } from '@logweave/event-log/memory';
import { VirtualClock } from '@logweave/model';
import { beforeEach, describe, expect, it } from 'vitest';
import { type FollowedLog, followTopic } from './follow-topic.ts';

const TOPIC = 'logweave.correlated';

let clock: VirtualClock;
let cluster: MemoryCluster;
let eventLog: EventLog;
let interrupt: AbortController;

beforeEach(async () => {
  clock = new VirtualClock();
  cluster = new MemoryCluster({ clock });
  eventLog = cluster.connect();
  interrupt = new AbortController();
  const retention = { cleanup: 'delete', retentionMs: 60_000, retentionBytes: null, maxRecordBytes: 1000 } as const;
  await eventLog.ensureTopic({ name: TOPIC, partitions: 2, ...retention });
});

async function append(partition: number, ...values: readonly string[]): Promise<void> {
  const producer = await eventLog.producer();
  const records = values.map((value) => ({
    key: null,
    value: Buffer.from(value),
    headers: [],
    timestampMs: clock.wallMs(),
  }));
  await producer.append([{ topic: TOPIC, partition, records }]);
}

/** Follows, and notes what is seen as `partition:value` and gaps as `partition:from-to`. */
function follow(
  fromBeginning: boolean,
  enough: (value: string) => boolean = () => false,
  followed: FollowedLog = eventLog,
) {
  const seen: string[] = [];
  const done = followTopic(followed, {
    topic: TOPIC,
    fromBeginning,
    signal: interrupt.signal,
    onRecord: ({ partition }: TopicPartition, record: LogRecord) => {
      const value = Buffer.from(record.value ?? []).toString();
      seen.push(`${partition}:${value}`);
      return !enough(value);
    },
    onGap: ({ partition }, from, to) => seen.push(`${partition}:${from}-${to}`),
  });
  return { seen, done };
}

describe('following a topic', () => {
  it('shows what comes, of every partition, until it is interrupted', async () => {
    await append(0, 'before');
    const { seen, done } = follow(false);
    await clock.advance(1000);
    await append(1, 'a');
    await append(0, 'b', 'c');
    await clock.advance(1000);
    expect(seen).toEqual(['1:a', '0:b', '0:c']);
    interrupt.abort();
    await clock.advance(1000);
    await done;
  });

  it('shows what is there already when it is asked to', async () => {
    await append(0, 'before');
    const { seen, done } = follow(true);
    await clock.advance(1000);
    expect(seen).toEqual(['0:before']);
    interrupt.abort();
    await clock.advance(1000);
    await done;
  });

  it('ends by itself when it was enough, and shows nothing more', async () => {
    await append(0, 'a', 'b', 'c');
    await append(1, 'd', 'b');
    const { seen, done } = follow(true, (value) => value === 'b');
    await clock.advance(1000);
    await done;
    expect(seen.filter((each) => each.endsWith(':b'))).toHaveLength(1);
    expect(seen).not.toContain('0:c');
  });

  it('says which records were deleted before it could show them, and goes on behind them', async () => {
    await append(0, 'old', 'older');
    const slow = Promise.withResolvers<void>();
    // Between the look at the watermarks and the first read the records go.
    const { seen, done } = follow(true, undefined, {
      watermarks: (topic) => eventLog.watermarks(topic),
      reader: async (partition, offset) => {
        await slow.promise;
        return eventLog.reader(partition, offset);
      },
    });
    await clock.advance(120_000);
    cluster.maintain();
    slow.resolve();
    await append(0, 'new');
    await clock.advance(1000);
    expect(seen).toEqual(['0:0-2', '0:new']);
    interrupt.abort();
    await clock.advance(1000);
    await done;
  });
});
