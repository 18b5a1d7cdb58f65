import { type Consumer, isRetriable, type PollOptions, type PollResult } from '@logweave/event-log';
import type { ServiceDeps } from '../service.ts';

const RETRY_MS = 250;

/**
 * One poll. A log that does not answer is an idle turn after a while.
 * @throws whatever does not pass by waiting; a position below the low watermark is among it, as records would be lost
 * silently
 */
export async function pollPatiently(
  consumer: Consumer,
  options: PollOptions,
  { clock, log }: Pick<ServiceDeps, 'clock' | 'log'>,
): Promise<PollResult> {
  try {
    return await consumer.poll(options);
  } catch (error) {
    if (!isRetriable(error)) throw error;
    log.warn({ err: error, retryMs: RETRY_MS }, 'poll failed');
    await clock.sleep(RETRY_MS);
    return { kind: 'idle' };
  }
}
