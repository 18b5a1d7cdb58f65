import { EventLogError, type ProducerRecord } from '@logweave/event-log';
import { type Clock, VirtualClock } from '@logweave/model';
import { expect, test } from 'vitest';
import { AppendQueue } from './append-queue.ts';
import { EagerClock } from './eager-clock.ts';
import { RecordingEventLog } from './recording-event-log.ts';

const http = { name: 't.http', partitions: 4 };
const network = { name: 't.network', partitions: 4 };

function record(text: string): ProducerRecord {
  return { key: null, value: Buffer.from(text), headers: [], timestampMs: 0 };
}

async function queueOn(log: RecordingEventLog, maxHeldBytes = 10_000, clock: Clock = new EagerClock()) {
  const events: string[] = [];
  const queue = new AppendQueue(
    { producer: await log.producer(), clock, maxHeldBytes },
    {
      full: () => events.push('full'),
      room: () => events.push('room'),
      appended: (records) => events.push(`appended ${records}`),
      failed: (error) => events.push(`failed: ${error.message}`),
    },
  );
  return { queue, events };
}

test('what one turn of the event loop brings goes in one append, a batch per partition', async () => {
  const log = new RecordingEventLog();
  const { queue, events } = await queueOn(log);
  queue.add(http, 1, record('a'));
  queue.add(network, 1, record('b'));
  queue.add(http, 1, record('c'));
  queue.add(http, 0, record('d'));
  await queue.drained();
  expect(events).toEqual(['appended 4']);
  expect(log.batches.map(({ topic, partition, records }) => [topic, partition, records.length])).toEqual([
    ['t.http', 1, 2],
    ['t.network', 1, 1],
    ['t.http', 0, 1],
  ]);
  expect(queue.heldBytes).toBe(0);
});

test('as long as each turn brings more the append waits, but not for ever', async () => {
  const log = new RecordingEventLog();
  const { queue } = await queueOn(log, 1 << 20);
  let turns = 0;
  for (; log.appends === 0; turns++) {
    queue.add(http, 0, record(`turn ${turns}`));
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(turns).toBe(17);
  await queue.drained();
  expect(log.values('t.http')).toHaveLength(17);
});

test('four mebibytes wait for no further turn', async () => {
  const log = new RecordingEventLog();
  const { queue } = await queueOn(log, 1 << 30);
  queue.add(http, 0, record('x'.repeat(4 << 20)));
  await new Promise((resolve) => setImmediate(resolve));
  expect(log.appends).toBe(1);
  await queue.drained();
});

test('while the log is busy records gather, and then go together in their order', async () => {
  const log = new RecordingEventLog();
  log.held = true;
  const { queue } = await queueOn(log);
  for (const text of ['a', 'b', 'c', 'd', 'e']) {
    queue.add(http, 0, record(text));
    for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
  }
  expect(log.appends).toBe(2);
  log.release();
  await queue.drained();
  expect(log.appends).toBe(3);
  expect(log.values('t.http')).toEqual(['a', 'b', 'c', 'd', 'e']);
});

test('full is told once above the bound, and room once at half of it', async () => {
  const log = new RecordingEventLog();
  log.held = true;
  const { queue, events } = await queueOn(log, 1_000);
  for (const text of ['a', 'b', 'c', 'd', 'e']) queue.add(http, 0, record(text));
  expect(events).toEqual(['full']);
  expect(queue.isFull).toBe(true);
  log.release();
  await queue.drained();
  expect(events).toEqual(['full', 'appended 5', 'room']);
  expect(queue.isFull).toBe(false);
});

test('an append that the log refuses is told once, and nobody waits for it', async () => {
  const log = new RecordingEventLog();
  log.failure = new EventLogError('closed', 'the log is closed');
  const { queue, events } = await queueOn(log);
  queue.add(http, 0, record('a'));
  await queue.drained();
  queue.add(http, 0, record('b'));
  await queue.drained();
  expect(events).toEqual(['failed: the log is closed']);
});

test('a trickle is appended every ten milliseconds, the first line of it at once', async () => {
  const log = new RecordingEventLog();
  const clock = new VirtualClock();
  const { queue } = await queueOn(log, 10_000, clock);
  const turns = async (): Promise<void> => {
    for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
  };
  queue.add(http, 0, record('first'));
  await turns();
  expect(log.appends).toBe(1);
  for (const text of ['second', 'third', 'fourth']) {
    queue.add(http, 0, record(text));
    await turns();
    await clock.advance(3);
  }
  expect(log.appends).toBe(1);
  await clock.advance(1);
  expect(log.appends).toBe(2);
  await queue.drained();
  expect(log.values('t.http')).toEqual(['first', 'second', 'third', 'fourth']);
  await clock.advance(1_000);
  queue.add(http, 0, record('after a pause'));
  await turns();
  expect(log.appends).toBe(3);
});
