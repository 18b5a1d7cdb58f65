import type { DatabaseSync } from 'node:sqlite';
import { GroupCoordinator } from '@logweave/event-log/local';
import { VirtualClock } from '@logweave/model';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openReadOnly, openWritable } from './database.ts';
import { DatabaseWriter } from './database-writer.ts';
import { EmbeddedConsumer } from './embedded-consumer.ts';
import { LogCore } from './log-core.ts';
import { EmbeddedProducer, EmbeddedTransactionalProducer } from './producers.ts';
import { records, testDirectory, topic } from './test-log.ts';
import type { WriteOperation } from './write-operation.ts';

const DISK_IO_ERROR = 10;

describe('group commit', () => {
  const directory = testDirectory({ beforeEach, afterEach });
  let clock: VirtualClock;
  let database: DatabaseSync;
  let reading: DatabaseSync;
  let core: LogCore;
  let stalls: (string | null)[];
  let commits: number;
  /** How many of the next commits fail, and as what. */
  let failures: { left: number; errcode: number };
  /** What the writer has done it says when this resolves. */
  let answering: Promise<void>;

  beforeEach(async () => {
    clock = new VirtualClock();
    database = openWritable(directory.path(), { maxBytes: null });
    stalls = [];
    commits = 0;
    answering = Promise.resolve();
    failures = { left: 0, errcode: DISK_IO_ERROR };
    const exec = database.exec.bind(database);
    // The disk fails where SQLite would tell of it: at the end of a transaction.
    database.exec = (sql: string): void => {
      if (sql === 'COMMIT' && failures.left > 0) {
        failures.left--;
        throw Object.assign(new Error('disk I/O error'), { errcode: failures.errcode });
      }
      if (sql === 'COMMIT') commits++;
      exec(sql);
    };
    const stalled = (error: { code: string } | null): void => {
      stalls.push(error?.code ?? null);
    };
    const inline = new DatabaseWriter(database);
    const writer = {
      write: async (operations: readonly WriteOperation[]) => {
        const outcome = inline.write(operations);
        await answering;
        return outcome;
      },
    };
    reading = openReadOnly(directory.path());
    core = new LogCore({ database: reading, writer, clock, cacheBytes: 1_000_000, stalled });
    await core.write((transaction) => transaction.createTopic(topic('t')));
    commits = 0;
  });
  afterEach(() => {
    reading.close();
    database.close();
  });

  const batch = (value: string) => [{ topic: 't', partition: 0, records: records(0, [value]) }];
  const stored = (): string[] =>
    core.fetch(0, 0, 1_000, 1_000_000).records.map(({ value }) => Buffer.from(value ?? []).toString());

  it('makes one commit of what is asked for in one turn', async () => {
    const producer = new EmbeddedProducer(core);
    const transactional = await EmbeddedTransactionalProducer.open(core, 'id');
    commits = 0;
    await Promise.all([
      producer.append(batch('a')),
      producer.append(batch('b')),
      transactional.commit({ batches: batch('c'), group: 'g', offsets: [] }),
      core.commitOffsets('g', [{ id: 0, offset: 1, metadata: '' }], () => true),
    ]);
    expect(commits).toBe(1);
    expect(stored()).toEqual(['a', 'b', 'c']);
  });

  it('tries appends again after a disk error, each once and in their order', async () => {
    const producer = new EmbeddedProducer(core);
    failures.left = 3;
    const first = producer.append(batch('first'));
    await clock.advance(10);
    expect(stored()).toEqual([]);
    const second = producer.append(batch('second'));
    await clock.advance(10_000);
    await expect(Promise.all([first, second])).resolves.toEqual([[0], [1]]);
    expect(stored()).toEqual(['first', 'second']);
    expect(stalls).toEqual(['unavailable', null]);
  });

  it('leaves the outcome of a transaction unknown when the disk fails at its commit', async () => {
    const transactional = await EmbeddedTransactionalProducer.open(core, 'id');
    failures.left = 1;
    const outcome = await transactional.commit({
      batches: batch('v'),
      group: 'g',
      offsets: [{ topic: 't', partition: 0, offset: 1, metadata: '' }],
    });
    expect(outcome).toMatchObject({ kind: 'unknown', error: { code: 'unavailable' } });
    await clock.advance(1_000);
    await EmbeddedTransactionalProducer.open(core, 'id');
    expect(stored()).toEqual([]);
    expect(core.committedOffset('g', 0)).toBeNull();
  });

  it('aborts a transaction that was refused for want of room', async () => {
    const transactional = await EmbeddedTransactionalProducer.open(core, 'id');
    failures = { left: 1, errcode: 13 };
    const outcome = await transactional.commit({ batches: batch('v'), group: 'g', offsets: [] });
    expect(outcome).toMatchObject({ kind: 'aborted', error: { code: 'unavailable', retriable: true } });
    expect(stored()).toEqual([]);
  });

  it('gives appends up at damage, which does not pass', async () => {
    const producer = new EmbeddedProducer(core);
    failures = { left: 1, errcode: 11 };
    await expect(producer.append(batch('v'))).rejects.toMatchObject({ code: 'corrupt' });
  });

  it('keeps a commit of a fenced member out, also when it was tried again', async () => {
    failures.left = 1;
    const member = { allowed: true };
    const committed = core.commitOffsets('g', [{ id: 0, offset: 1, metadata: '' }], () => member.allowed);
    await clock.advance(10);
    member.allowed = false;
    await clock.advance(1_000);
    await expect(committed).resolves.toBe(false);
    expect(core.committedOffset('g', 0)).toBeNull();
  });

  describe('while a transaction is written', () => {
    let answer: () => void;

    /** From now on what is written is in the file, and its answer waits for `answer`. */
    function hold(): void {
      answering = new Promise<void>((resolve) => {
        answer = resolve;
      });
    }

    it('shows nothing of it, though the file has it already', async () => {
      core.cache.drop(0);
      const producer = new EmbeddedProducer(core);
      hold();
      const first = producer.append(batch('a'));
      await clock.advance(0);
      expect(reading.prepare('SELECT count(*) AS n FROM batches').get()).toEqual({ n: 1 });
      expect(core.stableOffset(0)).toBe(0);
      expect(core.fetch(0, 0, 1_000, 1_000_000)).toMatchObject({ records: [], nextOffset: 0, endOffset: 0 });
      answer();
      await first;
      expect(stored()).toEqual(['a']);
      hold();
      const second = producer.append(batch('b'));
      await clock.advance(0);
      core.cache.drop(0);
      expect(core.fetch(0, 0, 1_000, 1_000_000)).toMatchObject({
        records: [{ offset: 0 }],
        nextOffset: 1,
        endOffset: 1,
      });
      answer();
      await second;
      expect(core.fetch(0, 1, 1_000, 1_000_000)).toMatchObject({ records: [{ offset: 1 }], nextOffset: 2 });
    });

    it('says that records are gone that retention is removing, instead of going on behind them', async () => {
      const producer = new EmbeddedProducer(core);
      for (const value of ['a', 'b']) await producer.append(batch(value));
      core.cache.drop(0);
      const partition = core.catalog.byId(0);
      hold();
      const removed = core.write((transaction) => {
        transaction.removeBatches(partition, 0, 1, 1);
        transaction.raiseLow(partition, 1);
      });
      await clock.advance(0);
      expect(() => core.fetch(0, 0, 1_000, 1_000_000)).toThrow(
        expect.objectContaining({ code: 'offset_out_of_range' }),
      );
      expect(core.fetch(0, 1, 1_000, 1_000_000)).toMatchObject({ records: [{ offset: 1 }] });
      answer();
      await removed;
    });

    it('gathers what is asked for, and makes one transaction of it behind that one', async () => {
      const producer = new EmbeddedProducer(core);
      hold();
      const first = producer.append(batch('a'));
      await clock.advance(0);
      const others = ['b', 'c', 'd'].map((value) => producer.append(batch(value)));
      await clock.advance(0);
      expect(commits).toBe(1);
      answer();
      await expect(Promise.all([first, ...others])).resolves.toEqual([[0], [1], [2], [3]]);
      expect(commits).toBe(2);
    });

    it('keeps the order when it fails: what was asked for meanwhile comes behind it', async () => {
      const producer = new EmbeddedProducer(core);
      failures.left = 1;
      hold();
      const first = producer.append(batch('a'));
      await clock.advance(0);
      const second = producer.append(batch('b'));
      await clock.advance(0);
      answer();
      await clock.advance(1_000);
      await expect(Promise.all([first, second])).resolves.toEqual([[0], [1]]);
    });

    it('closes when that one and what waits behind it are written', async () => {
      const producer = new EmbeddedProducer(core);
      hold();
      const first = producer.append(batch('a'));
      await clock.advance(0);
      const second = producer.append(batch('b'));
      const state = { closed: false };
      const closing = core.queue.close().then(() => {
        state.closed = true;
      });
      await expect(producer.append(batch('c'))).rejects.toMatchObject({ code: 'closed' });
      const answerFirst = answer;
      hold();
      answerFirst();
      await clock.advance(0);
      await expect(first).resolves.toEqual([0]);
      expect(state).toEqual({ closed: false });
      answer();
      await expect(second).resolves.toEqual([1]);
      await closing;
    });

    it('gives up what waits behind it when it fails and the log is closing', async () => {
      const producer = new EmbeddedProducer(core);
      failures.left = 1;
      hold();
      const first = producer.append(batch('a'));
      await clock.advance(0);
      const both = Promise.allSettled([first, producer.append(batch('b'))]);
      const closing = core.queue.close();
      answer();
      await closing;
      await expect(both).resolves.toMatchObject([{ reason: { code: 'closed' } }, { reason: { code: 'closed' } }]);
    });

    it('lets a member come and go only afterwards, so that the next one begins where the last commit says', async () => {
      const producer = new EmbeddedProducer(core);
      for (const value of ['a', 'b']) await producer.append(batch(value));
      const groups = new GroupCoordinator();
      const options = { group: 'g', topics: ['t'] };
      const partition = { topic: 't', partition: 0 };
      const old = await EmbeddedConsumer.join(core, groups, options);
      await old.poll({ timeoutMs: 0 });
      hold();
      const first = old.commit([{ ...partition, offset: 1, metadata: '' }]);
      await clock.advance(0);
      const joining = EmbeddedConsumer.join(core, groups, options);
      await clock.advance(0);
      expect(groups.members('g')).toBe(1);
      answer();
      await expect(first).resolves.toBe('committed');
      const next = await joining;
      await expect(old.commit([{ ...partition, offset: 2, metadata: '' }])).resolves.toBe('fenced');
      await old.poll({ timeoutMs: 0 });

      hold();
      const second = old.commit([{ ...partition, offset: 2, metadata: '' }]);
      await clock.advance(0);
      const leaving = old.close();
      await clock.advance(0);
      await next.poll({ timeoutMs: 0 });
      expect(() => next.position(partition)).toThrow(expect.objectContaining({ code: 'not_assigned' }));
      answer();
      await expect(second).resolves.toBe('committed');
      await leaving;
      await next.poll({ timeoutMs: 0 });
      expect(next.position(partition)).toBe(2);
    });
  });
});
