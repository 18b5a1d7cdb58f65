import { compareEvents, gapNs, type HeldEvent, LATE, raiseDue, setDue } from './held-event.ts';
import { placeOfTime } from './key-state.ts';
import type { Matcher, MatchHost } from './match-host.ts';
import type { CorrelationRules } from './rules.ts';

/**
 * one_to_one: closest pairs first. A pair of events that are each other's best choice is decided as soon as nothing
 * closer can come; an event whose window ends takes what closest-first gives it among the undecided of its key.
 */
export class OneToOne implements Matcher {
  readonly #rules: CorrelationRules;
  readonly #host: MatchHost;
  /** Events whose best choice may have changed at this moment. */
  readonly #ask: HeldEvent[] = [];

  constructor(rules: CorrelationRules, host: MatchHost) {
    this.#rules = rules;
    this.#host = host;
  }

  insert(event: HeldEvent): void {
    event.key.insert(event);
    this.#arm(event, this.#mutual(event));
    this.#host.push(event);
  }

  decide(due: HeldEvent[], ms: number, ns: number): void {
    if (due.length > 1) due.sort(byTimeThenSide);
    for (const event of due) {
      if (!event.decided && this.#windowEnded(event, ms, ns))
        this.#settle(event, this.#closestFirst(event, ms, ns), ms, ns);
    }
    for (const event of due) if (!event.decided) this.#ask.push(event);
    for (let event = this.#ask.pop(); event !== undefined; event = this.#ask.pop()) {
      if (!event.decided && event.late !== LATE.delayed) this.#look(event, ms, ns);
    }
  }

  evict(event: HeldEvent): void {
    event.key.remove(event);
    this.#host.orphaned(event, 'evicted', -1);
    this.#host.released(event);
  }

  /** Decides the pair whose moment has come, or sets the next moment of the event. */
  #look(event: HeldEvent, ms: number, ns: number): void {
    const partner = this.#mutual(event);
    const hadMs = event.dueMs;
    const hadNs = event.dueNs;
    this.#arm(event, partner);
    if (partner !== null && (event.dueMs - ms) * 1e6 + (event.dueNs - ns) <= 0) {
      this.#settle(event, partner, ms, ns);
    } else if (event.dueMs !== hadMs || event.dueNs !== hadNs) {
      this.#host.push(event);
    }
  }

