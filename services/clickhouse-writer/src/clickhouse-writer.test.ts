import { HEADERS } from '@logweave/model';
import { describe, expect, test } from 'vitest';
import { GROUP, SimulatedWriter, TOPIC } from './simulation/simulated-writer.ts';

const missing = { table: 'http_logs', column: 'ja4', message: 'column ja4 of table http_logs is missing' };

describe('batches', () => {
  test('records go after the age, or at once when there are enough', async () => {
    const writer = new SimulatedWriter({}, 1);
    await writer.start();
    await writer.append(0, 3);
    await writer.clock.advance(999);
    expect(writer.written()).toEqual([]);
    await writer.clock.advance(2);
    expect(writer.written().length).toBe(3);
    await writer.append(0, 25);
    await writer.clock.advance(1);
    expect(writer.written().length).toBe(23);
    expect(writer.warehouse.tokens).toEqual([
      'logweave.correlated-0-0-2',
      'logweave.correlated-0-3-12',
      'logweave.correlated-0-13-22',
    ]);
    await writer.clock.advance(1_001);
    expect(writer.written()).toEqual(writer.expected());
    expect(await writer.lag()).toBe(0);
    expect(writer.service.readiness()).toEqual({
      ready: true,
      detail: 'Writing 1 partitions of logweave.correlated to ClickHouse.',
    });
  });

  test('bytes bound a batch, and a record longer than the bound goes alone', async () => {
    const writer = new SimulatedWriter({ maxBytes: 1_000 }, 1);
    await writer.start();
    await writer.append(0, ['a'.repeat(300), 'b'.repeat(300), 'c'.repeat(3_000), 'd']);
    await writer.settle();
    expect(writer.warehouse.tokens.map((token) => token.replace('logweave.correlated-0-', ''))).toEqual([
      '0-0',
      '1-1',
      '2-2',
      '3-3',
    ]);
  });

  test('each partition has its ranges', async () => {
    const writer = new SimulatedWriter();
    await writer.start();
    await writer.append(0, 15);
    await writer.append(1, 15);
    await writer.settle();
    expect(writer.written()).toEqual(writer.expected());
    expect(writer.warehouse.tokens.toSorted()).toEqual(
      [
        'logweave.correlated-0-0-9',
        'logweave.correlated-0-10-14',
        'logweave.correlated-1-0-9',
        'logweave.correlated-1-10-14',
      ].toSorted(),
    );
  });

  test('fault 7: a graceful stop inserts what was read, and commits it', async () => {
    const writer = new SimulatedWriter();
    await writer.start();
    await writer.append(0, 7);
    await writer.clock.advance(10);
    const stopped = writer.service.stop();
    await writer.clock.advance(200);
    await stopped;
    expect(writer.written()).toEqual(writer.expected());
    expect(await writer.lag()).toBe(0);
  });
});

