import { describe, expect, it } from 'vitest';
import { eventsOf, rulesOf, run } from '../src/testing/scenario.ts';

/**
 * Chapter 1: the window.
 *
 * A is what the web server saw, B what the wire saw. `A(7)@100` is a request of connection key 7 at 100 ms; the results
 * read `A1-B1` for the first A with the first B, `A1:no_partner` for one that left alone. The window is 100 ms either way.
 */
const join = (text: string): string[] => run(rulesOf({ beforeNs: 100e6, afterNs: 100e6 }), eventsOf(text));
const pairs = (text: string): string[] => join(text).map((line) => line.replace(/#\d+$/, ''));

describe('chapter 1: the window', () => {
  it('a request and a handshake of the same key within the window belong together', () => {
    expect(pairs('B(7)@95 A(7)@100')).toEqual(['A1-B1']);
  });

  it('another key is another connection, however close in time', () => {
    expect(join('B(7)@100 A(8)@100')).toEqual(['A1:no_partner', 'B1:no_partner']);
  });

  it('the bound itself is inside, one millisecond more is not', () => {
    expect(pairs('A@0 B@100')).toEqual(['A1-B1']);
    expect(join('A@0 B@101')).toEqual(['A1:no_partner', 'B1:outside_window 101']);
  });

  it('of several the closest in time belong together, and nobody is used twice', () => {
    expect(pairs('B@0 A@5 B@80 A@90')).toEqual(['A1-B1', 'A2-B2']);
    expect(join('B@0 A@5 A@50')).toEqual(['A1-B1#0', 'A2:partner_taken']);
  });

  it('the order of arrival changes nothing', () => {
    const events = eventsOf('B@0 A@5 A@50 B(3)@60');
    const rules = rulesOf({ beforeNs: 100e6, afterNs: 100e6 });
    const requestsFirst = events.toSorted((x, y) => x.side - y.side);
    expect(run(rules, requestsFirst)).toEqual(run(rules, events));
  });
});
