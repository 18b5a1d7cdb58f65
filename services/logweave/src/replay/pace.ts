import type { Clock } from '@logweave/model';
import type { SampleEvent } from './sample.ts';

/** Where the lines of one side go. Resolves when more may be written. */
export type Sink = (chunk: string) => Promise<void>;

export interface Pace {
  /** How long the whole stream takes on the wall, in milliseconds. */
  readonly durationMs: number;
  /** Called after each step with the events sent so far. */
  readonly onProgress?: (sent: number) => void;
}

const STEP_MS = 10;

/**
 * Writes events in their order, spread over the duration as their event times are spread. Both sides advance together:
 * nobody is given an event before all earlier ones have been written. Ends early when the signal aborts.
 */
export async function playEvents(
  events: readonly SampleEvent[],
  sinks: Readonly<Record<'A' | 'B', Sink>>,
  pace: Pace,
  clock: Clock,
  signal?: AbortSignal,
): Promise<void> {
  const firstNs = events[0]?.timeNs ?? 0n;
  const spanNs = Number((events.at(-1)?.timeNs ?? 0n) - firstNs);
  const dueMs = (event: SampleEvent): number =>
    spanNs === 0 ? 0 : (Number(event.timeNs - firstNs) / spanNs) * pace.durationMs;
  const startMs = clock.monotonicMs();
  for (let next = 0; next < events.length; ) {
    if (signal?.aborted) return;
    const nowMs = clock.monotonicMs() - startMs;
    const from = next;
    while (next < events.length && dueMs(events[next] as SampleEvent) <= nowMs) next++;
    // Runs of one side go out as one write, and the sides in turn, so that the order holds across both sockets.
    for (let i = from; i < next; ) {
      const side = (events[i] as SampleEvent).side;
      let chunk = '';
      for (; i < next && events[i]?.side === side; i++) chunk += `${(events[i] as SampleEvent).line}\n`;
      await sinks[side](chunk);
    }
    if (next > from) pace.onProgress?.(next);
    if (next < events.length) await clock.sleep(STEP_MS, signal);
  }
}