describe('a writer that dies', () => {
  test('fault 5: killed between the insert and the commit, its successor repeats the range and nothing is doubled', async () => {
    const writer = new SimulatedWriter({}, 1);
    await writer.start();
    // The plan is committed; the commit after the insert never gets through.
    writer.cluster.faults.plan({ on: 'offset_commit', kind: 'delay', ms: 1_000_000 }, { after: 1 });
    await writer.append(0, 7);
    await writer.clock.advance(2_000);
    expect(writer.warehouse.tokens).toEqual(['logweave.correlated-0-0-6']);
    await writer.kill();
    writer.cluster.faults.clear();
    await writer.append(0, 8);
    await writer.start();
    await writer.settle();
    expect(writer.warehouse.tokens.slice(0, 2)).toEqual(['logweave.correlated-0-0-6', 'logweave.correlated-0-0-6']);
    expect(writer.written('raw')).toEqual(writer.expected());
    expect(writer.written('logs')).toEqual(writer.expected());
  });

  test('killed between plan and insert, its successor inserts the planned range', async () => {
    const writer = new SimulatedWriter({}, 1);
    await writer.start();
    writer.warehouse.gate = new Promise(() => {});
    await writer.append(0, 4);
    await writer.clock.advance(2_000);
    await writer.kill();
    writer.warehouse.gate = null;
    await writer.append(0, 4);
    await writer.start();
    await writer.settle();
    expect(writer.warehouse.tokens).toEqual(['logweave.correlated-0-0-3', 'logweave.correlated-0-4-7']);
    expect(writer.written()).toEqual(writer.expected());
  });

  test('fault 8: a writer whose partition was taken over inserts nothing more', async () => {
    const writer = new SimulatedWriter();
    await writer.start();
    await writer.append(1, 4);
    await writer.clock.advance(10);
    // The next member gets the second partition, and keeps it for a minute.
    const next = await writer.cluster.connect().consumer({ group: GROUP, topics: [TOPIC] });
    await writer.append(0, 4);
    await writer.clock.advance(60_000);
    expect(writer.warehouse.tokens).toEqual(['logweave.correlated-0-0-3']);
    await next.close();
    await writer.settle();
    expect(writer.written()).toEqual(writer.expected());
  });

  test('one that could not be begun when its partition was assigned is begun later', async () => {
    const writer = new SimulatedWriter();
    writer.cluster.faults.plan({ on: 'open', kind: 'refuse' }, { times: 2 });
    await writer.start();
    await writer.append(0, 4);
    await writer.append(1, 4);
    await writer.settle();
    expect(writer.cluster.faults.outstanding).toBe(0);
    expect(writer.written()).toEqual(writer.expected());
  });

  test.each([0, 1, 2, 3])(
    'one whose commit %i is fenced goes on when the group lets it keep the partition',
    async (after) => {
      const writer = new SimulatedWriter({}, 1);
      await writer.start();
      writer.cluster.faults.plan({ on: 'offset_commit', kind: 'fence' }, { after });
      await writer.append(0, 4);
      await writer.clock.advance(2_000);
      await writer.append(0, 4);
      await writer.settle();
      expect(writer.cluster.faults.outstanding).toBe(0);
      expect(writer.written()).toEqual(writer.expected());
      expect(await writer.lag()).toBe(0);
    },
  );
});

test.each([0, 1])(
  'fault 12: a partition is handed over while the insert of partition %i hangs, and the other is read on',
  async (hanging) => {
    const writer = new SimulatedWriter();
    await writer.start();
    writer.warehouse.gate = new Promise(() => {});
    await writer.append(hanging, 10);
    await writer.clock.advance(10);
    await writer.append(1 - hanging, 10);
    await writer.clock.advance(10);
    const second = await writer.cluster.connect().consumer({ group: GROUP, topics: [TOPIC] });
    for (let polled = ''; polled !== 'records'; ) {
      const poll = second.poll({ timeoutMs: 500 });
      await writer.clock.advance(600);
      polled = (await poll).kind;
    }
    const before = await bufferedBytes(writer);
    await writer.append(0, 5);
    await writer.append(1, 5);
    await writer.clock.advance(1_000);
    expect(await bufferedBytes(writer)).toBeGreaterThan(before);
    await second.close();
  },
);

async function bufferedBytes(writer: SimulatedWriter): Promise<number> {
  const metric = await writer.metrics.getSingleMetric('logweave_clickhouse_writer_buffered_bytes')?.get();
  return metric?.values[0]?.value ?? Number.NaN;
}