  /** The event that is its best choice and whose best choice it is; null also when either waits for the delayed. */
  #mutual(event: HeldEvent): HeldEvent | null {
    if (event.late === LATE.delayed) return null;
    const partner = this.#best(event, Number.POSITIVE_INFINITY, 0);
    if (partner === null || partner.late === LATE.delayed) return null;
    return this.#best(partner, Number.POSITIVE_INFINITY, 0) === event ? partner : null;
  }

  /** Sets `due` to the end of its window, or to the moment of the pair where that is earlier. */
  #arm(event: HeldEvent, partner: HeldEvent | null): void {
    setDue(event, event.ms, event.ns, this.#ahead(event));
    if (partner === null) return;
    const endMs = event.dueMs;
    const endNs = event.dueNs;
    const gap = gapNs(event, partner);
    if (gap >= 0) setDue(event, event.ms, event.ns, gap);
    else setDue(event, partner.ms, partner.ns, -gap);
    if (partner.floor !== null) raiseDue(event, partner.floor);
    if ((event.dueMs - endMs) * 1e6 + (event.dueNs - endNs) > 0) {
      event.dueMs = endMs;
      event.dueNs = endNs;
    }
  }

  #ahead(event: HeldEvent): number {
    return event.side === 0 ? this.#rules.afterNs : this.#rules.beforeNs;
  }

  #back(event: HeldEvent): number {
    return event.side === 0 ? this.#rules.beforeNs : this.#rules.afterNs;
  }

  #windowEnded(event: HeldEvent, ms: number, ns: number): boolean {
    return (
      (ms - event.ms) * 1e6 + (ns - event.ns) >= this.#ahead(event) &&
      (event.floor === null || (ms - event.floor.ms) * 1e6 + (ns - event.floor.ns) >= 0)
    );
  }

  /**
   * The partner that the event would choose among the undecided up to a moment: next to it in time on either side; of
   * equal distances the earlier, of equal times the lowest offset.
   */
  #best(event: HeldEvent, untilMs: number, untilNs: number): HeldEvent | null {
    const list = event.side === 0 ? event.key.b : event.key.a;
    if (list.length === 0) return null;
    const place = placeOfTime(list, event.ms, event.ns, 0);
    let right = list[place] ?? null;
    if (right !== null) {
      const late = (right.ms - untilMs) * 1e6 + (right.ns - untilNs) > 0;
      if (late || gapNs(right, event) > this.#ahead(event)) right = null;
    }
    let left = place > 0 ? (list[place - 1] as HeldEvent) : null;
    if (left === null || gapNs(event, left) > this.#back(event)) return right;
    const before = place > 1 ? (list[place - 2] as HeldEvent) : null;
    if (before !== null && gapNs(before, left) === 0) left = list[placeOfTime(list, left.ms, left.ns, 0)] as HeldEvent;
    return right === null || gapNs(event, left) <= gapNs(right, event) ? left : right;
  }

  /**
   * Whom closest-first gives the event among the undecided: best choices are followed until two choose each other;
   * these are set aside, and the next are asked. Nobody but the event is decided by this.
   */
  #closestFirst(event: HeldEvent, ms: number, ns: number): HeldEvent | null {
    const chain: HeldEvent[] = [event];
    const aside: HeldEvent[] = [];
    let found: HeldEvent | null = null;
    while (chain.length > 0) {
      const last = chain[chain.length - 1] as HeldEvent;
      const choice = this.#best(last, ms, ns);
      // Only the event itself can be without a choice: every other of the chain can at least have the one before it.
      if (choice === null) break;
      if (chain.length === 1 || choice !== chain[chain.length - 2]) {
        chain.push(choice);
        continue;
      }
      const y = chain.pop() as HeldEvent;
      const x = chain.pop() as HeldEvent;
      if (x === event) {
        found = y;
        break;
      }
      for (const one of [x, y]) {
        one.key.remove(one);
        aside.push(one);
      }
    }
    for (const one of aside) one.key.insert(one);
    return found;
  }

  #settle(event: HeldEvent, partner: HeldEvent | null, ms: number, ns: number): void {
    if (partner === null) this.#orphan(event, ms, ns);
    this.#take(event);
    if (partner !== null) {
      this.#take(partner);
      if (event.side === 0) this.#host.matched(event, partner);
      else this.#host.matched(partner, event);
      this.#host.released(partner);
    }
    this.#host.released(event);
  }

  /** Takes it out of its key; its neighbours may be somebody's best choice now. */
  #take(event: HeldEvent): void {
    const place = event.key.remove(event);
    const list = event.key.of(event.side);
    const next = list[place];
    if (next !== undefined) this.#ask.push(next);
    const previous = place > 0 ? list[place - 1] : undefined;
    if (previous !== undefined) this.#ask.push(list[placeOfTime(list, previous.ms, previous.ns, 0)] as HeldEvent);
  }

  #orphan(event: HeldEvent, ms: number, ns: number): void {
    if (event.windowMissed) return this.#host.orphaned(event, 'late', -1);
    const back = this.#back(event);
    const ahead = this.#ahead(event);
    const otherSide = event.side === 0 ? 1 : 0;
    if (this.#host.silentSince(otherSide, event, -back)) return this.#host.orphaned(event, 'source_silent', -1);
    const { key } = event;
    this.#host.recall(key);
    const left = key.departures;
    const matchedMs = otherSide === 0 ? left.matchedAMs : left.matchedBMs;
    const matchedNs = otherSide === 0 ? left.matchedANs : left.matchedBNs;
    const sinceMatched = (matchedMs - event.ms) * 1e6 + (matchedNs - event.ns);
    let within = sinceMatched >= -back && sinceMatched <= ahead;
    let nearest = Number.POSITIVE_INFINITY;
    const list = key.of(otherSide);
    const place = placeOfTime(list, event.ms, event.ns, 0);
    const earlier = place > 0 ? list[place - 1] : undefined;
    if (earlier !== undefined) {
      nearest = gapNs(event, earlier);
      within ||= nearest <= back;
    }
    const later = list[place];
    if (later !== undefined && (later.ms - ms) * 1e6 + (later.ns - ns) <= 0) {
      const gap = gapNs(later, event);
      within ||= gap <= ahead;
      nearest = Math.min(nearest, gap);
    }
    if (within) return this.#host.orphaned(event, 'partner_taken', -1);
    const leftMs = otherSide === 0 ? left.aMs : left.bMs;
    const leftNs = otherSide === 0 ? left.aNs : left.bNs;
    if ((ms - leftMs) * 1e6 + (ns - leftNs) <= this.#rules.reasonMemoryNs) {
      nearest = Math.min(nearest, Math.abs((leftMs - event.ms) * 1e6 + (leftNs - event.ns)));
    }
    if (nearest === Number.POSITIVE_INFINITY) return this.#host.orphaned(event, 'no_partner', -1);
    this.#host.orphaned(event, 'outside_window', nearest);
  }
}

function byTimeThenSide(a: HeldEvent, b: HeldEvent): number {
  return gapNs(a, b) || a.side - b.side || compareEvents(a, b);
}
