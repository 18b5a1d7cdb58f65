import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SimulatedWriter } from './simulation/simulated-writer.ts';

/** What happens next to a writer at work. */
type Event =
  | { readonly kind: 'append'; readonly partition: number; readonly rows: number; readonly bad: boolean }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'kill' }
  | { readonly kind: 'insert_fault'; readonly fault: 'refused' | 'lost_answer' | 'too_large' }
  | { readonly kind: 'outage'; readonly ms: number }
  | { readonly kind: 'commit_fault'; readonly fault: 'lose_answer' | 'lose_request' | 'refuse' }
  | { readonly kind: 'offset_fault'; readonly fault: 'lose_answer' | 'refuse' };

const event: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('append' as const),
      partition: fc.nat(1),
      rows: fc.integer({ min: 1, max: 15 }),
      bad: fc.boolean(),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 3_000 }) }) },
  { weight: 2, arbitrary: fc.constant({ kind: 'kill' as const }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('insert_fault' as const),
      fault: fc.constantFrom('refused', 'lost_answer', 'too_large'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('outage' as const), ms: fc.integer({ min: 1, max: 5_000 }) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('commit_fault' as const),
      fault: fc.constantFrom('lose_answer', 'lose_request', 'refuse'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('offset_fault' as const),
      fault: fc.constantFrom('lose_answer', 'refuse'),
    }),
  },
);

type ValueOf = (bad: boolean, n: number) => string;

const plainValue: ValueOf = (bad, n) => `${bad ? 'bad' : 'row'} ${n}`;
/** A bad one is no JSON, or an event without a time. */
const eventValue: ValueOf = (bad, n) => {
  if (bad) return n % 2 === 0 ? `bad ${n}` : `{"metadata":{},"bad":${n}}`;
  return `{"metadata":{"eventTimestamp":"2024-01-01T12:00:00Z"},"row":${n}}`;
};

async function happen(
  writer: SimulatedWriter,
  what: Event,
  seen: { rows: number },
  valueOf: ValueOf = plainValue,
): Promise<void> {
  switch (what.kind) {
    case 'append': {
      // Bad rows stand between good ones: a flood of bad ones alone is meant to stop the writer.
      const values = Array.from({ length: what.rows }, (_, i) => valueOf(what.bad && i % 4 === 2, seen.rows++));
      return writer.append(what.partition, values);
    }
    case 'wait':
      return writer.clock.advance(what.ms);
    case 'kill':
      await writer.kill();
      return writer.start();
    case 'insert_fault':
      writer.warehouse.faults.push(what.fault);
      return;
    case 'outage':
      writer.warehouse.down = true;
      await writer.clock.advance(what.ms);
      writer.warehouse.down = false;
      return;
    case 'commit_fault':
      writer.cluster.faults.plan({ on: 'commit', kind: what.fault });
      return;
    case 'offset_fault':
      writer.cluster.faults.plan({ on: 'offset_commit', kind: what.fault });
      return;
  }
}

test.each(['raw table', 'view'])(
  'whatever happens, every row is in ClickHouse once or, refused by the %s, a dead letter once',
  async (where) => {
    await fc.assert(
      fc.asyncProperty(fc.array(event, { minLength: 1, maxLength: 40 }), async (events) => {
        const writer = new SimulatedWriter();
        const refused = (value: string): boolean => value.startsWith('bad');
        if (where === 'view') writer.warehouse.refusedByView = refused;
        else writer.warehouse.refusedByRaw = refused;
        await writer.start();
        const seen = { rows: 0 };
        for (const what of events) await happen(writer, what, seen);
        await writer.settle();
        await writer.settle();
        const expected = writer.expected();
        expect(writer.written()).toEqual(expected.filter((value) => !refused(value)));
        expect(writer.deadLetters().toSorted()).toEqual(expected.filter(refused).toSorted());
        // The raw table keeps what the view refused, and nothing twice.
        expect(writer.written('raw')).toEqual(where === 'view' ? expected : writer.written());
        expect(await writer.lag()).toBe(0);
        await writer.stop();
      }),
      { numRuns: 150 },
    );
  },
  60_000,
);

test('whatever happens, every event is in ClickHouse once or, being none or refused there, a dead letter once', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(event, { minLength: 1, maxLength: 40 }), fc.boolean(), async (events, alsoRefused) => {
      const writer = new SimulatedWriter({}, 2, 'udm');
      const isRefused = (value: string): boolean => alsoRefused && value.includes('3}');
      const isLetter = (value: string): boolean => value.includes('bad') || isRefused(value);
      writer.warehouse.refusedByRaw = isRefused;
      await writer.start();
      const seen = { rows: 0 };
      for (const what of events) await happen(writer, what, seen, eventValue);
      await writer.settle();
      await writer.settle();
      const expected = writer.expected();
      expect(writer.written()).toEqual(expected.filter((value) => !isLetter(value)));
      expect(writer.deadLetters().toSorted()).toEqual(expected.filter(isLetter).toSorted());
      expect(await writer.lag()).toBe(0);
      await writer.stop();
    }),
    { numRuns: 200 },
  );
}, 60_000);
