import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Consumer, EventLog, Producer, TopicPartition, TransactionalProducer } from '@logweave/event-log';
import { MemoryCluster } from '@logweave/event-log/memory';
import { VirtualClock } from '@logweave/model';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openEmbeddedLog } from './embedded-log.ts';
import { readAll } from './test-log.ts';

const TOPICS = ['x', 'y'];
const PARTITIONS = 3;

type Step =
  | { readonly kind: 'append'; readonly topic: string; readonly partition: number; readonly records: number }
  | { readonly kind: 'open'; readonly id: number }
  | { readonly kind: 'commit'; readonly holder: number; readonly topic: string; readonly partition: number }
  | { readonly kind: 'join' }
  | { readonly kind: 'poll'; readonly member: number; readonly maxRecords: number }
  | { readonly kind: 'commitOffset'; readonly member: number }
  | { readonly kind: 'seek'; readonly member: number; readonly offset: number }
  | { readonly kind: 'leave'; readonly member: number };

const index = fc.nat({ max: 5 });
const place = { topic: fc.constantFrom(...TOPICS), partition: fc.nat({ max: PARTITIONS - 1 }) };
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('append'), ...place, records: fc.nat({ max: 3 }) }),
  fc.record({ kind: fc.constant('open'), id: fc.nat({ max: 1 }) }),
  fc.record({ kind: fc.constant('commit'), holder: index, ...place }),
  fc.record({ kind: fc.constant('join') }),
  fc.record({ kind: fc.constant('poll'), member: index, maxRecords: fc.integer({ min: 1, max: 4 }) }),
  fc.record({ kind: fc.constant('commitOffset'), member: index }),
  fc.record({ kind: fc.constant('seek'), member: index, offset: fc.nat({ max: 6 }) }),
  fc.record({ kind: fc.constant('leave'), member: index }),
) as fc.Arbitrary<Step>;

/** Takes a log through a history and writes down everything that it answers. */
async function live(log: EventLog, steps: readonly Step[]): Promise<unknown[]> {
  const answers: unknown[] = [];
  for (const name of TOPICS) {
    await log.ensureTopic({
      name,
      partitions: PARTITIONS,
      cleanup: 'delete',
      retentionMs: null,
      retentionBytes: null,
      maxRecordBytes: 100,
    });
  }
  const producer: Producer = await log.producer();
  const holders: TransactionalProducer[] = [];
  const members: { consumer: Consumer; assigned: readonly TopicPartition[] }[] = [];
  let written = 0;
  const record = () => ({ key: null, value: Buffer.from(`${written++}`), headers: [], timestampMs: 0 });
  const pick = <T>(list: readonly T[], i: number): T | undefined => list[i % Math.max(1, list.length)];
  for (const each of steps) {
    switch (each.kind) {
      case 'append': {
        const records = Array.from({ length: each.records }, record);
        answers.push(await producer.append([{ topic: each.topic, partition: each.partition, records }]));
        break;
      }
      case 'open':
        holders.push(await log.transactionalProducer(`id ${each.id}`));
        break;
      case 'commit': {
        const { topic, partition } = each;
        const offset = { topic, partition, offset: written % 3, metadata: `${written}` };
        const outcome = await pick(holders, each.holder)?.commit({
          batches: [{ topic, partition, records: [record()] }],
          group: 'group',
          offsets: [offset],
        });
        answers.push(outcome?.kind === 'aborted' ? outcome.error.code : outcome);
        break;
      }
      case 'join':
        members.push({ consumer: await log.consumer({ group: 'group', topics: TOPICS }), assigned: [] });
        break;
      case 'poll': {
        const member = pick(members, each.member);
        if (member === undefined) break;
        const polled = await member.consumer
          .poll({ timeoutMs: 0, maxRecords: each.maxRecords })
          .catch((error: unknown) => error);
        if (polled instanceof Error) answers.push(polled.message);
        else if (polled !== null && typeof polled === 'object' && 'assigned' in polled) {
          member.assigned = (polled as { assigned: readonly TopicPartition[] }).assigned;
          answers.push(polled);
        }
        break;
      }
      case 'commitOffset': {
        const member = pick(members, each.member);
        const first = member?.assigned[0];
        if (member === undefined || first === undefined) break;
        answers.push(await member.consumer.commit([{ ...first, offset: 1, metadata: '' }]));
        break;
      }
      case 'seek': {
        const member = pick(members, each.member);
        const first = member?.assigned[0];
        if (first !== undefined) member?.consumer.seek(first, each.offset);
        break;
      }
      case 'leave': {
        const member = pick(members, each.member);
        if (member === undefined) break;
        members.splice(members.indexOf(member), 1);
        await member.consumer.close();
        break;
      }
      default:
        each satisfies never;
    }
  }
  for (const topic of TOPICS) {
    answers.push(await log.watermarks(topic));
    for (let partition = 0; partition < PARTITIONS; partition++) {
      const records = await readAll(log, topic, partition);
      answers.push(records.map(({ offset, value }) => [offset, Buffer.from(value ?? []).toString()]));
      answers.push(await log.committed('group', [{ topic, partition }]));
    }
  }
  await log.close();
  return answers;
}

describe('the embedded log and the log in memory', () => {
  it('answer the same to any history', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const clock = new VirtualClock();
        const directory = mkdtempSync(join(tmpdir(), 'logweave-agree-'));
        const path = join(directory, 'event-log.db');
        const embedded = await live(await openEmbeddedLog({ path, clock, maintainEveryMs: null }), steps);
        rmSync(directory, { recursive: true, force: true });
        expect(embedded).toEqual(await live(new MemoryCluster({ clock }).connect(), steps));
      }),
      { numRuns: 30 },
    );
  }, 60_000);
});