describe('a warehouse in trouble', () => {
  test('fault 16: while it is down reading stops at the bound, and afterwards everything arrives once', async () => {
    const writer = new SimulatedWriter({ maxBufferedBytes: 20_000 }, 1);
    writer.warehouse.down = true;
    await writer.start();
    for (let i = 0; i < 30; i++) await writer.append(0, 50);
    await writer.clock.advance(600_000);
    expect(writer.service.readiness()).toMatchObject({ ready: false, detail: expect.stringContaining('ECONNREFUSED') });
    const held = (await writer.metrics.getSingleMetric('logweave_clickhouse_writer_buffered_bytes')?.get())?.values[0]
      ?.value;
    expect(held).toBeLessThan(400_000);
    writer.warehouse.down = false;
    await writer.settle();
    await writer.settle();
    expect(writer.written()).toEqual(writer.expected());
    expect(writer.deadLetters()).toEqual([]);
    expect(writer.service.readiness().ready).toBe(true);
  });

  test('fault 17: while an insert takes minutes the group goes on, and reading waits', async () => {
    const writer = new SimulatedWriter({}, 1);
    await writer.start();
    const slow = Promise.withResolvers<void>();
    writer.warehouse.gate = slow.promise;
    await writer.append(0, 200);
    await writer.clock.advance(120_000);
    expect(writer.written()).toEqual([]);
    writer.warehouse.gate = null;
    slow.resolve();
    await writer.settle();
    expect(writer.written()).toEqual(writer.expected());
  });

  test('fault 18: an insert that times out and was applied is repeated with its token', async () => {
    const writer = new SimulatedWriter({}, 1);
    await writer.start();
    writer.warehouse.faults.push('lost_answer', 'lost_answer');
    await writer.append(0, 5);
    await writer.settle();
    expect(new Set(writer.warehouse.tokens).size).toBe(1);
    expect(writer.warehouse.tokens.length).toBe(3);
    expect(writer.written('raw')).toEqual(writer.expected());
    expect(writer.written('logs')).toEqual(writer.expected());
  });

  test('fault 19: it is tried for as long as it takes, with longer pauses, and the range stays the same', async () => {
    const writer = new SimulatedWriter({}, 1);
    await writer.start();
    writer.warehouse.faults.push(...Array.from({ length: 50 }, () => 'refused' as const));
    await writer.append(0, 5);
    await writer.clock.advance(3_000);
    await writer.append(0, 5);
    await writer.clock.advance(600_000);
    expect(writer.warehouse.tokens).toEqual(['logweave.correlated-0-0-4', 'logweave.correlated-0-5-9']);
    expect(writer.deadLetters()).toEqual([]);
  });

  test('fault 19: a range too large for its memory is halved', async () => {
    const writer = new SimulatedWriter({}, 1);
    await writer.start();
    writer.warehouse.faults.push('too_large', 'too_large', 'too_large');
    await writer.append(0, 8);
    await writer.settle();
    expect(writer.warehouse.tokens).toEqual(['logweave.correlated-0-0-3', 'logweave.correlated-0-4-7']);
    expect(writer.written()).toEqual(writer.expected());
  });

  test('fault 21: a missing column pauses, names table and column, loses nothing, and goes on when mended', async () => {
    const writer = new SimulatedWriter({}, 1);
    await writer.start();
    await writer.clock.advance(10);
    writer.warehouse.problems = [missing];
    await writer.append(0, 50);
    await writer.clock.advance(60_000);
    expect(writer.service.readiness().ready).toBe(false);
    expect(writer.service.readiness().detail).toContain('column ja4 of table http_logs is missing');
    expect(writer.warehouse.attempts).toBeLessThan(5);
    writer.warehouse.problems = [];
    await writer.settle();
    expect(writer.written()).toEqual(writer.expected());
    expect(writer.deadLetters()).toEqual([]);
    expect(writer.service.readiness().ready).toBe(true);
  });

  test('fault 21: rows that are refused because the tables are wrong are no dead letters', async () => {
    const writer = new SimulatedWriter({}, 1);
    await writer.start();
    await writer.append(0, 4);
    writer.warehouse.refusedByRaw = () => {
      writer.warehouse.problems = [missing];
      return true;
    };
    await writer.clock.advance(30_000);
    expect(writer.deadLetters()).toEqual([]);
    writer.warehouse.refusedByRaw = () => false;
    writer.warehouse.problems = [];
    await writer.settle();
    expect(writer.written()).toEqual(writer.expected());
  });
});

