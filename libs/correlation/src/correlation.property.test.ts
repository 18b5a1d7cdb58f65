import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Correlation } from './correlation.ts';
import { bruteForceJoin } from './testing/brute-force-join.ts';
import { addTo, OutcomeLog, rulesOf, run, type TestEvent } from './testing/scenario.ts';

/** Events of few keys within a short time: rivals, duplicates, chains and lone halves in plenty. */
const events = (spanMs: number): fc.Arbitrary<TestEvent[]> =>
  fc
    .array(fc.record({ side: fc.constantFrom(0 as const, 1 as const), key: fc.nat(2), ms: fc.nat(spanMs) }), {
      maxLength: 24,
    })
    .map((list) => {
      const next = [1, 1];
      return list
        .toSorted((x, y) => x.ms - y.ms)
        .map((event) => ({ ...event, arrivalMs: null, offset: (next[event.side] as number)++ }));
    });

const oneToOne = fc
  .record({ beforeNs: fc.nat(40), afterNs: fc.nat(40) })
  .map(({ beforeNs, afterNs }) => rulesOf({ beforeNs: beforeNs * 1e6, afterNs: afterNs * 1e6 }));

const oneToMany = fc
  .record({ afterNs: fc.nat(40), skewNs: fc.nat(12), networkTtlNs: fc.nat(60) })
  .map(({ afterNs, skewNs, networkTtlNs }) =>
    rulesOf({ mode: 'one_to_many', afterNs: afterNs * 1e6, skewNs: skewNs * 1e6, networkTtlNs: networkTtlNs * 1e6 }),
  );

/** The same events with the sides mixed otherwise; each side keeps its order. */
function interleave(list: readonly TestEvent[], choices: readonly boolean[]): TestEvent[] {
  const sides = [list.filter((event) => event.side === 0), list.filter((event) => event.side === 1)] as const;
  const mixed: TestEvent[] = [];
  const at = [0, 0];
  for (let i = 0; mixed.length < list.length; i++) {
    const first = choices[i % Math.max(1, choices.length)] ? 1 : 0;
    for (const side of [first, 1 - first] as const) {
      const event = (sides[side] as TestEvent[])[at[side] as number];
      if (event === undefined) continue;
      at[side] = (at[side] as number) + 1;
      mixed.push(event);
      break;
    }
  }
  return mixed;
}

const choices = fc.array(fc.boolean(), { minLength: 1, maxLength: 20 });

describe('the engine', () => {
  for (const [mode, rules] of [
    ['one_to_one', oneToOne],
    ['one_to_many', oneToMany],
  ] as const) {
    it(`equals the join written moment by moment, in ${mode}, whatever the interleaving`, () => {
      fc.assert(
        fc.property(rules, events(150), choices, (rule, list, mix) => {
          const log = new OutcomeLog({ reasons: false, ordinals: mode === 'one_to_many' });
          expect(run(rule, interleave(list, mix), log)).toEqual(bruteForceJoin(rule, list));
        }),
        { numRuns: 3000 },
      );
    });

    it(`gives each event exactly one outcome and counts it, in ${mode}`, () => {
      fc.assert(
        fc.property(rules, events(150), choices, (rule, list, mix) => {
          const engine = new Correlation(rule, new OutcomeLog());
          for (const event of interleave(list, mix)) {
            addTo(engine, event);
            engine.advance(0);
            for (const side of [0, 1] as const) {
              const counts = engine.counts[side];
              const orphans = Object.values(counts.orphans).reduce((sum, n) => sum + n, 0);
              expect(counts.read).toBe(counts.matched + orphans + engine.held(side));
            }
          }
          engine.end();
          expect([engine.held(0), engine.held(1), engine.heldEvents, engine.heldBytes]).toEqual([0, 0, 0, 0]);
        }),
      );
    });
  }
});
