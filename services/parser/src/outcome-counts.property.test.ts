import { MAX_METADATA_UNITS } from '@logweave/event-log';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { dropTagLabel } from './drop-tags.ts';
import {
  type CountedOutcome,
  countedLogs,
  decodeOutcomeCounts,
  encodeOutcomeCounts,
  noOutcomes,
  OutcomeCounter,
} from './outcome-counts.ts';

const outcome: fc.Arbitrary<CountedOutcome> = fc.oneof(
  fc.nat({ max: 5 }).map((events): CountedOutcome => ({ kind: 'parsed', events: events + 1 })),
  fc.constantFrom<CountedOutcome>({ kind: 'dead_letter' }, { kind: 'raw_only' }),
  fc.string().map((tag): CountedOutcome => ({ kind: 'dropped', tag: dropTagLabel(tag) })),
  fc
    .constantFrom('', 'TAG_UNSUPPORTED', 'TAG_MALFORMED_ENCODING', 'TAG_NO_SECURITY_VALUE')
    .map((tag): CountedOutcome => ({ kind: 'dropped', tag: dropTagLabel(tag) })),
);

it('every log counts once, and the counts are the same after they were committed and read', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), fc.array(outcome), (from, outcomes) => {
      const counter = new OutcomeCounter(noOutcomes(from));
      for (const one of outcomes) counter.add(one);
      expect(countedLogs(counter.now)).toBe(outcomes.length);
      const text = encodeOutcomeCounts(counter.now);
      expect(text.length).toBeLessThan(MAX_METADATA_UNITS / 4);
      expect(decodeOutcomeCounts(text)).toEqual(counter.now);
    }),
  );
});

it('what something else has committed is no count', () => {
  for (const text of ['', '{}', '[]', 'null', '{"v":2}', '{"v":1,"from":0}', '{"v":1,"from":-1,"dropped":{}}']) {
    expect(decodeOutcomeCounts(text)).toBeNull();
  }
});
