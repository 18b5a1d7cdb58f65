import { compareEvents, Connection, gapNs, type HeldEvent, LATE, momentAfter, raiseDue, setDue } from './held-event.ts';
import { type KeyState, placeOf, placeOfTime } from './key-state.ts';
import type { Matcher, MatchHost } from './match-host.ts';
import type { CorrelationRules } from './rules.ts';

/**
 * one_to_many: a network event opens a connection, and every request that falls into its life belongs to it. A newer
 * connection of the key supersedes it; it is kept for its time all the same, for requests that come late.
 */
export class OneToMany implements Matcher {
  readonly #rules: CorrelationRules;
  readonly #host: MatchHost;
  /** From a request to the moment at which it can find nobody any more. */
  readonly #reachOfA: number;

  constructor(rules: CorrelationRules, host: MatchHost) {
    this.#rules = rules;
    this.#host = host;
    this.#reachOfA = Math.max(rules.afterNs, rules.skewNs);
  }

  insert(event: HeldEvent): void {
    event.key.insert(event);
    if (event.side === 0) {
      if (event.late === LATE.delayed) {
        event.key.delayedCount++;
        setDue(event, event.ms, event.ns, this.#reachOfA);
      } else {
        setDue(event, event.ms, event.ns, this.#rules.skewNs);
      }
    } else {
      // A delayed one supersedes at once and waits for its own requests afterwards; see `#connectionDue`.
      setDue(event, event.ms, event.ns, 0);
    }
    this.#host.push(event);
  }

  /**
   * Requests that waited for a connection which begins at this moment go first (they are the earlier ones), then the
   * requests whose own moment it is, then the connections: all that could still be served has been.
   */
  decide(due: HeldEvent[], ms: number, ns: number): void {
    if (due.length > 1) due.sort(compareEvents);
    for (const event of due) {
      if (event instanceof Connection && !event.opened) this.#serveWaiting(event.key, ms, ns);
    }
    for (const event of due) {
      if (event.side === 0 && !event.decided) this.#requestDue(event, ms, ns, true);
    }
    for (const event of due) {
      if (event instanceof Connection) this.#connectionDue(event, ms, ns);
    }
  }

  evict(event: HeldEvent): void {
    event.key.remove(event);
    if (event.side === 0 && event.late === LATE.delayed) event.key.delayedCount--;
    if (!event.decided) this.#host.orphaned(event, 'evicted', -1);
    if (event instanceof Connection) event.expired = true;
    this.#host.released(event);
  }

  #serveWaiting(key: KeyState, ms: number, ns: number): void {
    if (key.a.length === 0) return;
    // A copy: who is served leaves the list.
    for (const request of key.a.slice()) {
      if (request.late === LATE.delayed) continue;
      const since = (ms - request.ms) * 1e6 + (ns - request.ns);
      if (since < 0) break;
      if (since > this.#rules.skewNs) this.#requestDue(request, ms, ns, false);
    }
  }

  /** `own`: the moment is the request's own, so it was taken from the queue and has to go back or leave. */
  #requestDue(request: HeldEvent, ms: number, ns: number, own: boolean): void {
    const { key } = request;
    const connection = this.#connectionOf(request);
    if (connection !== null && this.#lives(connection, request)) {
      if (connection.left) return this.#orphanRequest(request, 'late');
      return this.#serve(request, connection, ms, ns);
    }
    const later = this.#firstAfter(key, request, ms, ns);
    if (later !== null) return this.#serve(request, later, ms, ns);
    if (!own) return;
    const past = (ms - request.ms) * 1e6 + (ns - request.ns);
    if (past >= this.#reachOfA) return this.#orphanRequest(request, null);
    setDue(request, request.ms, request.ns, this.#reachOfA);
    if (request.dueMs === ms && request.dueNs === ns) return this.#orphanRequest(request, null);
    this.#host.push(request);
  }

  /** The latest connection that began no later than the request plus the skew. */
  #connectionOf(request: HeldEvent): Connection | null {
    const list = request.key.b as Connection[];
    if (list.length === 0) return null;
    // One nanosecond past the skew: times are whole nanoseconds.
    const place = placeOfTime(list, request.ms, request.ns, this.#rules.skewNs + 1);
    return list[place - 1] ?? null;
  }

  #lives(connection: Connection, request: HeldEvent): boolean {
    const ttl = this.#rules.networkTtlNs;
    const since = (request.ms - connection.lastMs) * 1e6 + (request.ns - connection.lastNs);
    if (since <= ttl) return true;
    if (request.key.delayedCount === 0) return false;
    // Requests that wait because they were delayed keep their connection alive; walk up from one to the next.
    let ms = connection.lastMs;
    let ns = connection.lastNs;
    for (const other of request.key.a) {
      if (other.late !== LATE.delayed || this.#connectionOf(other) !== connection) continue;
      const gap = (other.ms - ms) * 1e6 + (other.ns - ns);
      if (gap > ttl) break;
      if (gap > 0) {
        ms = other.ms;
        ns = other.ns;
      }
    }
    return (request.ms - ms) * 1e6 + (request.ns - ns) <= ttl;
  }

  /** The earliest connection after the skew and within the window that has begun by now; of equal times the last. */
  #firstAfter(key: KeyState, request: HeldEvent, ms: number, ns: number): Connection | null {
    const list = key.b as Connection[];
    let place = placeOfTime(list, request.ms, request.ns, this.#rules.skewNs + 1);
    const first = list[place];
    if (first === undefined || gapNs(first, request) > this.#rules.afterNs) return null;
    if ((first.ms - ms) * 1e6 + (first.ns - ns) > 0) return null;
    for (let next = list[place + 1]; next !== undefined && gapNs(next, first) === 0; next = list[place + 1]) place++;
    const found = list[place] as Connection;
    return found.left ? null : found;
  }

  #serve(request: HeldEvent, connection: Connection, ms: number, ns: number): void {
    request.key.remove(request);
    if (request.late === LATE.delayed) request.key.delayedCount--;
    request.ordinal = connection.requests++;
    if ((request.ms - connection.lastMs) * 1e6 + (request.ns - connection.lastNs) > 0) {
      connection.lastMs = request.ms;
      connection.lastNs = request.ns;
    }
    if (request.late !== LATE.no) this.#keep(connection, ms, ns);
    this.#host.matched(request, connection);
    this.#host.released(request);
    if (connection.expired) this.#rearmExpired(connection);
  }

  #orphanRequest(request: HeldEvent, reason: 'late' | null): void {
    const { key } = request;
    key.remove(request);
    if (request.late === LATE.delayed) key.delayedCount--;
    this.#host.orphaned(request, reason ?? this.#reasonOfRequest(request), -1);
    this.#host.released(request);
  }

  #reasonOfRequest(request: HeldEvent): 'late' | 'source_silent' | 'ttl_expired' | 'no_partner' {
    if (request.windowMissed) return 'late';
    if (this.#host.silentSince(1, request, 0)) return 'source_silent';
    if (this.#connectionOf(request) !== null) return 'ttl_expired';
    this.#host.recall(request.key);
    const { bMs, bNs } = request.key.departures;
    const before = (bMs - request.ms) * 1e6 + (bNs - request.ns) <= this.#rules.skewNs;
    return before && this.#remembered(bMs, bNs, request) ? 'ttl_expired' : 'no_partner';
  }

  #remembered(leftMs: number, leftNs: number, event: HeldEvent): boolean {
    if (leftMs === Number.NEGATIVE_INFINITY) return false;
    // A connection leaves when its life ends: that is when the memory of it begins.
    const since = (event.ms - leftMs) * 1e6 + (event.ns - leftNs);
    return since <= this.#rules.reasonMemoryNs + this.#rules.networkTtlNs + this.#rules.skewNs;
  }

  #connectionDue(connection: Connection, ms: number, ns: number): void {
    if (!connection.opened) {
      connection.opened = true;
      this.#supersede(connection, ms, ns);
      this.#armEnd(connection);
      if (connection.late === LATE.delayed) this.#keep(connection, ms, ns);
      if (this.#reached(connection, ms, ns)) this.#connectionEnds(connection, ms, ns);
      else this.#host.push(connection);
      return;
    }
    if (connection.expired && connection.key.b[0] !== connection) return;
    this.#armEnd(connection);
    if (this.#reached(connection, ms, ns)) this.#connectionEnds(connection, ms, ns);
    else this.#host.push(connection);
  }

  /** The connection before it ends here when it served nobody and nobody who waits belongs to it. */
  #supersede(connection: Connection, ms: number, ns: number): void {
    const list = connection.key.b as Connection[];
    const older = list[placeOf(list, connection) - 1];
    if (older === undefined || older.decided || !older.opened) return;
    if (older.late === LATE.delayed || this.#delayedUntil(older) !== null) return;
    this.#orphanConnection(older, ms, ns);
  }

  #armEnd(connection: Connection): void {
    const span = this.#rules.networkTtlNs + this.#rules.skewNs;
    setDue(connection, connection.lastMs, connection.lastNs, span);
    if (connection.kept !== null) raiseDue(connection, connection.kept);
  }

  #reached(connection: Connection, ms: number, ns: number): boolean {
    return (connection.dueMs - ms) * 1e6 + (connection.dueNs - ns) <= 0;
  }

  /** Its time is over: undecided it is an orphan; kept until the older ones and its waiting requests are gone. */
  #connectionEnds(connection: Connection, ms: number, ns: number): void {
    const waiting = this.#delayedUntil(connection) ?? this.#undecidedOf(connection);
    if (waiting !== null) {
      connection.dueMs = waiting.dueMs;
      connection.dueNs = waiting.dueNs;
      if (!this.#reached(connection, ms, ns)) {
        this.#host.push(connection);
        return;
      }
    }
    if (!connection.decided) this.#orphanConnection(connection, ms, ns);
    connection.expired = true;
    const list = connection.key.b as Connection[];
    while (list.length > 0 && (list[0] as Connection).expired) {
      const first = list[0] as Connection;
      first.key.remove(first);
      this.#host.released(first);
      if (first.key.b !== list) return;
    }
  }

