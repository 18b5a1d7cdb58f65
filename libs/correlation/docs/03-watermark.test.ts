import { describe, expect, it } from 'vitest';
import { Correlation } from '../src/correlation.ts';
import { addTo, eventsOf, OutcomeLog, rulesOf } from '../src/testing/scenario.ts';

/**
 * Chapter 3: the watermark.
 *
 * Nothing is decided before both inputs have shown that nothing earlier is to come. An input that is silent is taken out
 * of that reckoning; when both are, the wall clock goes on for them.
 */
function stage(): { log: OutcomeLog; engine: Correlation; feed: (text: string, offset?: number) => string[] } {
  const log = new OutcomeLog();
  const engine = new Correlation(rulesOf({ latenessNs: 50e6 }), log);
  const feed = (text: string, offset = 0): string[] => {
    for (const event of eventsOf(text)) {
      addTo(engine, { ...event, offset: event.offset + offset });
      engine.advance(0);
    }
    return log.take();
  };
  return { log, engine, feed };
}

describe('chapter 3: the watermark', () => {
  it('one input alone decides nothing', () => {
    expect(stage().feed('A(1)@0 A(2)@10000')).toEqual([]);
  });

  it('what is out of order within the lateness is not late', () => {
    const { feed } = stage();
    expect(feed('A(9)@40 B(9)@40 A(1)@10 B(1)@15')).toEqual([]);
    expect(feed('A(8)@1000 B(8)@1000', 10)).toContain('A2-B2#0');
  });

  it('an idle input no longer holds the other back', () => {
    const { log, engine, feed } = stage();
    feed('A(1)@0 A(2)@10000');
    engine.setIdle(1, true);
    engine.advance(0);
    expect(log.take()).toEqual(['A1:source_silent']);
  });

  it('when both are idle the wall clock closes the windows', () => {
    const { log, engine, feed } = stage();
    feed('A(1)@0');
    engine.setIdle(0, true);
    engine.setIdle(1, true);
    engine.advance(150);
    expect(log.take()).toEqual([]);
    engine.advance(151);
    expect(log.take()).toEqual(['A1:source_silent']);
  });
});
