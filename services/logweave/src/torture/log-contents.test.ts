import { MemoryCluster } from '@logweave/event-log/memory';
import { HEADERS, topicName, VirtualClock } from '@logweave/model';
import { describe, expect, it } from 'vitest';
import { md5Of, readPartition } from './log-contents.ts';

const BASE_MS = 1_795_536_000_000;
const LINE = '{"src_ip":"192.0.2.1","src_port":5,"timestamp":1795536000001000007}';

describe('the contents of a partition', () => {
  it('are its lines with key, exact time and delay, and its results with their parents', async () => {
    const cluster = new MemoryCluster({ clock: new VirtualClock() });
    const log = cluster.connect();
    for (const name of ['http', 'network', 'correlated'] as const) {
      await log.ensureTopic({
        name: topicName(name),
        partitions: 2,
        cleanup: 'delete',
        retentionMs: null,
        retentionBytes: null,
        maxRecordBytes: 10_000,
      });
    }
    const producer = await log.producer();
    const line = { key: null, value: Buffer.from(LINE), headers: [], timestampMs: BASE_MS + 21 };
    const parent = (name: string, text: string): { name: string; value: Uint8Array } => ({
      name,
      value: Buffer.from(text),
    });
    await producer.append([
      { topic: topicName('http'), partition: 1, records: [line] },
      { topic: topicName('network'), partition: 1, records: [line, line] },
      {
        topic: topicName('correlated'),
        partition: 1,
        records: [
          {
            ...line,
            headers: [
              parent(HEADERS.parentA, `${topicName('http')}/1/0`),
              parent(HEADERS.parentB, `${topicName('network')}/1/1`),
            ],
          },
          { ...line, headers: [parent(HEADERS.parentB, `${topicName('network')}/1/0`)] },
        ],
      },
    ]);
    const contents = await readPartition(log, 1, { baseMs: BASE_MS });
    const read = { key: '192.0.2.1:5', atNs: 1_000_007, delayMs: 20 };
    expect(contents.inputs).toEqual([
      { ...read, side: 'A', offset: 0 },
      { ...read, side: 'B', offset: 0 },
      { ...read, side: 'B', offset: 1 },
    ]);
    const md5 = md5Of(Buffer.from(LINE));
    expect(contents.results).toEqual([
      { offset: 0, a: 0, b: 1, md5 },
      { offset: 1, a: null, b: 0, md5 },
    ]);
  });
});
