import { meetFault, PROCESS_FAULTS, type ProcessFault } from '@logweave/event-log/memory';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ParserWorld } from './testing/parser-world.ts';

const STEP_MS = 50;
const STEPS = 40;
const PARTITIONS = 3;

const TEXTS = ['fine', 'bad', 'boom', 'nothing', 'drop:TAG_UNSUPPORTED', 'drop:', 'events:3', 'entity'] as const;

interface TestLog {
  readonly text: (typeof TEXTS)[number];
  readonly key: number;
  readonly known: boolean;
}

const log: fc.Arbitrary<TestLog> = fc.record({
  text: fc.constantFrom(...TEXTS),
  key: fc.integer({ min: 0, max: 5 }),
  known: fc.integer({ min: 0, max: 9 }).map((value) => value > 0),
});
const stream = fc.array(fc.array(log, { maxLength: 6 }), { minLength: STEPS, maxLength: STEPS });
const faults = fc.array(fc.tuple(fc.integer({ min: 1, max: STEPS - 1 }), fc.constantFrom(...PROCESS_FAULTS)), {
  minLength: 1,
  maxLength: 6,
});

async function run(
  steps: readonly (readonly TestLog[])[],
  plan: ReadonlyMap<number, ProcessFault>,
): Promise<ParserWorld> {
  const world = new ParserWorld({ partitions: PARTITIONS, udmPartitions: 2, parser: { guard: { action: 'go_on' } } });
  await world.start();
  let number = 0;
  for (const [step, logs] of steps.entries()) {
    for (const { text, key, known } of logs) {
      world.send(`${text} n${number++}`, { key: `source ${key}`, logType: known ? 'TEST_LOG' : 'NOBODYS' });
    }
    const fault = plan.get(step);
    if (fault === undefined) await world.clock.advance(STEP_MS);
    else await meetFault(world, fault, STEP_MS);
  }
  world.cluster.faults.clear();
  await world.clock.advance(30_000);
  return world;
}

/** By log and event, with the headers: `partition` of udm is the order that a key sees. */
function outputOf(world: ParserWorld): unknown {
  const { udm, deadLetter } = world.config.topics;
  const recordsOf = (topic: string, partition: number) =>
    world.cluster.records(topic, partition).map(({ key, value, headers, timestampMs }) => ({
      key: String(Buffer.from(key ?? [])),
      value: String(Buffer.from(value ?? [])),
      headers: headers.map(({ name, value: bytes }) => `${name}=${String(Buffer.from(bytes))}`),
      timestampMs,
    }));
  // Of different input partitions the order is by chance.
  const bySource = (records: ReturnType<typeof recordsOf>) =>
    Array.from({ length: PARTITIONS }, (_, partition) =>
      records.filter(({ headers }) => headers.includes(`source_partition=${partition}`)),
    );
  return [bySource(recordsOf(udm, 0)), bySource(recordsOf(udm, 1)), bySource(recordsOf(deadLetter, 0))];
}

/** Times of arrival differ where a fault took longer; nothing else may. */
function withoutTimes(output: unknown): unknown {
  return JSON.parse(JSON.stringify(output, (name, value: unknown) => (name === 'timestampMs' ? 0 : value)));
}

describe('the output after crashes', () => {
  it('fault 4: is that of a run without, whatever happens to the process and to its transactions', async () => {
    await fc.assert(
      fc.asyncProperty(stream, faults, async (steps, planned) => {
        const calm = await run(steps, new Map());
        const shaken = await run(steps, new Map(planned));
        expect(withoutTimes(outputOf(shaken))).toEqual(withoutTimes(outputOf(calm)));
        const report = await shaken.outcomes();
        expect(report).toEqual(await calm.outcomes());
        expect(report.findings).toEqual([]);
        expect(report.logs).toBe(steps.flat().length);
        await calm.stop();
        await shaken.stop();
      }),
      { numRuns: 25 },
    );
  }, 60_000);

  for (const fault of PROCESS_FAULTS) {
    it(`fault 4: no log is lost and none comes twice: ${fault.replaceAll('_', ' ')}`, async () => {
      const steps = Array.from({ length: STEPS }, (_, step) =>
        TEXTS.map((text, i) => ({ text, key: (step + i) % 6, known: i !== 3 })),
      );
      const calm = await run(steps, new Map());
      const shaken = await run(
        steps,
        new Map([
          [10, fault],
          [23, fault],
          [24, fault],
        ]),
      );
      expect(withoutTimes(outputOf(shaken))).toEqual(withoutTimes(outputOf(calm)));
      expect(await shaken.outcomes()).toMatchObject({ logs: STEPS * TEXTS.length, findings: [] });
      await calm.stop();
      await shaken.stop();
    });
  }
});
