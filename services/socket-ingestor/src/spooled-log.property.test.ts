import type { MemoryFault } from '@logweave/event-log/memory';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { inSpoolWorld, PARTITIONS } from './testing/spool-world.ts';

const FAULTS: readonly MemoryFault[] = [
  { on: 'append', kind: 'refuse' },
  { on: 'append', kind: 'lose_answer' },
  { on: 'append', kind: 'delay', ms: 3_000 },
  { on: 'commit', kind: 'refuse' },
  { on: 'commit', kind: 'lose_answer' },
  { on: 'commit', kind: 'lose_request' },
  { on: 'commit', kind: 'delay', ms: 3_000 },
  { on: 'open', kind: 'refuse' },
];

type Step =
  | { readonly kind: 'append'; readonly partitions: readonly number[] }
  | { readonly kind: 'available'; readonly is: boolean }
  | { readonly kind: 'allowed'; readonly is: boolean }
  | { readonly kind: 'fault'; readonly fault: MemoryFault; readonly times: number }
  | { readonly kind: 'time'; readonly ms: number }
  /** The process is killed at this instant, and the next one starts on what its disk has. */
  | { readonly kind: 'kill' };

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({
        kind: fc.constant('append' as const),
        partitions: fc.array(fc.nat(PARTITIONS - 1), { minLength: 1, maxLength: 5 }),
      }),
    },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('available' as const), is: fc.boolean() }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('allowed' as const), is: fc.boolean() }) },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('fault' as const),
        fault: fc.constantFrom(...FAULTS),
        times: fc.integer({ min: 1, max: 15 }),
      }),
    },
    {
      weight: 5,
      arbitrary: fc.record({ kind: fc.constant('time' as const), ms: fc.constantFrom(1, 100, 900, 2_500) }),
    },
    { weight: 2, arbitrary: fc.constant({ kind: 'kill' as const }) },
  ),
  { maxLength: 40 },
);

test('fault 2: whatever dies and is lost on the way, what was taken is in the log once and in order', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (script) => {
      await inSpoolWorld(async (world) => {
        for (const step of script) {
          if (step.kind === 'append') world.append(step.partitions);
          else if (step.kind === 'time') await world.pass(step.ms);
          else if (step.kind === 'fault') world.cluster.faults.plan(step.fault, { times: step.times });
          else if (step.kind === 'available') world.cluster.setAvailable(step.is);
          else if (step.kind === 'allowed') world.cluster.allowed = step.is;
          else {
            // A process that starts waits for the log before it takes anything.
            world.cluster.setAvailable(true);
            world.cluster.allowed = true;
            await world.kill();
          }
        }
        await world.settle();
        const inLog = Array.from({ length: PARTITIONS }, (_, partition) => world.numbersInLog(partition));
        for (const numbers of inLog) expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
        const all = new Set(inLog.flat());
        expect([...world.taken].filter((number) => !all.has(number))).toEqual([]);
        if (!script.some(({ kind }) => kind === 'kill')) expect(all.size).toBe(world.appended);
      });
    }),
    { numRuns: 300 },
  );
}, 240_000);
