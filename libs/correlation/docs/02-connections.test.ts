import { describe, expect, it } from 'vitest';
import { eventsOf, rulesOf, run } from '../src/testing/scenario.ts';

/**
 * Chapter 2: connections.
 *
 * With keep-alive one handshake carries many requests. In one_to_many a B opens a connection that lives until 120 s
 * after its last request; `#2` behind a pair says that the connection had two requests before this one.
 */
const rules = rulesOf({ mode: 'one_to_many', afterNs: 500e6 });
const join = (text: string): string[] => run(rules, eventsOf(text));

describe('chapter 2: connections', () => {
  it('every request of a connection gets its handshake', () => {
    expect(join('B@0 A@1000 A@11000 A@65000')).toEqual(['A1-B1#0', 'A2-B1#1', 'A3-B1#2']);
  });

  it('a request 120 s after the one before still belongs to it, a millisecond later nothing does', () => {
    expect(join('B@0 A@120000')).toEqual(['A1-B1#0']);
    expect(join('B@0 A@1000 A@121001')).toEqual(['A1-B1#0', 'A2:ttl_expired']);
  });

  it('a new handshake on the same port is a new connection: an old fingerprint is never handed on', () => {
    expect(join('B@0 A@1000 B@30000 A@31000')).toEqual(['A1-B1#0', 'A2-B2#0']);
  });

  it('a request may seem to precede its own handshake by the skew of the clocks', () => {
    expect(join('B@0 A@1000 A@29995 B@30000')).toEqual(['A1-B1#0', 'A2-B2#0']);
  });

  it('a connection without a request is an orphan when its successor comes, or when its time is over', () => {
    expect(join('B@0 B@5000 A@5001').map((line) => line.split(':')[0])).toEqual(['B1', 'A1-B2#0']);
  });
});
