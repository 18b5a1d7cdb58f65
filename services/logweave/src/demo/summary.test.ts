import { expect, it } from 'vitest';
import { isRight, type Summary, summaryLines } from './summary.ts';

const summary: Summary = {
  events: { A: 1787, B: 411 },
  expected: 1820,
  differences: { missing: [], surplus: [] },
  feedSeconds: 12.51,
  parsable: new Map([
    ['LOGWEAVE_CORRELATED', 1820],
    ['APACHE', 129],
  ]),
  eventTallies: [
    { logType: 'APACHE', logs: 129, events: 130 },
    { logType: 'LOGWEAVE_CORRELATED', logs: 1820, events: 1820 },
  ],
  counts: { raw: 1820, logs: 1820, correlated: 1745, orphansA: 42, orphansB: 33 },
  orphans: [
    { side: 'A', reason: 'no_partner', rows: 40 },
    { side: 'A', reason: 'late', rows: 2 },
  ],
  topJa4: [{ value: 't13i1811h1_85036bcba153_b26ce05bbdd6', rows: 293 }],
  topUserAgents: [{ value: 'curl/7.88.1\u001b[2J', rows: 12 }],
  contradictions: [
    {
      userAgent: 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) Safari/604.1',
      ja4: 't13i3111h2_e8f1e7e78f70_b26ce05bbdd6',
      tool: 'curl/7.88.1',
      rows: 38,
      clients: 1,
    },
  ],
  latencyMs: { p50: 812, p99: 1934 },
};

it('says what came in, what became of it, and whether that is the truth', () => {
  const lines = summaryLines(summary);
  expect(lines).toContain('joined           1,745 requests with their connection');
  expect(lines).toContain('orphans A        42 requests without a connection: 40 no_partner, 2 late');
  expect(lines).toContain('orphans B        33 connections without a request: none');
  expect(lines).toContain('truth            the same 1,820 outcomes, one by one');
  expect(lines).toContain('UDM events       1,820 of 1,820 logs LOGWEAVE_CORRELATED');
  expect(lines).toContain('                 130 of 129 logs APACHE');
  expect(lines).toContain(
    '      38  claims Safari on iOS, is curl/7.88.1 (t13i3111h2_e8f1e7e78f70_b26ce05bbdd6), 1 client',
  );
  expect(lines).toContain('      12  curl/7.88.1·[2J');
});

it('is wrong as soon as one outcome or one row is', () => {
  expect(isRight(summary)).toBe(true);
  const missing: Summary = { ...summary, differences: { missing: ['192.0.2.1 5 7 8'], surplus: [] } };
  expect(isRight(missing)).toBe(false);
  expect(summaryLines(missing).join('\n')).toMatch(
    /NOT the same: 1 outcomes missing, 0 too many, of 1820\n {2}missing +192\.0\.2\.1 5 7 8/,
  );
  expect(isRight({ ...summary, counts: { ...summary.counts, raw: 1819 } })).toBe(false);
  expect(isRight({ ...summary, counts: { ...summary.counts, logs: 1821 } })).toBe(false);
  const [apache, correlated] = summary.eventTallies;
  if (apache === undefined || correlated === undefined) throw new Error('two tallies');
  expect(isRight({ ...summary, eventTallies: [apache] })).toBe(false);
  const unparsed: Summary = { ...summary, eventTallies: [{ ...apache, logs: 128 }, correlated] };
  expect(isRight(unparsed)).toBe(false);
  expect(summaryLines(unparsed)).toContain('                 130 of 129 logs APACHE, NOT all: 128 have any');
});
