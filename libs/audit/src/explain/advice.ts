import type { CorrelationRules } from '@logweave/correlation';
import type { OrphanReason } from '@logweave/model';
import type { AuditPlan } from '../audit-plan.ts';
import type { ExplainedEvent, ExplainedOutcome, Explanation } from './explanation.ts';
import { outcomeText, placeName, roundUp, spanText, timeText } from './phrases.ts';

type Facts = Omit<Explanation, 'advice'>;

/** A gap of clocks below this is what networks and servers take. */
const CLOCK_GAP_MS = 200;

/** What to do about the events of a key that have no partner, in sentences; why all is well where it is. */
export function adviceFor(facts: Facts, plan: AuditPlan, held: (event: ExplainedEvent) => boolean): readonly string[] {
  const advice = new Set<string>();
  if (facts.events.length === 0) return nothingThere(facts);
  for (const event of facts.events) {
    for (const sentence of adviceForEvent(event, facts, plan, held)) advice.add(sentence);
  }
  const { typicalGapMs } = facts;
  if (advice.size > 0 && typicalGapMs !== null && Math.abs(typicalGapMs) >= CLOCK_GAP_MS) {
    advice.add(clocks(typicalGapMs, facts.typicalOver));
  }
  return [...advice];
}

function nothingThere({ key, otherPorts: { A, B } }: Facts): readonly string[] {
  const others = A + B > 0 ? ` The same address has ${A} HTTP and ${B} network events with other ports.` : '';
  return [`No event of ${key} is in the topics: it never arrived, was refused at the door, or is too old.${others}`];
}

function* adviceForEvent(
  event: ExplainedEvent,
  facts: Facts,
  plan: AuditPlan,
  held: (event: ExplainedEvent) => boolean,
): Generator<string, void> {
  const name = placeName(event);
  const [first] = event.recorded;
  if (
    event.recorded.length > 1 &&
    (event.side === 'A' || event.recorded.some(({ outcome }) => outcome.kind !== 'matched'))
  ) {
    yield `${name} has ${event.recorded.length} outcomes, and must have one: run logweave audit.`;
  }
  const { replayed } = event;
  if (replayed?.kind === 'filtered') {
    yield `${name} is left out by ${replayed.reason === 'excluded_source_ip' ? 'correlation.exclude_source_ips' : 'correlation.include_dest_ports'}.`;
    return;
  }
  if (replayed?.kind === 'dead_letter') {
    yield `${name} cannot be read (${replayed.reason}); it is in the topic dead-letter.`;
    return;
  }
  if (first === undefined && held(event)) {
    const until = event.decidedMs === null ? '' : ` until the events that arrive are past ${timeText(event.decidedMs)}`;
    yield `${name} waits${until}; nothing is decided yet.`;
    return;
  }
  const outcome = first?.outcome ?? replayed;
  if (first === undefined && replayed?.kind === 'matched') {
    yield `${name} stands in no result, and should: run logweave audit.`;
  }
  if (first !== undefined && replayed !== null && !same(first.outcome, replayed)) {
    yield `${name}: the topic says ${outcomeText(first.outcome)}; replayed with this configuration it is ${outcomeText(replayed)}. ${plan.onStop === 'emit' ? 'A graceful stop in between (on_stop: emit), a late event or another configuration then explains it.' : 'A late event or another configuration then explains it.'}`;
  }
  if (outcome?.kind === 'orphan') yield* forOrphan(event, outcome.reason ?? reasonOf(replayed), facts, plan);
}

function reasonOf(outcome: ExplainedOutcome | null): OrphanReason | null {
  return outcome?.kind === 'orphan' ? outcome.reason : null;
}

function* forOrphan(
  event: ExplainedEvent,
  reason: OrphanReason | null,
  facts: Facts,
  plan: AuditPlan,
): Generator<string, void> {
  const { rules } = plan;
  const name = placeName(event);
  const other = event.side === 'A' ? 'network' : 'HTTP';
  const nearest = nearestOf(event, facts.events);
  if (rules.mode === 'one_to_many' && event.side === 'B' && reason !== 'evicted' && reason !== 'late') {
    yield unasked(name, event, facts.events);
    return;
  }
  switch (reason) {
    case 'outside_window':
      if (nearest !== null) yield widen(name, event, nearest, rules);
      break;
    case 'partner_taken':
      yield taken(name, event, nearest, facts.events, rules);
      break;
    case 'ttl_expired':
      yield `${name} came after its connection had ended: more than ${spanText(rules.networkTtlNs / 1e6)} after its last request. Raise ttl.network_ttl_s if the server keeps connections that long.`;
      break;
    case 'late':
      yield `${name} arrived ${spanText(event.delayMs)} after its event time, when its window had ended. Raise lateness_ms above the usual delay of this source, or see what delays it (buffering, slow requests logged at their end, a wrong clock).`;
      break;
    case 'source_silent': {
      yield `${silentText(event, facts)}: see whether that source runs and reaches its socket.`;
      break;
    }
    case 'evicted':
      yield `${name} was sent away because too much was held: raise correlation.limits (max_held_events, max_held_bytes, max_per_key), or set overflow: pause.`;
      break;
    case 'no_partner':
    case null:
      yield* alone(name, event, nearest, other, facts, rules);
      break;
    default:
      reason satisfies never;
  }
}

