import { claimedBrowser } from './claimed-browser.ts';
import type { Figures } from './figures.ts';
import type { Differences } from '../replay/outcome.ts';
import { printable } from './printable.ts';
import { allBecameEvents, type EventTally } from './raw-logs.ts';

/** What the demo has to say once everything has gone through. */
export interface Summary extends Figures {
  /** What stands in the log of what was sent, by side. */
  readonly events: { readonly A: number; readonly B: number };
  /** How many outcomes a right join has. */
  readonly expected: number;
  readonly differences: Differences;
  readonly feedSeconds: number;
  /** How many logs of each type there are to make events of. */
  readonly parsable: ReadonlyMap<string, number>;
  readonly eventTallies: readonly EventTally[];
}

/** Everything is as it should be: the outcomes are those of the truth, and every log has become UDM events. */
export function isRight(summary: Summary): boolean {
  return isTrue(summary) && allBecameEvents(summary.eventTallies, summary.parsable);
}

/** The numbers are those of the truth, outcome by outcome, and the raw table has each of them as well. */
function isTrue({ differences, counts, expected }: Summary): boolean {
  return (
    differences.missing.length === 0 &&
    differences.surplus.length === 0 &&
    counts.logs === expected &&
    counts.raw === expected
  );
}

const SHOWN_DIFFERENCES = 5;

/** The summary as lines for people. */
export function summaryLines(summary: Summary): readonly string[] {
  const { events, counts, orphans, contradictions, latencyMs } = summary;
  const orphansOf = (side: string): string =>
    orphans
      .filter((tally) => tally.side === side)
      .map((tally) => `${tally.rows} ${tally.reason}`)
      .join(', ') || 'none';
  return [
    `events in        ${number(events.A)} HTTP, ${number(events.B)} network, in ${summary.feedSeconds.toFixed(1)} s`,
    `joined           ${number(counts.correlated)} requests with their connection`,
    `orphans A        ${number(counts.orphansA)} requests without a connection: ${orphansOf('A')}`,
    `orphans B        ${number(counts.orphansB)} connections without a request: ${orphansOf('B')}`,
    `in ClickHouse    ${number(counts.logs)} rows in http_logs, ${number(counts.raw)} in http_logs_raw`,
    ...eventLines(summary),
    `socket → row     ${latencyMs.p50} ms (half of them), ${latencyMs.p99} ms (99 of 100)`,
    ...truthLines(summary),
    '',
    'fingerprints (JA4) seen most',
    ...summary.topJa4.map(({ value, rows }) => `  ${count(rows)}  ${value}`),
    'user agents seen most',
    ...summary.topUserAgents.map(({ value, rows }) => `  ${count(rows)}  ${clipped(value)}`),
    'who claims to be a browser and has the fingerprint of a tool',
    ...contradictions.map(
      ({ userAgent, ja4, tool, rows, clients }) =>
        `  ${count(rows)}  claims ${claimedBrowser(userAgent)}, is ${clipped(tool)} (${ja4}), ${clients} ${clients === 1 ? 'client' : 'clients'}`,
    ),
  ];
}

function eventLines({ eventTallies, parsable }: Summary): readonly string[] {
  const tallies = new Map(eventTallies.map((tally) => [tally.logType, tally]));
  return [...parsable].map(([logType, logs], at) => {
    const { logs: parsed = 0, events = 0 } = tallies.get(logType) ?? {};
    const label = (at === 0 ? 'UDM events' : '').padEnd(17);
    const missing = parsed === logs ? '' : `, NOT all: ${number(parsed)} have any`;
    return `${label}${number(events)} of ${number(logs)} logs ${logType}${missing}`;
  });
}

function truthLines(summary: Summary): readonly string[] {
  const { missing, surplus } = summary.differences;
  if (isTrue(summary)) {
    return [`truth            the same ${number(summary.expected)} outcomes, one by one`];
  }
  return [
    `truth            NOT the same: ${missing.length} outcomes missing, ${surplus.length} too many, of ${summary.expected}`,
    ...missing.slice(0, SHOWN_DIFFERENCES).map((outcome) => `  missing        ${outcome}`),
    ...surplus.slice(0, SHOWN_DIFFERENCES).map((outcome) => `  too much       ${outcome}`),
  ];
}

function number(value: number): string {
  return value.toLocaleString('en');
}

function count(value: number): string {
  return number(value).padStart(6);
}

function clipped(text: string): string {
  const plain = printable(text);
  return plain.length > 90 ? `${plain.slice(0, 89)}…` : plain;
}
