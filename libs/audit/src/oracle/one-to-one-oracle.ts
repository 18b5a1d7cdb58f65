import { byTime, type OracleEvent, type OracleOutcome, type OracleRules } from './oracle-event.ts';

interface Pair {
  readonly a: OracleEvent;
  readonly b: OracleEvent;
  readonly distanceNs: number;
}

/** Mode one_to_one: closest pairs first, an event that was matched is used up. */
export function joinOneToOne(events: readonly OracleEvent[], rules: OracleRules): readonly OracleOutcome[] {
  return groupsOutOfReach(events, Math.max(rules.beforeNs, rules.afterNs)).flatMap((group) => joinGroup(group, rules));
}

/** Events further apart than any window know nothing of each other. */
function groupsOutOfReach(events: readonly OracleEvent[], reachNs: number): readonly (readonly OracleEvent[])[] {
  const groups: OracleEvent[][] = [];
  for (const event of [...events].sort(byTime)) {
    const group = groups.at(-1);
    const last = group?.at(-1);
    if (group === undefined || last === undefined || event.atNs - last.atNs > reachNs) groups.push([event]);
    else group.push(event);
  }
  return groups;
}

function joinGroup(events: readonly OracleEvent[], rules: OracleRules): readonly OracleOutcome[] {
  const outcomes: OracleOutcome[] = [];
  const undecided = new Set(events);
  const decide = (a: OracleEvent | null, b: OracleEvent | null): void => {
    outcomes.push({ a, b });
    if (a !== null) undecided.delete(a);
    if (b !== null) undecided.delete(b);
  };
  const moments = new Set([
    ...pairsOf(events, rules).map(readyNs),
    ...events.map((event) => windowEndNs(event, rules)),
  ]);
  for (const momentNs of [...moments].sort((one, other) => one - other)) {
    for (let changed = true; changed; ) {
      changed = false;
      const pairs = pairsOf(
        [...undecided].filter(({ atNs }) => atNs <= momentNs),
        rules,
      );
      const mutual = pairs.find((pair) => readyNs(pair) <= momentNs && isBestOfBoth(pair, pairs));
      if (mutual !== undefined) {
        decide(mutual.a, mutual.b);
        changed = true;
        continue;
      }
      const ending = [...undecided].find((event) => windowEndNs(event, rules) <= momentNs);
      if (ending !== undefined) {
        const pair = closestFirst(pairs).find(({ a, b }) => a === ending || b === ending);
        if (pair !== undefined) decide(pair.a, pair.b);
        else if (ending.side === 'A') decide(ending, null);
        else decide(null, ending);
        changed = true;
      }
    }
  }
  return outcomes;
}

/** All pairs within the window, best first. */
function pairsOf(events: readonly OracleEvent[], { beforeNs, afterNs }: OracleRules): readonly Pair[] {
  const pairs: Pair[] = [];
  for (const a of events) {
    if (a.side !== 'A') continue;
    for (const b of events) {
      if (b.side !== 'B' || b.atNs - a.atNs < -beforeNs || b.atNs - a.atNs > afterNs) continue;
      pairs.push({ a, b, distanceNs: Math.abs(a.atNs - b.atNs) });
    }
  }
  return pairs.sort(
    (one, other) =>
      one.distanceNs - other.distanceNs ||
      one.a.atNs - other.a.atNs ||
      one.b.atNs - other.b.atNs ||
      one.a.offset - other.a.offset ||
      one.b.offset - other.b.offset,
  );
}

/** From then on nothing closer to either of the two can come. */
function readyNs({ a, b, distanceNs }: Pair): number {
  return Math.max(a.atNs, b.atNs) + distanceNs;
}

function windowEndNs(event: OracleEvent, { beforeNs, afterNs }: OracleRules): number {
  return event.atNs + (event.side === 'A' ? afterNs : beforeNs);
}

function isBestOfBoth(pair: Pair, pairsBestFirst: readonly Pair[]): boolean {
  return pairsBestFirst.find(({ a }) => a === pair.a) === pair && pairsBestFirst.find(({ b }) => b === pair.b) === pair;
}

function closestFirst(pairsBestFirst: readonly Pair[]): readonly Pair[] {
  const taken = new Set<OracleEvent>();
  return pairsBestFirst.filter(({ a, b }) => {
    if (taken.has(a) || taken.has(b)) return false;
    taken.add(a).add(b);
    return true;
  });
}
