import { EventLogError, type EventLog, type TransactionalProducer } from '@logweave/event-log';
import { expect, it } from 'vitest';
import { restoreUnderLease, seekIfAssigned } from './lease.ts';

const lease = { id: 'correlator.3', scope: { group: 'g', offsets: [], partitions: [] } };

/** A log whose producers say whether they were closed. */
function logOf(closed: string[]): Pick<EventLog, 'transactionalProducer'> {
  return {
    async transactionalProducer(id) {
      const producer: TransactionalProducer = {
        transactionalId: id,
        commit: () => Promise.reject(new Error('nothing is committed here')),
        close: async () => void closed.push(id),
      };
      return producer;
    },
  };
}

it('keeps the lease of a task, and gives it back without one', async () => {
  const closed: string[] = [];
  expect(await restoreUnderLease(logOf(closed), lease, async () => 'a task')).toBe('a task');
  expect(closed).toEqual([]);
  expect(await restoreUnderLease(logOf(closed), lease, async () => null)).toBeNull();
  expect(closed).toEqual(['correlator.3']);
});

it('gives the lease back when the task cannot be restored', async () => {
  const closed: string[] = [];
  const failing = restoreUnderLease(logOf(closed), lease, () => Promise.reject(new Error('a gap')));
  await expect(failing).rejects.toThrow('a gap');
  expect(closed).toEqual(['correlator.3']);
});

it('takes a partition that is not assigned any more for lost, and no other error', () => {
  const input = { topic: 'in', partition: 3 };
  const seek = (code: 'not_assigned' | 'closed') => () => {
    throw new EventLogError(code, 'in/3');
  };
  const sought: number[] = [];
  expect(seekIfAssigned({ seek: (_, offset) => void sought.push(offset) }, [[input, 7]])).toBe(true);
  expect(sought).toEqual([7]);
  expect(seekIfAssigned({ seek: seek('not_assigned') }, [[input, 7]])).toBe(false);
  expect(() => seekIfAssigned({ seek: seek('closed') }, [[input, 7]])).toThrow(EventLogError);
});
