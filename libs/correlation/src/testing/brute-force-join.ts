import type { CorrelationRules } from '../rules.ts';
import type { TestEvent } from './scenario.ts';

interface Decision {
  readonly moment: number;
  readonly lead: TestEvent;
  readonly text: string;
}

/**
 * The join written down moment by moment, with no index and no thought of speed: it knows only keys and times. What the
 * engine says must be this, in this order. Times are whole milliseconds here.
 */
export function bruteForceJoin(rules: CorrelationRules, events: readonly TestEvent[]): string[] {
  const keys = [...new Set(events.map((event) => event.key))];
  const decisions = keys.flatMap((key) => {
    const own = events.filter((event) => event.key === key);
    return rules.mode === 'one_to_one' ? joinOne(rules, own) : joinMany(rules, own);
  });
  return decisions.sort(byOutput).map((decision) => decision.text);
}

function byOutput(x: Decision, y: Decision): number {
  return x.moment - y.moment || x.lead.ms - y.lead.ms || x.lead.side - y.lead.side || x.lead.offset - y.lead.offset;
}

const name = (event: TestEvent): string => `${event.side === 0 ? 'A' : 'B'}${event.offset}`;

function joinOne(rules: CorrelationRules, events: readonly TestEvent[]): Decision[] {
  const before = rules.beforeNs / 1e6;
  const after = rules.afterNs / 1e6;
  const endOf = (event: TestEvent): number => event.ms + (event.side === 0 ? after : before);
  const decisions: Decision[] = [];
  let undecided = [...events];
  const rank = (a: TestEvent, b: TestEvent): number[] => [Math.abs(b.ms - a.ms), a.ms, b.ms, a.offset, b.offset];
  const pairsAmong = (here: readonly TestEvent[]): [TestEvent, TestEvent][] =>
    here
      .filter((a) => a.side === 0)
      .flatMap((a) =>
        here
          .filter((b) => b.side === 1 && b.ms - a.ms >= -before && b.ms - a.ms <= after)
          .map((b): [TestEvent, TestEvent] => [a, b]),
      )
      .sort((x, y) => compareLists(rank(...x), rank(...y)));
  const decide = (moment: number, members: TestEvent[]): void => {
    undecided = undecided.filter((event) => !members.includes(event));
    const [lead, other] = members.sort((x, y) => x.side - y.side) as [TestEvent, TestEvent | undefined];
    decisions.push({ moment, lead, text: other === undefined ? name(lead) : `${name(lead)}-${name(other)}` });
  };
  while (undecided.length > 0) {
    // The next moment at which anything can happen, then everything that happens at it.
    const moments = undecided.flatMap((event) => [
      event.ms,
      endOf(event),
      ...undecided
        .filter((other) => other.side !== event.side)
        .map((other) => Math.max(event.ms, other.ms) + Math.abs(event.ms - other.ms)),
    ]);
    for (const moment of [...new Set(moments)].sort((x, y) => x - y)) {
      const count = undecided.length;
      let changed = true;
      while (changed) {
        changed = false;
        const here = undecided.filter((event) => event.ms <= moment);
        const ended = here.find((event) => endOf(event) <= moment);
        if (ended !== undefined) {
          decide(moment, [ended, ...closestFirst(pairsAmong(here), ended)]);
          changed = true;
          continue;
        }
        const ripe = pairsAmong(here).find(
          ([a, b], _, all) =>
            Math.max(a.ms, b.ms) + Math.abs(a.ms - b.ms) <= moment &&
            all.find(([x]) => x === a)?.[1] === b &&
            all.find(([, y]) => y === b)?.[0] === a,
        );
        if (ripe !== undefined) {
          decide(moment, [...ripe]);
          changed = true;
        }
      }
      if (undecided.length !== count) break;
    }
  }
  return decisions;
}

function closestFirst(pairs: readonly [TestEvent, TestEvent][], wanted: TestEvent): TestEvent[] {
  const used = new Set<TestEvent>();
  for (const [a, b] of pairs) {
    if (used.has(a) || used.has(b)) continue;
    used.add(a);
    used.add(b);
    if (a === wanted) return [b];
    if (b === wanted) return [a];
  }
  return [];
}

function compareLists(x: readonly number[], y: readonly number[]): number {
  for (const [i, value] of x.entries()) {
    const difference = value - (y[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function joinMany(rules: CorrelationRules, events: readonly TestEvent[]): Decision[] {
  const after = rules.afterNs / 1e6;
  const skew = rules.skewNs / 1e6;
  const ttl = rules.networkTtlNs / 1e6;
  const order = (x: TestEvent, y: TestEvent): number => x.ms - y.ms || x.offset - y.offset;
  const requests = events.filter((event) => event.side === 0).sort(order);
  const connections = events.filter((event) => event.side === 1).sort(order);
  const last = new Map(connections.map((connection) => [connection, connection.ms]));
  const served = new Map<TestEvent, number>();
  const decisions: Decision[] = [];
  for (const request of requests) {
    const current = connections.findLast((connection) => connection.ms <= request.ms + skew);
    let moment = request.ms + skew;
    let found: TestEvent | undefined;
    if (current !== undefined && request.ms <= (last.get(current) ?? 0) + ttl) {
      found = current;
    } else {
      const first = connections.find((c) => c.ms > request.ms + skew && c.ms <= request.ms + after);
      found = first && connections.findLast((connection) => connection.ms === first.ms);
      moment = found?.ms ?? request.ms + Math.max(after, skew);
    }
    if (found === undefined) {
      decisions.push({ moment, lead: request, text: name(request) });
      continue;
    }
    const ordinal = served.get(found) ?? 0;
    served.set(found, ordinal + 1);
    last.set(found, Math.max(last.get(found) ?? 0, request.ms));
    decisions.push({ moment, lead: request, text: `${name(request)}-${name(found)}#${ordinal}` });
  }
  for (const [i, connection] of connections.entries()) {
    if (served.has(connection)) continue;
    const successor = connections[i + 1];
    const moment = Math.min(connection.ms + ttl + skew, successor?.ms ?? Number.POSITIVE_INFINITY);
    decisions.push({ moment, lead: connection, text: name(connection) });
  }
  return decisions;
}