  #rearmExpired(connection: Connection): void {
    connection.expired = false;
    this.#armEnd(connection);
    this.#host.push(connection);
  }

  #keep(connection: Connection, ms: number, ns: number): void {
    connection.kept = momentAfter(ms, ns, this.#rules.lateGraceNs);
  }

  /** The last of the delayed requests that wait and would fall to it. */
  #delayedUntil(connection: Connection): HeldEvent | null {
    if (connection.key.delayedCount === 0) return null;
    let last: HeldEvent | null = null;
    for (const request of connection.key.a) {
      if (request.late !== LATE.delayed || this.#connectionOf(request) !== connection) continue;
      if (last === null || gapOfDue(request, last) > 0) last = request;
    }
    return last;
  }

  #undecidedOf(connection: Connection): HeldEvent | null {
    for (const request of connection.key.a) {
      if (this.#connectionOf(request) === connection && this.#lives(connection, request)) return request;
    }
    return null;
  }

  #orphanConnection(connection: Connection, ms: number, ns: number): void {
    connection.left = true;
    this.#reasonOfConnection(connection, ms, ns);
  }

  #reasonOfConnection(connection: Connection, ms: number, ns: number): void {
    if (connection.windowMissed) return this.#host.orphaned(connection, 'late', -1);
    const { afterNs, networkTtlNs, reasonMemoryNs } = this.#rules;
    if (this.#host.silentSince(0, connection, -afterNs)) return this.#host.orphaned(connection, 'source_silent', -1);
    const { key } = connection;
    this.#host.recall(key);
    const left = key.departures;
    const sinceMatched = (left.matchedAMs - connection.ms) * 1e6 + (left.matchedANs - connection.ns);
    let within = sinceMatched >= -afterNs && sinceMatched <= networkTtlNs;
    let nearest = Number.POSITIVE_INFINITY;
    for (const request of key.a) {
      if ((request.ms - ms) * 1e6 + (request.ns - ns) > 0) break;
      const gap = gapNs(request, connection);
      within ||= gap >= -afterNs && gap <= networkTtlNs;
      nearest = Math.min(nearest, Math.abs(gap));
    }
    if (within) return this.#host.orphaned(connection, 'partner_taken', -1);
    if ((ms - left.aMs) * 1e6 + (ns - left.aNs) <= reasonMemoryNs) {
      nearest = Math.min(nearest, Math.abs((left.aMs - connection.ms) * 1e6 + (left.aNs - connection.ns)));
    }
    if (nearest === Number.POSITIVE_INFINITY) return this.#host.orphaned(connection, 'no_partner', -1);
    this.#host.orphaned(connection, 'outside_window', nearest);
  }
}

function gapOfDue(a: HeldEvent, b: HeldEvent): number {
  return (a.dueMs - b.dueMs) * 1e6 + (a.dueNs - b.dueNs);
}
