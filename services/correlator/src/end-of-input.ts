import type { EventLog } from '@logweave/event-log';
import type { Logger } from '@logweave/service-kit';
import type { CorrelatorConfig } from './config.ts';
import type { CorrelatorSlot, CorrelatorSlots } from './begin-task.ts';

export interface EndOfInput {
  readonly eventLog: Pick<EventLog, 'watermarks'>;
  readonly log: Logger;
  readonly slots: CorrelatorSlots;
  readonly topics: CorrelatorConfig['topics'];
  /** Whether the tasks begin anew afterwards. */
  readonly afterwards: 'go_on' | 'stop';
}

/**
 * Treats what the inputs hold now as all there is: reads it, decides everything, commits. `turn` is one round of the
 * ordinary work, which also restores tasks that broke; they are ended again.
 */
export async function endInputs({ eventLog, log, slots, topics, afterwards }: EndOfInput, turn: () => Promise<void>) {
  const [http, network] = await Promise.all([eventLog.watermarks(topics.http), eventLog.watermarks(topics.network)]);
  const ends = http.map(({ stable }, i) => [stable, network[i]?.stable ?? 0] as const);
  const ended = new Set<number>();
  const isOpen = ({ partitions, task, problem }: CorrelatorSlot): boolean => {
    if (ended.has(partitions.index)) return false;
    // Whoever stops does not wait for a log that does not answer: nothing is lost, the next start goes on from there.
    return task !== null || afterwards === 'go_on' || problem === null;
  };
  for (let open = slots.all().filter(isOpen); open.length > 0; open = slots.all().filter(isOpen)) {
    const reached = open.filter((slot) => hasReached(slot, ends));
    await Promise.all(reached.map((slot) => endTask(slot)));
    for (const slot of reached) {
      const { task, partitions } = slot;
      if (task === null || task.broken !== null) continue;
      ended.add(partitions.index);
      await slots.restart(slot, 'ended', afterwards === 'stop' ? Number.POSITIVE_INFINITY : 0);
    }
    if (ended.size < slots.all().length) await turn();
  }
  log.info({ partitions: ended.size }, 'input ended');
}

function hasReached({ task, partitions }: CorrelatorSlot, ends: readonly (readonly [number, number])[]): boolean {
  const end = ends[partitions.index];
  if (task === null || end === undefined) return false;
  return task.next(0) >= end[0] && task.next(1) >= end[1];
}

async function endTask({ task }: CorrelatorSlot): Promise<void> {
  if (task === null) return;
  await task.settled();
  if (task.broken !== null) return;
  task.end();
  await task.commitEnd();
}
