import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import type { ReadableEventLog } from '@logweave/event-log';
import { VirtualClock } from '@logweave/model';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type EmbeddedEventLog, openEmbeddedLog } from './embedded-log.ts';
import { openEmbeddedLogReader } from './log-reader.ts';
import { readValues, testDirectory } from './test-log.ts';

const ROUNDS = 20;
const worker = fileURLToPath(new URL('crash-worker.ts', import.meta.url));

interface Worker {
  readonly process: ChildProcess;
  /** Lines so far, the last one perhaps not whole. */
  readonly output: () => string;
}

function start(path: string): Worker {
  const child = spawn(process.execPath, ['--conditions=@logweave/source', worker, path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk;
  });
  return { process: child, output: () => output };
}

async function until(what: string, check: () => boolean): Promise<void> {
  for (const end = performance.now() + 60_000; performance.now() < end; ) {
    if (check()) return;
    await new Promise((resolve) => void setTimeout(resolve, 5));
  }
  throw new Error(`never came to be: ${what}`);
}

async function kill({ process: child }: Worker): Promise<void> {
  // All that the process has written to its pipe is read before `close`.
  const closed = once(child, 'close');
  child.kill('SIGKILL');
  await closed;
}

/** The highest number that was acknowledged with this letter, or -1. */
function acknowledged(output: string, letter: string): number {
  const whole = output.slice(0, output.lastIndexOf('\n') + 1);
  return [...whole.matchAll(new RegExp(`^${letter} (\\d+)$`, 'gm'))].reduce(
    (max, [, n]) => Math.max(max, Number(n)),
    -1,
  );
}

async function numbers(log: EmbeddedEventLog, topic: string, partition = 0): Promise<number[]> {
  return (await readValues(log, topic, partition)).map((value) => Number(value.split(' ', 1)[0]));
}

function consecutive(from: number, to: number, times = 1): number[] {
  return Array.from({ length: (to - from + 1) * times }, (_, i) => from + Math.floor(i / times));
}

describe('an embedded log whose process is killed', () => {
  const directory = testDirectory({ beforeEach, afterEach });
  const clock = new VirtualClock();

  it('has lost nothing that it acknowledged and shows nothing half, however often it is killed', async () => {
    let seed = 20_260_101;
    const random = (): number => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
      return seed / 2 ** 32;
    };
    const sum = { transactions: 0, rounds: 0 };
    for (let round = 0; round < ROUNDS; round++) {
      const running = start(directory.path());
      await until('an open log', () => running.output().includes('ready'));
      await new Promise((resolve) => void setTimeout(resolve, random() * 400));
      await kill(running);
      await checkLog(running.output(), round);
      sum.transactions += running.output().split('\nt ').length - 1;
      sum.rounds += running.output().split('\nc').length - 1;
    }
    // The kills have met work of every kind.
    expect(sum.transactions).toBeGreaterThan(10 * ROUNDS);
    expect(sum.rounds).toBeGreaterThan(ROUNDS);
  });

  async function checkLog(output: string, round: number): Promise<void> {
    const database = new DatabaseSync(directory.path());
    expect(database.prepare('PRAGMA integrity_check').all(), `round ${round}`).toEqual([{ integrity_check: 'ok' }]);
    database.close();
    const log = await openEmbeddedLog({ path: directory.path(), clock, maintainEveryMs: null });
    try {
      const [committed] = await log.committed('crash', [{ topic: 'a', partition: 0 }]);
      const last = committed?.offset ?? -1;
      expect(last, `round ${round}`).toBeGreaterThanOrEqual(acknowledged(output, 't'));
      // At most the one transaction that was under way is there without having been acknowledged.
      if (acknowledged(output, 't') >= 0) expect(last).toBeLessThanOrEqual(acknowledged(output, 't') + 1);
      if (last >= 0) expect(committed?.metadata).toBe(`${last}`);
      expect(await numbers(log, 'a')).toEqual(consecutive(0, last));
      for (const partition of [0, 1]) {
        const kept = await numbers(log, 'b', partition);
        // Retention removes whole batches, and a batch is a transaction's three records.
        expect(kept).toEqual(consecutive(kept[0] ?? last + 1, last, 3));
      }
      const state = await numbers(log, 'state');
      expect(new Set(state.slice(-10))).toEqual(new Set(consecutive(Math.max(0, last - 9), last)));
      const plain = await numbers(log, 'plain');
      expect(plain).toEqual(consecutive(0, plain.length - 1));
      expect(plain.length % 7).toBe(0);
      expect(plain.length - 1).toBeGreaterThanOrEqual(acknowledged(output, 'p'));
    } finally {
      await log.close();
    }
  }

  it('lets nobody else write while it lives, and the next one at once when it is killed', async () => {
    const running = start(directory.path());
    const options = { path: directory.path(), clock, maintainEveryMs: null };
    try {
      await until('an open log', () => running.output().includes('ready'));
      await expect(openEmbeddedLog(options)).rejects.toMatchObject({
        code: 'locked',
        message: expect.stringContaining(`process ${running.process.pid}`),
      });
    } finally {
      await kill(running);
    }
    const log = await openEmbeddedLog(options);
    await log.close();
  });

  it('can be read by another process while it is written', async () => {
    const running = start(directory.path());
    let beside: ReadableEventLog | undefined;
    try {
      await until('some transactions', () => acknowledged(running.output(), 't') >= 20);
      beside = await openEmbeddedLogReader({ path: directory.path(), clock });
      const reader = await beside.reader({ topic: 'a', partition: 0 }, 0);
      for (let next = 0, round = 0; round < 20; round++) {
        const reading = reader.read({ timeoutMs: 60_000 });
        // The reader looks for news by its clock; time passes until something has come.
        const state = { done: false };
        void reading.finally(() => {
          state.done = true;
        });
        await until('records', () => {
          void clock.advance(20);
          return state.done;
        });
        const batch = await reading;
        expect(batch.records.map(({ offset }) => offset)).toEqual(consecutive(next, batch.nextOffset - 1));
        next = batch.nextOffset;
      }
      const [committed] = await beside.committed('crash', [{ topic: 'a', partition: 0 }]);
      expect(committed?.offset).toBeGreaterThanOrEqual(20);
    } finally {
      await beside?.close();
      await kill(running);
    }
  });
});