describe.each(['raw table', 'view'])('a row that the %s refuses', (where) => {
  const refuse = (writer: SimulatedWriter, refused: (value: string) => boolean): void => {
    if (where === 'view') writer.warehouse.refusedByView = refused;
    else writer.warehouse.refusedByRaw = refused;
  };

  test('fault 20: goes to dead-letter with its reason, the others arrive once', async () => {
    const writer = new SimulatedWriter({}, 1);
    await writer.start();
    refuse(writer, (value) => value.startsWith('bad'));
    await writer.append(0, ['a', 'b', 'bad 1', 'c', 'd', 'e', 'bad 2']);
    await writer.settle();
    expect(writer.written()).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(writer.deadLetters()).toEqual(['bad 1', 'bad 2']);
    expect(new Set(writer.written('raw')).size).toBe(writer.written('raw').length);
    expect(await writer.lag()).toBe(0);
    const letter = writer.cluster.records('logweave.dead-letter')[0];
    const headers = new Map(letter?.headers.map(({ name, value }) => [name, String(value)]));
    expect(headers.get(HEADERS.reason)).toBe('rejected_by_warehouse');
    expect(headers.get(HEADERS.stage)).toBe('clickhouse-writer');
    expect(headers.get(HEADERS.sourceOffset)).toBe('2');
    expect(String(letter?.key)).toBe('key of bad 1');
  });

  test('when every row is refused only the first few go there, then it waits for a person', async () => {
    const writer = new SimulatedWriter({}, 1);
    await writer.start();
    refuse(writer, () => true);
    await writer.append(0, 100);
    await writer.clock.advance(600_000);
    expect(writer.deadLetters().length).toBe(20);
    expect(writer.service.readiness()).toMatchObject({
      ready: false,
      detail: expect.stringContaining('refused the last 20'),
    });
    refuse(writer, () => false);
    await writer.settle();
    expect([...writer.deadLetters(), ...writer.written()].toSorted()).toEqual(writer.expected().toSorted());
  });

  test('a transaction of unknown outcome neither doubles nor loses the letter', async () => {
    for (const kind of ['lose_answer', 'lose_request', 'refuse'] as const) {
      const writer = new SimulatedWriter({}, 1);
      await writer.start();
      refuse(writer, (value) => value === 'bad');
      writer.cluster.faults.plan({ on: 'commit', kind });
      await writer.append(0, ['a', 'bad', 'b']);
      await writer.settle();
      expect(writer.deadLetters()).toEqual(['bad']);
      expect(writer.written()).toEqual(['a', 'b']);
    }
  });
});

test('fault 14: records that retention removed end the service with an alarm', async () => {
  const writer = new SimulatedWriter({}, 1);
  await writer.append(0, 5);
  await writer.clock.advance(4 * 24 * 3_600_000);
  writer.cluster.maintain();
  writer.cluster.setCommitted(GROUP, writer.cluster.partitionId(TOPIC, 0), { offset: 2, metadata: '' });
  await writer.start();
  await writer.clock.advance(10);
  expect(await writer.service.failure).toMatchObject({ code: 'offset_out_of_range' });
  expect(writer.service.readiness()).toMatchObject({ ready: false, detail: expect.stringContaining('Stopped') });
  await writer.stop();
});

test('metadata that is not its own ends the service: guessing could insert twice', async () => {
  const writer = new SimulatedWriter({}, 1);
  writer.cluster.setCommitted(GROUP, writer.cluster.partitionId(TOPIC, 0), { offset: 0, metadata: 'somebody else' });
  await writer.start();
  await writer.clock.advance(10);
  expect((await writer.service.failure).message).toContain("not this program's");
});

test('fault 57: no payload is in log lines or metrics', async () => {
  const writer = new SimulatedWriter({}, 1);
  await writer.start();
  writer.warehouse.refusedByView = (value) => value.startsWith('bad');
  await writer.append(0, ['planted-secret', 'bad planted-secret', 'c']);
  await writer.settle();
  expect(writer.deadLetters().length).toBe(1);
  expect(writer.logLines.join('')).not.toContain('planted-secret');
  expect(await writer.metrics.metrics()).not.toContain('planted-secret');
});
