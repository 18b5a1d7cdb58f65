import type { ParsedLog } from '@logweave/parser-lang';
import { describe, expect, it } from 'vitest';
import { findFlaw } from './check-parsed-log.ts';
import { fuzzLogs, mutatedLog } from './log-fuzz.ts';
import { loadParserSeeds } from './parser-seeds.ts';
import { testParserTexts } from './parser-texts.ts';
import { shrinkText } from './shrink-text.ts';
import { fuzzTexts, mutatedText } from './text-fuzz.ts';

const { seeds } = loadParserSeeds(undefined);
const RUN = { from: 0, isOver: () => false, begin: () => {} };

describe('mutated logs', () => {
  it('fault 34, 38, 39, 41, 42: each have exactly one outcome, and events that are read again as they are', () => {
    const report = fuzzLogs(seeds, { ...RUN, seed: 20_260_615, logs: 4_000 });
    expect(report.flaws).toEqual([]);
    expect(report.logs).toBe(4_000);
    // A mutation is of use when some of the logs still come through, and some do not.
    const output = report.tallies.reduce((sum, tally) => sum + tally.output, 0);
    expect(output).toBeGreaterThan(400);
    expect(output).toBeLessThan(3_900);
  });

  it('are the same for the same seed and index, whatever else was run', () => {
    expect(mutatedLog(seeds, 7, 1_234)).toEqual(mutatedLog(seeds, 7, 1_234));
    expect(mutatedLog(seeds, 7, 1_234)).not.toEqual(mutatedLog(seeds, 8, 1_234));
  });
});

describe('an outcome', () => {
  const nothing: ParsedLog = { events: [], entities: [], error: null, dropped: null, warnings: [], statedumps: [] };
  const event = { metadata: { eventType: 'GENERIC_EVENT', eventTimestamp: '2026-06-15T12:00:00Z' } };

  it('is in order with an event', () => {
    expect(findFlaw({ ...nothing, events: [event] })).toBeUndefined();
  });

  it.each([
    ['none', nothing, '0 outcomes'],
    ['two', { ...nothing, events: [event], dropped: 'TAG' }, '2 outcomes'],
    ['an event with an unknown field', { ...nothing, events: [{ ...event, nosuch: 1 }] }, 'unknown_field at nosuch'],
    ['an event that is not in its normal form', { ...nothing, events: [{ metadata: { event_type: 1 } }] }, 'another'],
    ['a message without bounds', { ...nothing, dropped: '', warnings: ['x'.repeat(9_000)] }, '9000 characters'],
  ])('is wrong with %s', (_, parsed, flaw) => {
    expect(findFlaw(parsed)).toContain(flaw);
  });
});

describe('mutated parsers', () => {
  const texts = { parsers: seeds, texts: testParserTexts() };

  it('fault 46: are refused or run, and end, whatever they say', () => {
    const report = fuzzTexts(texts, { ...RUN, seed: 20_260_615, texts: 200 });
    expect(report.flaws).toEqual([]);
    expect(report.compiled).toBeGreaterThan(40);
    expect(report.compiled).toBeLessThan(200);
  });

  it('are the same for the same seed and index', () => {
    expect(mutatedText(texts, 7, 99)).toEqual(mutatedText(texts, 7, 99));
  });
});

it('a text that fails is made as short as it can be', () => {
  const text = `${'ab'.repeat(500)}X${'cd'.repeat(300)}Y`;
  expect(shrinkText(text, (shorter) => /X.*Y/.test(shorter))).toBe('XY');
});