function* alone(
  name: string,
  event: ExplainedEvent,
  nearest: ExplainedEvent | null,
  other: string,
  facts: Facts,
  rules: CorrelationRules,
): Generator<string, void> {
  if (nearest !== null) {
    yield widen(name, event, nearest, rules);
    return;
  }
  const silence = silenceAt(event, facts);
  if (silence !== null) {
    yield `${silentText(event, facts)}: see whether that source runs and reaches its socket.`;
    return;
  }
  const count = facts.otherPorts[event.side === 'A' ? 'B' : 'A'];
  const hint =
    count > 0
      ? ` There are ${count} ${other} events of the same address with other ports: a proxy or NAT in between may change the port.`
      : ` There is none of its address either: ${event.side === 'A' ? 'the sensor may not see this traffic, or a proxy or NAT in between changes the address' : 'the server may not log it, or a proxy terminates the connection'}.`;
  yield `${name}: no ${other} event with this key is in the topics.${hint}`;
}

/** What has to be allowed so that the two join. */
function widen(name: string, event: ExplainedEvent, nearest: ExplainedEvent, rules: CorrelationRules): string {
  const gapMs = gapOf(event, nearest);
  const tB = event.side === 'A' ? gapMs : -gapMs;
  const distance = spanText(Math.abs(gapMs));
  const far = `${placeName(nearest)} is ${distance} ${gapMs < 0 ? 'earlier' : 'later'}`;
  if (rules.mode === 'one_to_many' && tB <= 0) {
    const ttlMs = rules.networkTtlNs / 1e6;
    return -tB > ttlMs
      ? `${name}: ${far}, and a connection lives ${spanText(ttlMs)} after its last request: raise ttl.network_ttl_s to ${Math.ceil(-tB / 1000)}.`
      : `${name}: ${far}; it belonged to another connection or was decided before it came.`;
  }
  const [side, allowedNs] = tB <= 0 ? (['before', rules.beforeNs] as const) : (['after', rules.afterNs] as const);
  if (Math.abs(tB) * 1e6 <= allowedNs) return `${name}: ${far}, within the window, and had another partner.`;
  return `${name}: ${far}, and the window allows ${spanText(allowedNs / 1e6)}: widen the window (correlation.time_window, or ${side} alone) to ${roundUp(Math.abs(tB))}.`;
}

function taken(
  name: string,
  event: ExplainedEvent,
  nearest: ExplainedEvent | null,
  events: readonly ExplainedEvent[],
  rules: CorrelationRules,
): string {
  const partner = nearest?.recorded.find(({ outcome }) => outcome.kind === 'matched')?.outcome;
  const winner =
    partner?.kind === 'matched'
      ? events.find(({ side, offset }) => side === event.side && offset === partner.partner)
      : undefined;
  const who =
    nearest === null
      ? 'its partner went to another event'
      : winner === undefined
        ? `${placeName(nearest)} went to another event`
        : `${placeName(nearest)} went to ${placeName(winner)}, which is ${spanText(Math.abs(gapOf(winner, nearest)))} from it and this one ${spanText(Math.abs(gapOf(event, nearest)))}`;
  const act =
    rules.mode === 'one_to_one' && event.side === 'A'
      ? ' When one connection carries many requests (keep-alive), set matching.mode: one_to_many.'
      : '';
  return `${name}: ${who}.${act}`;
}

/** A connection that served nobody. */
function unasked(name: string, event: ExplainedEvent, events: readonly ExplainedEvent[]): string {
  const requests = events.filter(({ side }) => side === 'A').length;
  const why =
    requests === 0
      ? 'no HTTP event with this key is in the topics: TLS that was never used, a probe, or a server that does not log it'
      : `the ${requests} HTTP events of this key belong to other connections, or to none that lived then`;
  return `${name} opened a connection on which nothing was asked: ${why}. Such orphans are ${event.recorded.length > 0 ? 'written' : 'not written'} (orphan_policy.network_emit).`;
}

function silenceAt({ side, arrivalMs, ms }: ExplainedEvent, { silences }: Facts): Facts['silences'][number] | null {
  const at = ms ?? arrivalMs;
  return (
    silences.find((silence) => silence.side !== side && silence.fromMs <= at && (silence.toMs ?? Infinity) >= at) ??
    null
  );
}

function silentText(event: ExplainedEvent, facts: Facts): string {
  const other = event.side === 'A' ? 'the network source' : 'the HTTP source';
  const silence = silenceAt(event, facts);
  if (silence === null) return `${placeName(event)}: ${other} sent nothing to this partition around it`;
  const until = silence.toMs === null ? 'to the end' : `to ${timeText(silence.toMs)}`;
  return `${placeName(event)}: ${other} was silent (in this partition) from ${timeText(silence.fromMs)} ${until}`;
}

function clocks(gapMs: number, over: number): string {
  const direction = gapMs > 0 ? 'later' : 'earlier';
  return `Over ${over} connections the network event is ${spanText(Math.abs(gapMs))} ${direction} than its first request as a rule: the clocks differ by about that much, or the server logs the beginning or end of slow requests. Set the clocks (NTP), or move the window there (before, after).`;
}

/** The event of the other side nearest in time. */
function nearestOf(event: ExplainedEvent, events: readonly ExplainedEvent[]): ExplainedEvent | null {
  let nearest: ExplainedEvent | null = null;
  for (const other of events) {
    if (other.side === event.side || other.ms === null || event.ms === null) continue;
    if (nearest === null || Math.abs(gapOf(event, other)) < Math.abs(gapOf(event, nearest))) nearest = other;
  }
  return nearest;
}

/** How much later the other is, in milliseconds. */
function gapOf(event: ExplainedEvent, other: ExplainedEvent): number {
  return (other.ms ?? 0) - (event.ms ?? 0) + (other.ns - event.ns) / 1e6;
}

function same(one: ExplainedOutcome, other: ExplainedOutcome): boolean {
  if (one.kind !== other.kind) return false;
  return one.kind !== 'matched' || other.kind !== 'matched' || one.partner === other.partner;
}
