import type { DatabaseSync } from 'node:sqlite';
import { VirtualClock } from '@logweave/model';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openWritable } from './database.ts';
import { LogCore } from './log-core.ts';
import { EmbeddedProducer, EmbeddedTransactionalProducer } from './producers.ts';
import { records, testDirectory, topic } from './test-log.ts';

const DISK_IO_ERROR = 10;

describe('group commit', () => {
  const directory = testDirectory({ beforeEach, afterEach });
  let clock: VirtualClock;
  let database: DatabaseSync;
  let core: LogCore;
  let stalls: (string | null)[];
  let commits: number;
  /** How many of the next commits fail, and as what. */
  let failures: { left: number; errcode: number };

  beforeEach(async () => {
    clock = new VirtualClock();
    database = openWritable(directory.path(), { maxBytes: null });
    stalls = [];
    commits = 0;
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
    core = new LogCore({ database, clock, cacheBytes: 1_000_000, stalled });
    await core.write((transaction) => transaction.createTopic(topic('t')));
    commits = 0;
  });
  afterEach(() => database.close());

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
});
