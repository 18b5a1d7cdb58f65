import { byTime, type OracleEvent, type OracleOutcome, type OracleRules } from './oracle-event.ts';

interface Connection {
  readonly b: OracleEvent;
  lastRequestNs: number;
  requests: number;
}

/** Mode one_to_many: a B opens a connection, and each A belongs to the connection that lived at its time. */
export function joinOneToMany(events: readonly OracleEvent[], rules: OracleRules): readonly OracleOutcome[] {
  const { skewNs, afterNs, networkTtlNs } = rules;
  const connections: readonly Connection[] = events
    .filter(({ side }) => side === 'B')
    .sort(byTime)
    .map((b) => ({ b, lastRequestNs: Number.NEGATIVE_INFINITY, requests: 0 }));
  const outcomes: OracleOutcome[] = [];
  // Requests are decided in the order of their times, so that a later one finds what the earlier ones left.
  for (const a of events.filter(({ side }) => side === 'A').sort(byTime)) {
    const livesAt = ({ b, lastRequestNs }: Connection): boolean =>
      a.atNs <= Math.max(b.atNs, lastRequestNs) + networkTtlNs;
    const before = connections.findLast((connection) => connection.b.atNs <= a.atNs + skewNs);
    const own =
      before !== undefined && livesAt(before) ? before : firstAfter(connections, a.atNs + skewNs, a.atNs + afterNs);
    if (own !== undefined) {
      own.requests++;
      own.lastRequestNs = Math.max(own.lastRequestNs, a.atNs);
    }
    outcomes.push({ a, b: own?.b ?? null });
  }
  for (const { b, requests } of connections) if (requests === 0) outcomes.push({ a: null, b });
  return outcomes;
}

/** The earliest connection in the span, of equally early ones the last, since it superseded the others. */
function firstAfter(connections: readonly Connection[], afterNs: number, untilNs: number): Connection | undefined {
  const first = connections.find(({ b }) => b.atNs > afterNs && b.atNs <= untilNs);
  return connections.findLast(({ b }) => b.atNs === first?.b.atNs);
}
