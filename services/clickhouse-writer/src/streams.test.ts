import { HEADERS } from '@logweave/model';
import { describe, expect, test } from 'vitest';
import { SimulatedWriter } from './simulation/simulated-writer.ts';

const eventOf = (n: number): string => `{"metadata":{"eventTimestamp":"2024-01-01T12:00:00Z"},"n":${n}}`;

describe('events', () => {
  test('what is no event goes to dead-letter with its reason, the others arrive once', async () => {
    const writer = new SimulatedWriter({}, 1, 'udm');
    await writer.start();
    const bad = ['no JSON', '[1]', '{"metadata":{}}'];
    await writer.append(0, [eventOf(0), bad[0] ?? '', eventOf(1), bad[1] ?? '', bad[2] ?? '', eventOf(2)]);
    await writer.settle();
    expect(writer.written()).toEqual([eventOf(0), eventOf(1), eventOf(2)]);
    expect(writer.deadLetters().toSorted()).toEqual(bad.toSorted());
    // One insert: what is wrong with a record is known before.
    expect(writer.warehouse.tokens).toEqual(['logweave.udm-0-0-5']);
    const letters = writer.cluster.records('logweave.dead-letter').map(({ value, headers }) => {
      const named = new Map(headers.map((each) => [each.name, String(each.value)]));
      return `${String(value)} ${named.get(HEADERS.reason)} ${named.get(HEADERS.sourceOffset)} ${named.get(HEADERS.stage)}`;
    });
    expect(letters.toSorted()).toEqual([
      '[1] not_an_object 3 clickhouse-writer',
      'no JSON bad_json 1 clickhouse-writer',
      '{"metadata":{}} bad_timestamp 4 clickhouse-writer',
    ]);
    expect(await writer.lag()).toBe(0);
  });

  test('a range without a single event is no insert, and nothing of it stays behind', async () => {
    const writer = new SimulatedWriter({}, 1, 'udm');
    await writer.start();
    await writer.append(
      0,
      Array.from({ length: 35 }, (_, i) => `bad ${i}`),
    );
    await writer.settle();
    expect(writer.warehouse.attempts).toBe(0);
    expect(writer.deadLetters().length).toBe(35);
    expect(await writer.lag()).toBe(0);
    expect(writer.service.readiness().ready).toBe(true);
  });

  test('killed between the insert and its letters, the successor writes each letter once', async () => {
    const writer = new SimulatedWriter({}, 1, 'udm');
    await writer.start();
    writer.cluster.faults.plan({ on: 'commit', kind: 'delay', ms: 1_000_000 });
    await writer.append(0, [eventOf(0), 'bad', eventOf(1)]);
    await writer.clock.advance(2_000);
    expect(writer.written()).toEqual([eventOf(0), eventOf(1)]);
    expect(writer.deadLetters()).toEqual([]);
    await writer.kill();
    writer.cluster.faults.clear();
    await writer.start();
    await writer.settle();
    expect(writer.warehouse.tokens).toEqual(['logweave.udm-0-0-2', 'logweave.udm-0-0-2']);
    expect(writer.written()).toEqual([eventOf(0), eventOf(1)]);
    expect(writer.deadLetters()).toEqual(['bad']);
  });

  test('an insert of which some parts are there is repeated whole, and never halved', async () => {
    const writer = new SimulatedWriter({}, 1, 'udm');
    await writer.start();
    writer.warehouse.faults.push('partly_too_large', 'partly_too_large', 'partly_too_large', 'partly_too_large');
    await writer.append(0, [eventOf(0), eventOf(1), eventOf(2), eventOf(3)]);
    await writer.settle();
    expect(new Set(writer.warehouse.tokens)).toEqual(new Set(['logweave.udm-0-0-3']));
    expect(writer.written()).toEqual([eventOf(0), eventOf(1), eventOf(2), eventOf(3)]);
  });
});

test('raw logs arrive as they are', async () => {
  const writer = new SimulatedWriter({}, 2, 'raw');
  await writer.start();
  await writer.append(0, ['<13>a log', '']);
  await writer.append(1, 12);
  await writer.settle();
  expect(writer.written()).toEqual(writer.expected());
  expect(writer.deadLetters()).toEqual([]);
});

describe('several streams', () => {
  const three = () => new SimulatedWriter({}, 1, 'correlated', 'raw', 'udm');

  test('each goes to its table', async () => {
    const writer = three();
    await writer.start();
    await writer.append(0, ['result']);
    await writer.append(0, ['log'], 'raw');
    await writer.append(0, [eventOf(1)], 'udm');
    await writer.settle();
    expect(['logs', 'rawLogs', 'udmEvents'].map((table) => writer.written(table as 'logs'))).toEqual([
      ['result'],
      ['log'],
      [eventOf(1)],
    ]);
    expect(writer.service.readiness()).toEqual({
      ready: true,
      detail: 'Writing 3 partitions of logweave.correlated, logweave.raw, logweave.udm to ClickHouse.',
    });
    expect(await writer.metrics.getSingleMetricAsString('logweave_clickhouse_writer_rows_inserted_total')).toMatch(
      /stream="correlated",partition="0"} 1\n.*stream="raw",partition="0"} 1\n.*stream="udm",partition="0"} 1/,
    );
    expect(writer.warehouse.migrations).toBe(1);
  });

  test('tables of one that are not as they should be stop that one alone', async () => {
    const writer = three();
    await writer.start();
    writer.warehouse.problemsOf.set('udm', [{ table: 'udm_events', column: null, message: 'udm_events is missing' }]);
    await writer.clock.advance(10_000);
    await writer.append(0, ['result']);
    await writer.append(0, [eventOf(1)], 'udm');
    await writer.settle();
    expect(writer.written('logs')).toEqual(['result']);
    expect(writer.written('udmEvents')).toEqual([]);
    expect(writer.service.readiness()).toMatchObject({ ready: false, detail: expect.stringContaining('udm_events') });
    writer.warehouse.problemsOf.clear();
    await writer.settle();
    expect(writer.written('udmEvents')).toEqual([eventOf(1)]);
    expect(writer.service.readiness().ready).toBe(true);
  });

  test('fault 16: while ClickHouse is away each is read up to its share, and all arrives afterwards', async () => {
    const writer = new SimulatedWriter({ maxBufferedBytes: 6_000 }, 1, 'correlated', 'raw', 'udm');
    writer.warehouse.down = true;
    await writer.start();
    for (let i = 0; i < 30; i++) await writer.append(0, 50);
    await writer.clock.advance(60_000);
    for (let i = 0; i < 30; i++) await writer.append(0, 50, 'raw');
    await writer.clock.advance(60_000);
    const metric = await writer.metrics.getSingleMetric('logweave_clickhouse_writer_buffered_bytes')?.get();
    const held = new Map(metric?.values.map(({ labels, value }) => [labels['stream'], value]));
    expect(held.get('raw')).toBeGreaterThan(0);
    for (const bytes of held.values()) expect(bytes).toBeLessThan(400_000);
    writer.warehouse.down = false;
    await writer.settle();
    await writer.settle();
    expect(writer.written('logs').length).toBe(1_500);
    expect(writer.written('rawLogs').length).toBe(1_500);
  });

  test('a topic that is missing ends the start, and what had begun', async () => {
    const writer = new SimulatedWriter({}, 1, 'correlated');
    writer.alsoWrite({ stream: 'udm', topic: 'logweave.nowhere', group: 'g' });
    await expect(writer.start()).rejects.toMatchObject({ code: 'unknown_topic_or_partition' });
  });
});
