import { meetFault, PROCESS_FAULTS, type ProcessFault } from '@logweave/event-log/memory';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CorrelatorWorld, type TestLine } from './testing/correlator-world.ts';

const STEP_MS = 50;
const STEPS = 60;

interface Stream {
  readonly mode: 'one_to_one' | 'one_to_many';
  /** Per step. */
  readonly lines: readonly (readonly { side: 'A' | 'B'; port: number; delayMs: number; bad: boolean }[])[];
}

const line = fc.record({
  side: fc.constantFrom<('A' | 'B')[]>('A', 'B'),
  port: fc.integer({ min: 50_000, max: 50_015 }),
  delayMs: fc.integer({ min: 0, max: 300 }),
  bad: fc.integer({ min: 0, max: 30 }).map((value) => value === 0),
});
const stream: fc.Arbitrary<Stream> = fc.record({
  mode: fc.constantFrom<('one_to_one' | 'one_to_many')[]>('one_to_one', 'one_to_many'),
  lines: fc.array(fc.array(line, { maxLength: 5 }), { minLength: STEPS, maxLength: STEPS }),
});
const faults = fc.array(fc.tuple(fc.integer({ min: 1, max: STEPS - 1 }), fc.constantFrom(...PROCESS_FAULTS)), {
  minLength: 1,
  maxLength: 6,
});

async function run({ mode, lines }: Stream, plan: ReadonlyMap<number, ProcessFault>): Promise<CorrelatorWorld> {
  const world = new CorrelatorWorld({
    partitions: 2,
    correlation: {
      matching: { mode },
      time_window: { value: 400, unit: 'ms' },
      ttl: { network_ttl_s: 2 },
      replay_span_s: 1,
      on_stop: 'keep',
      orphan_policy: { network_emit: true },
    },
  });
  await world.start();
  for (const [step, here] of lines.entries()) {
    // Both inputs of both partitions always show something, so that none is idle.
    const beat: TestLine[] = [1, 2, 3, 4].flatMap((port) => [
      { side: 'A', port: port * 2, atMs: step * STEP_MS },
      { side: 'B', port: port * 2 + 1, atMs: step * STEP_MS },
    ]);
    world.send(...beat);
    for (const { side, port, delayMs, bad } of here) {
      if (bad) world.sendRaw(side, `192.0.2.1:${port}`, '{"src_ip":');
      else world.send({ side, port, atMs: step * STEP_MS - delayMs });
    }
    const fault = plan.get(step);
    if (fault === undefined) await world.clock.advance(STEP_MS);
    else await meetFault(world, fault, STEP_MS);
  }
  world.cluster.faults.clear();
  await world.clock.advance(30_000);
  return world;
}

/** Everything but the reasons, which a takeover may forget; in the order of the topic, by partition. */
function outputOf(world: CorrelatorWorld): string[][] {
  return [0, 1].map((partition) =>
    world.cluster.records(world.config.topics.correlated, partition).map(({ value }) =>
      Buffer.from(value ?? [])
        .toString()
        .replace(/,"orphan_reason":"[a-z_]+"/, '')
        .replace(/,"orphan_nearest_ms":[0-9.]+/, ''),
    ),
  );
}

describe('the output after crashes', () => {
  it('fault 3: is that of a run without, whatever happens to the process and to its transactions', async () => {
    await fc.assert(
      fc.asyncProperty(stream, faults, async (events, planned) => {
        const calm = await run(events, new Map());
        const shaken = await run(events, new Map(planned));
        expect(outputOf(shaken)).toEqual(outputOf(calm));
        expect(shaken.deadLetters().toSorted()).toEqual(calm.deadLetters().toSorted());
        for (const side of ['A', 'B'] as const) {
          const [came, went] = await shaken.conservation(side);
          expect(came).toBe(went);
        }
        await calm.stop();
        await shaken.stop();
      }),
      { numRuns: 25 },
    );
  }, 60_000);

  for (const fault of PROCESS_FAULTS) {
    it(`fault 3: nothing is lost and nothing comes twice: ${fault.replaceAll('_', ' ')}`, async () => {
      const lines = Array.from({ length: STEPS }, (_, step) => [
        { side: 'A' as const, port: 50_000 + step, delayMs: 0, bad: false },
        ...(step % 4 === 0 ? [] : [{ side: 'B' as const, port: 50_000 + step, delayMs: 10, bad: step % 4 === 1 }]),
      ]);
      for (const mode of ['one_to_one', 'one_to_many'] as const) {
        const calm = await run({ mode, lines }, new Map());
        const shaken = await run(
          { mode, lines },
          new Map([
            [20, fault],
            [33, fault],
            [34, fault],
          ]),
        );
        expect(outputOf(shaken)).toEqual(outputOf(calm));
        expect(outputOf(calm).flat().length).toBeGreaterThan(100);
        expect(shaken.deadLetters()).toEqual(calm.deadLetters());
      }
    });
  }
});
