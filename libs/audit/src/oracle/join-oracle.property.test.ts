import { Correlation, type CorrelationRules } from '@logweave/correlation';
import { DEFAULT_KEY_FIELDS, type Side, type SourceRules } from '@logweave/model';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { joinByOracle } from './join-oracle.ts';
import type { OracleEvent, OracleRules } from './oracle-event.ts';

const BASE_MS = 1_795_536_000_000;
const MS = 1e6;

/** The outcomes of the engine as `a+b`, sorted. */
function joinByEngine(events: readonly OracleEvent[], rules: OracleRules): readonly string[] {
  const source = (side: Side): SourceRules => ({
    side,
    keyFields: DEFAULT_KEY_FIELDS,
    time: 'event',
    maxFutureSkewMs: 300_000,
  });
  const all: CorrelationRules = {
    ...rules,
    latenessNs: 1e12,
    lateGraceNs: 60e9,
    reasonMemoryNs: 60e9,
    replaySpanNs: null,
    sources: { A: source('A'), B: source('B') },
    emitOrphans: { A: true, B: true },
    excludeSourceIps: [],
    includeDestPorts: [],
    maxHeldEvents: 1e6,
    maxHeldBytes: 1e9,
    maxPerKey: 1e6,
    overflow: 'pause',
  };
  const outcomes: string[] = [];
  const engine = new Correlation(all, {
    pair: (a, b) => outcomes.push(`${a.offset}+${b.offset}`),
    orphan: (event) => outcomes.push(event.side === 0 ? `${event.offset}+` : `+${event.offset}`),
  });
  for (const { side, atNs, offset } of events) {
    const nanos = BigInt(BASE_MS) * 1_000_000n + BigInt(atNs);
    const line = Buffer.from(`{"src_ip":"192.0.2.1","src_port":5,"timestamp":${nanos}}`);
    expect(engine.add(side === 'A' ? 0 : 1, offset, null, line, 0, line.length)).toBeNull();
  }
  engine.end();
  return outcomes.sort();
}

const events = fc
  .array(fc.record({ side: fc.constantFrom<Side>('A', 'B'), atMs: fc.nat(3000) }), { maxLength: 14 })
  .map((list) => list.map(({ side, atMs }, offset): OracleEvent => ({ side, atNs: atMs * MS, offset })));

describe('the oracle and the engine', () => {
  it.each(['one_to_one', 'one_to_many'] as const)('agree on any events of one key, in %s', (mode) => {
    fc.assert(
      fc.property(
        events,
        fc.constantFrom(0, 50, 700),
        fc.constantFrom(0, 300, 700),
        fc.constantFrom(0, 10, 400),
        fc.constantFrom(200, 1000),
        (given, before, after, skew, ttl) => {
          const rules: OracleRules = {
            mode,
            beforeNs: before * MS,
            afterNs: after * MS,
            skewNs: skew * MS,
            networkTtlNs: ttl * MS,
          };
          const expected = joinByOracle(given, rules).map(({ a, b }) => `${a?.offset ?? ''}+${b?.offset ?? ''}`);
          expect(joinByEngine(given, rules)).toEqual(expected.sort());
        },
      ),
      { numRuns: 2000 },
    );
  });
});
