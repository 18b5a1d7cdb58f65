import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Correlation } from './correlation.ts';
import type { CommitPoint } from './recovery.ts';
import type { CorrelationRules } from './rules.ts';
import { addTo, BASE_MS, lineOf, OutcomeLog, rulesOf, type TestEvent } from './testing/scenario.ts';

/** What outlives a process: what was committed, in the log. */
interface Committed {
  point: CommitPoint | null;
  readonly state: Map<string, Buffer>;
  readonly output: string[];
}

interface Step {
  readonly commit: boolean;
  readonly crash: boolean;
}

/**
 * Runs a task that commits and crashes at the given steps: after a crash everything since the last commit is gone, and a
 * successor rebuilds the state from the committed offsets, the state records and the inputs.
 */
function runWithCrashes(rules: CorrelationRules, events: readonly TestEvent[], steps: readonly Step[]): string[] {
  const committed: Committed = { point: null, state: new Map(), output: [] };
  const inputs = [events.filter((event) => event.side === 0), events.filter((event) => event.side === 1)] as const;
  let log = new OutcomeLog({ reasons: false });
  let engine = new Correlation(rules, log);
  let done = 0;
  let committedAt = 0;
  for (const side of [0, 1] as const) engine.skipTo(side, 1);
  for (let i = 0; done < events.length; i++) {
    const step = steps[i % steps.length] as Step;
    addTo(engine, events[done] as TestEvent);
    done++;
    engine.advance(0);
    if (step.commit) {
      committed.output.push(...log.take());
      for (const { key, value } of engine.takeStateRecords()) {
        if (value === null) committed.state.delete(key);
        else committed.state.set(key, value);
      }
      committed.point = engine.commitPoint();
      committedAt = done;
    }
    if (step.crash && i < 200) {
      log = new OutcomeLog({ reasons: false });
      engine = new Correlation(rules, log);
      if (committed.point === null) for (const side of [0, 1] as const) engine.skipTo(side, 1);
      else restore(engine, committed, inputs);
      expect(log.take()).toEqual([]);
      done = committedAt;
    }
  }
  engine.end();
  expect([engine.heldEvents, engine.keyCount]).toEqual([0, 0]);
  return [...committed.output, ...log.take()];
}

function restore(engine: Correlation, committed: Committed, inputs: readonly [TestEvent[], TestEvent[]]): void {
  const point = committed.point as CommitPoint;
  const { next } = engine.beginRestore(point);
  for (const [key, value] of committed.state) engine.loadState(key, value);
  for (const side of [0, 1] as const) {
    for (const event of inputs[side]) {
      if (event.offset < point.offsets[side] || event.offset >= next[side]) continue;
      const line = lineOf(event);
      engine.replay(side, event.offset, BASE_MS + (event.arrivalMs ?? 0), line, 0, line.length);
    }
  }
  engine.finishRestore();
}

const timeline = (spanMs: number, disorderMs: number): fc.Arbitrary<TestEvent[]> =>
  fc
    .array(
      fc.record({
        side: fc.constantFrom(0 as const, 1 as const),
        key: fc.nat(3),
        ms: fc.nat(spanMs),
        delay: fc.nat(disorderMs),
      }),
      { maxLength: 30 },
    )
    .map((list) => {
      const next = [1, 1];
      return list
        .toSorted((x, y) => x.ms + x.delay - (y.ms + y.delay))
        .map(({ side, key, ms, delay }) => ({
          side,
          key,
          ms,
          arrivalMs: ms + delay,
          offset: (next[side] as number)++,
        }));
    });

const steps = fc.array(fc.record({ commit: fc.boolean(), crash: fc.nat(5).map((n) => n === 0) }), {
  minLength: 1,
  maxLength: 12,
});

const rules = fc
  .record({
    mode: fc.constantFrom('one_to_one' as const, 'one_to_many' as const),
    before: fc.nat(40),
    after: fc.nat(40),
    skew: fc.nat(10),
    ttl: fc.nat(80),
    span: fc.constantFrom(null, 5, 20, 60),
  })
  .map(({ mode, before, after, skew, ttl, span }) =>
    rulesOf({
      mode,
      beforeNs: before * 1e6,
      afterNs: after * 1e6,
      skewNs: skew * 1e6,
      networkTtlNs: ttl * 1e6,
      latenessNs: 20e6,
      replaySpanNs: span === null ? null : span * 1e6,
    }),
  );

describe('recovery', () => {
  it('gives the output of a run without a crash, at whatever commits it crashes', () => {
    fc.assert(
      fc.property(rules, timeline(400, 20), steps, (rule, events, plan) => {
        const calm = runWithCrashes(rule, events, [{ commit: false, crash: false }]);
        expect(runWithCrashes(rule, events, plan)).toEqual(calm);
      }),
      { numRuns: 3000 },
    );
  });

  it('gives each event one outcome also when some of them are late', () => {
    fc.assert(
      fc.property(rules, timeline(400, 150), steps, (rule, events, plan) => {
        const output = runWithCrashes(rule, events, plan);
        const named = output.flatMap((line) => line.replace(/#\d+$/, '').split('-'));
        const requests = named.filter((name) => name.startsWith('A'));
        expect(requests.toSorted()).toEqual(
          events
            .filter((event) => event.side === 0)
            .map((event) => `A${event.offset}`)
            .toSorted(),
        );
        const connections = new Set(named.filter((name) => name.startsWith('B')));
        expect(connections.size).toBe(events.filter((event) => event.side === 1).length);
      }),
      { numRuns: 2000 },
    );
  });
});
