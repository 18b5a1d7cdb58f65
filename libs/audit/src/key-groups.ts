import type { OracleEvent } from './oracle/oracle-event.ts';

/** An event of the inputs, as far as its outcome depends on it. */
export interface AuditedEvent extends OracleEvent {
  /** The record's timestamp. */
  readonly arrivalMs: number;
  /** How long after its event time it arrived. */
  readonly delayMs: number;
}

/** A packed IPv4 key, or the text of any other. */
export type GroupKey = number | string;

/** Events of one key between two silences that are longer than anything reaches. */
export interface KeyGroup {
  readonly key: GroupKey;
  readonly events: AuditedEvent[];
  lastNs: number;
}

/**
 * Gathers the events of each key until nothing can belong to them any more. What is held is what lies within the reach of
 * the rules, whatever the length of the range.
 */
export class KeyGroups {
  /** In the order in which they were touched, so that the first are the next to end. */
  readonly #groups = new Map<GroupKey, KeyGroup>();
  readonly #reachNs: number;
  readonly #ended: (group: KeyGroup) => void;

  constructor(reachNs: number, ended: (group: KeyGroup) => void) {
    this.#reachNs = reachNs;
    this.#ended = ended;
  }

  add(key: GroupKey, event: AuditedEvent): void {
    let group = this.#groups.get(key);
    if (group === undefined) {
      group = { key, events: [], lastNs: event.atNs };
    } else if (event.atNs - group.lastNs > this.#reachNs) {
      this.#ended(group);
      this.#groups.delete(key);
      group = { key, events: [], lastNs: event.atNs };
    } else {
      this.#groups.delete(key);
    }
    group.events.push(event);
    if (event.atNs > group.lastNs) group.lastNs = event.atNs;
    this.#groups.set(key, group);
  }

  /** Ends what no event from `nowNs` on can reach. */
  endBefore(nowNs: number): void {
    for (const group of this.#groups.values()) {
      if (group.lastNs + this.#reachNs >= nowNs) return;
      this.#groups.delete(group.key);
      this.#ended(group);
    }
  }

  endAll(): void {
    for (const group of this.#groups.values()) this.#ended(group);
    this.#groups.clear();
  }
}
