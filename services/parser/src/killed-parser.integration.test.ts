import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { openEmbeddedLogReader } from '@logweave/event-log-embedded';
import { systemClock } from '@logweave/service-kit';
import { expect, it } from 'vitest';
import { checkOutcomes } from './check-outcomes.ts';
import { expectedOutcomes } from './testing/load.ts';

const PROCESS = fileURLToPath(new URL('./testing/parser-process.ts', import.meta.url));
const LOGS = 20_000;
const KILLS = 6;
const TOPICS = { udm: 'logweave.udm', deadLetter: 'logweave.dead-letter' };
const RAW = { topic: 'logweave.raw', group: 'logweave.parser-raw' };

class ParserProcess {
  readonly #child: ChildProcess;
  readonly #closed: Promise<void>;
  committed = 0;

  constructor(path: string, threads: number) {
    const args = ['--conditions=@logweave/source', '--no-warnings', PROCESS, path, String(LOGS), String(threads)];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#child = child;
    this.#closed = new Promise((resolve) => child.once('close', () => resolve()));
    createInterface(child.stdout).on('line', (line) => {
      const match = /^committed (\d+)$/.exec(line);
      if (match !== null) this.committed = Number(match[1]);
    });
  }

  async until(committed: number): Promise<void> {
    await expect.poll(() => this.committed >= committed, { interval: 5, timeout: 60_000 }).toBe(true);
  }

  kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    return this.#closed;
  }
}

it.each([0, 2])(
  'fault 4: a process that is killed again and again gives every log one outcome, with %i threads',
  async (threads) => {
    const directory = mkdtempSync(join(tmpdir(), 'logweave-killed-parser-'));
    const path = join(directory, 'log.sqlite');
    let committed = 0;
    try {
      for (let kill = 0; kill < KILLS; kill++) {
        const running = new ParserProcess(path, threads);
        // It may have come further than it was waited for before it was dead.
        await running.until(Math.min(LOGS, committed + LOGS / (2 * KILLS) + 37 * kill));
        await running.kill();
        ({ committed } = running);
      }
      const last = new ParserProcess(path, threads);
      await last.until(LOGS);
      await last.kill();
      const eventLog = await openEmbeddedLogReader({ path, clock: systemClock });
      expect(await checkOutcomes(eventLog, { from: RAW, topics: TOPICS })).toEqual(expectedOutcomes(LOGS));
      await eventLog.close();
    } finally {
      rmSync(directory, { recursive: true });
    }
  },
);
