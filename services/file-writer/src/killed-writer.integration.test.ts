import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { openEmbeddedLogReader } from '@logweave/event-log-embedded';
import { systemClock } from '@logweave/service-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const PROGRAM = new URL('./simulation/writing-process.ts', import.meta.url).pathname;

async function start(directory: string, fsync: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['--conditions=@logweave/source', PROGRAM, directory, fsync], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
  return child;
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  const exited = once(child, 'exit');
  child.kill(signal);
  await exited;
}

/** Renames the file as logrotate would. In the middle of a rotation there is none for a moment. */
async function renameOutput(directory: string): Promise<void> {
  for (;;) {
    try {
      return await rename(join(directory, 'out.log'), join(directory, 'out.log-renamed'));
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
      await wait(5);
    }
  }
}

/** Per partition the numbers that stand in the files, in the order of files and lines. */
async function written(directory: string): Promise<ReadonlyMap<number, readonly number[]>> {
  const names = (await readdir(directory)).filter((name) => name.startsWith('out.log'));
  const text = await Promise.all(names.map((name) => readFile(join(directory, name), 'utf8')));
  const numbers = new Map<number, number[]>();
  // Which file is older shows in what it begins with; within one the order must hold by itself.
  const filesInOrder = text
    .filter((file) => file !== '')
    .map((file) =>
      file
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as { p: number; n: number }),
    )
    .sort(([a], [b]) => (a?.n ?? 0) - (b?.n ?? 0));
  for (const { p, n } of filesInOrder.flat()) {
    const own = numbers.get(p) ?? [];
    own.push(n);
    numbers.set(p, own);
  }
  return numbers;
}

describe('a file writer that is killed', () => {
  let directory: string;
  let child: ChildProcess;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'killed-writer-'));
  });

  afterEach(async () => {
    if (child.exitCode === null && child.signalCode === null) await end(child, 'SIGKILL');
    await rm(directory, { recursive: true });
  });

  it.each(['always', 'interval', 'never'])(
    'leaves every record of the log in the files exactly once and in order, with fsync: %s',
    async (fsync) => {
      for (let kill = 0; kill < 8; kill++) {
        child = await start(directory, fsync);
        await wait(40 + 37 * kill);
        if (kill === 4) await renameOutput(directory);
        if (kill === 6) child.kill('SIGHUP');
        await end(child, 'SIGKILL');
      }
      child = await start(directory, fsync);
      await wait(200);
      await end(child, 'SIGTERM');
      expect(child.exitCode).toBe(0);

      const log = await openEmbeddedLogReader({ path: join(directory, 'log.sqlite'), clock: systemClock });
      const watermarks = await log.watermarks('correlated');
      await log.close();
      const numbers = await written(directory);
      for (const [partition, { high }] of watermarks.entries()) {
        expect(high).toBeGreaterThan(500);
        const own = numbers.get(partition) ?? [];
        expect(own.length).toBe(high);
        // One comparison for all, since a million single ones would take a minute.
        expect(own.findIndex((number, i) => number !== i)).toBe(-1);
      }
      expect((await readdir(directory)).filter((name) => /^out\.log\.\d{6}$/.test(name)).length).toBeGreaterThan(0);
    },
  );
});
