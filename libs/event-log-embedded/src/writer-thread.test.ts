import { statSync } from 'node:fs';
import { VirtualClock } from '@logweave/model';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EmbeddedLogAlarm } from './alarms.ts';
import { type EmbeddedEventLog, openEmbeddedLog, openWith } from './embedded-log.ts';
import { readValues, records, testDirectory, topic } from './test-log.ts';
import { WriterThread } from './writer-thread.ts';

/** A program for the thread that opens and does this with the first transaction it gets. */
function program(first: string): URL {
  return new URL(
    `data:text/javascript,${encodeURIComponent(`
    import { parentPort } from 'node:worker_threads';
    parentPort.once('message', (request) => { ${first} });
    parentPort.postMessage({ kind: 'opened' });`)}`,
  );
}

describe('the thread that writes', () => {
  const directory = testDirectory({ beforeEach, afterEach });
  const clock = new VirtualClock();
  const partition = { topic: 't', partition: 0 };
  const batch = (value: string) => [{ ...partition, records: records(0, [value]) }];
  let alarms: EmbeddedLogAlarm[];

  const open = (thread?: URL): Promise<EmbeddedEventLog> =>
    openWith((options) => WriterThread.open(options, thread), {
      path: directory.path(),
      clock,
      maintainEveryMs: null,
      onAlarm: (alarm) => alarms.push(alarm),
    });

  beforeEach(async () => {
    alarms = [];
    const log = await open();
    await log.ensureTopic(topic('t'));
    await (await log.producer()).append(batch('a'));
    await log.close();
  });

  it.each([
    ['throws', `throw new Error('out of order')`, 'out of order'],
    ['ends', 'process.exit(7)', 'it ended with 7'],
  ])('stops the log when it %s: what it had is unknown, what waits is refused, nothing hangs', async (_, act, why) => {
    const log = await open(program(act));
    const producer = await log.producer();
    const gone = { code: 'unavailable', retriable: false, message: expect.stringContaining(why) };
    // Expected at once: the thread may be gone before the next line.
    const inFlight = expect(log.transactionalProducer('id')).rejects.toMatchObject(gone);
    await clock.advance(0);
    await expect(producer.append(batch('b'))).rejects.toMatchObject(gone);
    await inFlight;
    expect(alarms).toMatchObject([{ kind: 'write_stalled', error: gone }]);
    await expect(producer.append(batch('c'))).rejects.toMatchObject(gone);
    expect(await readValues(log, 't')).toEqual(['a']);
    await log.close();
    const next = await open();
    await (await next.producer()).append(batch('d'));
    expect(await readValues(next, 't')).toEqual(['a', 'd']);
    await next.close();
  });

  it('leaves the outcome of a transaction unknown when it ends while it has one', async () => {
    const log = await open(
      program(`
        parentPort.postMessage({ kind: 'committed' });
        parentPort.once('message', () => process.exit(7));`),
    );
    const producer = await log.transactionalProducer('id');
    const transaction = { batches: batch('b'), group: 'g', offsets: [] };
    await expect(producer.commit(transaction)).resolves.toMatchObject({ kind: 'unknown' });
    await log.close();
  });

  it('says why it could not start, and lets go of the log', async () => {
    const starting = new URL(`data:text/javascript,${encodeURIComponent(`throw new Error('no start')`)}`);
    await expect(open(starting)).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('no start'),
    });
    const log = await open();
    await log.close();
  });

  it('tells of a checkpoint that fails, and goes on', async () => {
    const error = `{ code: 'unavailable', message: 'disk I/O error', retriable: true }`;
    const log = await open(
      program(`
        parentPort.postMessage({ kind: 'committed' });
        parentPort.postMessage({ kind: 'checkpoint_failed', error: ${error} });
        parentPort.once('message', () => parentPort.postMessage({ kind: 'committed' }));
        parentPort.on('message', (request) => { if (request === null) parentPort.close(); });`),
    );
    const producer = await log.producer();
    await producer.append(batch('b'));
    await expect(producer.append(batch('c'))).resolves.toEqual([2]);
    expect(alarms).toMatchObject([
      { kind: 'maintenance_failed', error: { message: 'disk I/O error', retriable: true } },
    ]);
    await log.close();
  });

  it('carries batches over that are longer together than all before, and keeps the write-ahead log short', async () => {
    const log = await openEmbeddedLog({ path: directory.path(), clock, maintainEveryMs: null, cacheBytes: 1 });
    const producer = await log.producer();
    const values = ['b', 'c', 'd', 'e', 'f'].map((letter) => letter.repeat(900_000));
    for (let i = 0; i < 6; i++) {
      const appends = Array.from({ length: i + 1 }, () => ({ ...partition, records: records(0, values) }));
      await producer.append(appends);
    }
    const length = (suffix: string): number => statSync(directory.path() + suffix).size;
    expect(length('')).toBeGreaterThan(60_000_000);
    expect(length('-wal')).toBeLessThan(40_000_000);
    const all = await readValues(log, 't');
    expect(all).toHaveLength(1 + 21 * values.length);
    expect(all.slice(-values.length)).toEqual(values);
    await log.close();
  });
});
