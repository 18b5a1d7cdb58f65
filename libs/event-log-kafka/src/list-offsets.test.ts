import { VirtualClock } from '@logweave/model';
import { expect, test } from 'vitest';
import { diagnose } from './kafka-error.ts';
import { listOffsets } from './list-offsets.ts';
import { FakeBrokers } from './testing/fake-brokers.ts';

const PARTITIONS = [0, 1, 2].map((partition) => ({ topic: 'topic', partition }));

function world() {
  const clock = new VirtualClock();
  const brokers = new FakeBrokers(clock, 2, PARTITIONS.length);
  brokers.partitions[1]?.written.push({ producerId: 1n, baseSequence: 0, count: 7, records: Buffer.alloc(0) });
  return { clock, brokers, asking: () => listOffsets(brokers.connect(), PARTITIONS, 'high') };
}

test('the leaders of a topic that was just made are asked again until they know that they are', async () => {
  const { clock, brokers, asking } = world();
  brokers.settled = false;
  const answer = asking();
  await clock.advance(1_000);
  brokers.settled = true;
  await clock.advance(1_000);
  expect(await answer).toEqual([0, 7, 0]);
});

test('those who never know it are not asked for ever', async () => {
  const { clock, brokers, asking } = world();
  brokers.settled = false;
  const type = asking().catch((error: unknown) => diagnose(error).type);
  await clock.advance(10_000);
  expect(await type).toBe('NOT_LEADER_FOR_PARTITION');
});
