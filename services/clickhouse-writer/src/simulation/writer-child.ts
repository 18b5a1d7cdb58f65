import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { systemClock } from '@logweave/service-kit';
import type { ClickhouseWriterConfig } from '../config.ts';
import type { WritingProcessInput } from './writing-process.ts';

/** Small batches, so that much happens within few records. */
export const BUSY_CONFIG: Omit<ClickhouseWriterConfig, 'streams' | 'deadLetterTopic'> = {
  maxRows: 500,
  maxBytes: 1_000_000,
  maxAgeMs: 100,
  maxBufferedBytes: 4_000_000,
  concurrency: 1,
  migrate: true,
  drainMs: 5_000,
};

/** A writer as a process of its own, once it has started. */
export async function startWriterChild(input: WritingProcessInput): Promise<ChildProcess> {
  const script = fileURLToPath(new URL('./writing-process.ts', import.meta.url));
  const child = spawn(process.execPath, ['--conditions=@logweave/source', script], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.write(`${JSON.stringify(input)}\n`);
  await once(child.stdout, 'data');
  return child;
}

/** Resolves when it is gone; one that is already gone is left as it is. */
export async function killChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

/** Waits until something holds. @throws Error naming it when it does not in time. */
export async function until(
  what: string,
  condition: () => Promise<boolean> | boolean,
  timeoutMs = 60_000,
): Promise<void> {
  const endMs = systemClock.monotonicMs() + timeoutMs;
  while (!(await condition())) {
    if (systemClock.monotonicMs() > endMs) throw new Error(`Not within ${timeoutMs} ms: ${what}`);
    await systemClock.sleep(50);
  }
}
