import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ParserWorld } from './testing/parser-world.ts';

const STEP_MS = 50;
const STEPS = 40;
const PARTITIONS = 3;

/** What happens to the process at a step, and so to the transaction that is being written. */
const FAULTS = [
  'crash',
  'crash_while_the_transaction_is_open',
  'crash_when_applied_before_the_answer',
  'crash_while_beginning',
  'commit_refused',
  'commit_applied_answer_lost',
  'commit_not_applied_answer_lost',
  'fenced',
  'stop_and_start',
] as const;
type Fault = (typeof FAULTS)[number];

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
const faults = fc.array(fc.tuple(fc.integer({ min: 1, max: STEPS - 1 }), fc.constantFrom(...FAULTS)), {
  minLength: 1,
  maxLength: 6,
});

async function run(steps: readonly (readonly TestLog[])[], plan: ReadonlyMap<number, Fault>): Promise<ParserWorld> {
  const world = new ParserWorld({ partitions: PARTITIONS, udmPartitions: 2, parser: { guard: { action: 'go_on' } } });
  await world.start();
  let number = 0;
  for (const [step, logs] of steps.entries()) {
    for (const { text, key, known } of logs) {
      world.send(`${text} n${number++}`, { key: `source ${key}`, logType: known ? 'TEST_LOG' : 'NOBODYS' });
    }
    const fault = plan.get(step);
    if (fault === undefined) await world.clock.advance(STEP_MS);
    else await meet(world, fault);
  }
  world.cluster.faults.clear();
  await world.clock.advance(30_000);
  return world;
}

/** The fault, and a step of time. */
async function meet(world: ParserWorld, fault: Fault): Promise<void> {
  const { faults: planned } = world.cluster;
  const crashAndStart = async (): Promise<void> => {
    await world.clock.advance(STEP_MS - 10);
    await world.crash();
    await world.start();
  };
  switch (fault) {
    case 'crash':
      return crashAndStart();
    case 'crash_while_the_transaction_is_open':
      planned.plan({ on: 'commit', kind: 'delay', ms: 1_000 });
      return crashAndStart();
    case 'crash_when_applied_before_the_answer':
      planned.plan({ on: 'commit', kind: 'lose_answer' });
      return crashAndStart();
    case 'crash_while_beginning':
      await world.crash();
      planned.plan({ on: 'open', kind: 'delay', ms: 1_000 });
      await world.start();
      await world.crash();
      await world.start();
      return;
    case 'commit_refused':
      planned.plan({ on: 'commit', kind: 'refuse' });
      break;
    case 'commit_applied_answer_lost':
      planned.plan({ on: 'commit', kind: 'lose_answer' });
      break;
    case 'commit_not_applied_answer_lost':
      planned.plan({ on: 'commit', kind: 'lose_request' });
      break;
    case 'fenced':
      planned.plan({ on: 'commit', kind: 'fence' });
      break;
    case 'stop_and_start':
      await world.stop();
      await world.start();
      return;
    default:
      fault satisfies never;
  }
  await world.clock.advance(STEP_MS);
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

  for (const fault of FAULTS) {
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
