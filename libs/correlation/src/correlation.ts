import { EventReader, type OrphanReason, type Rejection } from '@logweave/model';
import { ArrivalQueue } from './arrival-queue.ts';
import { compareEvents, Connection, gapNs, HeldEvent, type SideIndex } from './held-event.ts';
import { KeyState } from './key-state.ts';
import { keyText } from './key-text.ts';
import { KeyTable } from './key-table.ts';
import { markLate } from './late-events.ts';
import { MemoryBlock } from './memory-block.ts';
import type { Matcher, MatchHost } from './match-host.ts';
import { MomentQueue, setMoment } from './moment-queue.ts';
import { OneToMany } from './one-to-many.ts';
import { OneToOne } from './one-to-one.ts';
import { newSideCounts, type OutcomeCounts } from './outcome-counts.ts';
import type { OutcomeSink } from './outcome-sink.ts';
import { ReasonMemory } from './reason-memory.ts';
import { type CommitPoint, Recovery, replayBound, type StateRecord } from './recovery.ts';
import { type CorrelationRules, reachNs } from './rules.ts';
import { SourceFilter } from './source-filter.ts';
import { Watermark } from './watermark.ts';

/**
 * The join of one task: events go in, outcomes come out in the order of their decision times. Pure: no clock, no I/O.
 * What comes out depends on the events alone, not on the order of their arrival, as far as none of them is late.
 */
export class Correlation implements MatchHost {
  readonly watermark: Watermark;
  readonly counts: OutcomeCounts = [newSideCounts(), newSideCounts()];

  readonly #rules: CorrelationRules;
  readonly #sink: OutcomeSink;
  readonly #readers: readonly [EventReader, EventReader];
  readonly #blocks = [new MemoryBlock(), new MemoryBlock()] as const;
  readonly #filter: SourceFilter;
  readonly #matcher: Matcher;
  readonly #keys = new KeyTable();
  readonly #queue = new MomentQueue<HeldEvent | KeyState>();
  readonly #memory: ReasonMemory;
  readonly #recovery: Recovery;
  readonly #reachNs: number;
  readonly #undecided: [number, number] = [0, 0];
  #heldEvents = 0;
  #heldBytes = 0;
  readonly #arrivals = new ArrivalQueue();
  readonly #due: (HeldEvent | KeyState)[] = [];
  readonly #dueEvents: HeldEvent[] = [];
  readonly #emitted: HeldEvent[] = [];
  /** While state is rebuilt nothing is counted, late or emitted. */
  #mode: 'live' | 'loading' | 'catching_up' = 'live';

  /** @throws Error when the rules hold an address or network that is none. */
  constructor(rules: CorrelationRules, sink: OutcomeSink) {
    this.#rules = rules;
    this.#sink = sink;
    this.#readers = [new EventReader(rules.sources.A), new EventReader(rules.sources.B)];
    this.#filter = new SourceFilter(rules);
    this.#matcher = rules.mode === 'one_to_one' ? new OneToOne(rules, this) : new OneToMany(rules, this);
    this.#reachNs = reachNs(rules);
    this.#memory = new ReasonMemory(rules.reasonMemoryNs);
    this.watermark = new Watermark(rules.latenessNs);
    this.#recovery = new Recovery(this.watermark, this.#keys, replayBound(rules), keyText);
  }

  /** Events held: the undecided, and connections that are kept. */
  get heldEvents(): number {
    return this.#heldEvents;
  }

  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** The undecided of a side. */
  held(side: SideIndex): number {
    return this.#undecided[side];
  }

  /** Keys of which something is held or may still matter. */
  get keyCount(): number {
    return this.#keys.size;
  }

  /**
   * Takes one event. The bytes are referenced until it leaves. `offset` is its position in its input, `arrivalMs` the
   * record's timestamp or null where there is none. An offset that was taken before is the same event again and changes
   * nothing.
   * @returns null, or why it is a dead letter, which is the caller's to write.
   */
  add(
    side: SideIndex,
    offset: number,
    arrivalMs: number | null,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): Rejection | null {
    if (this.#recovery.hasTaken(side, offset)) return null;
    this.counts[side].read++;
    const rejection = this.#read(side, bytes, start, end, arrivalMs);
    if (rejection === null) this.#enter(this.#newEvent(side, offset, arrivalMs, bytes, start, end));
    this.#recovery.advanceTo(side, offset + 1, end - start);
    return rejection === 'filtered' ? null : rejection;
  }

  setIdle(side: SideIndex, idle: boolean): void {
    this.watermark.setIdle(side, idle);
  }

  /**
   * Moves the watermark on with what the inputs have shown and emits what it has passed. `silentMs`: how long ago the
   * last event arrived; it counts while both inputs are idle.
   */
  advance(silentMs: number): void {
    this.watermark.update(silentMs);
    this.#decideBefore(this.watermark.ms, this.watermark.ns);
  }

  /** The end of the input passes every moment. */
  end(): void {
    this.watermark.end();
    this.#decideBefore(this.watermark.ms, this.watermark.ns);
    this.#memory.clear();
  }

  /** Whether an input should wait because too much is held. Never the one that holds the watermark back. */
  shouldPause(side: SideIndex): boolean {
    const rules = this.#rules;
    if (rules.overflow !== 'pause') return false;
    if (this.#heldEvents < rules.maxHeldEvents && this.#heldBytes < rules.maxHeldBytes) return false;
    return !this.watermark.holdsBack(side);
  }

  /** The state records of this commit: checkpoints and tombstones. Once per commit, just before `commitPoint`. */
  takeStateRecords(): StateRecord[] {
    return this.#recovery.takeStateRecords();
  }

  /** What to commit now. */
  commitPoint(): CommitPoint {
    return this.#recovery.commitPoint();
  }

  /**
   * Begins to rebuild what a predecessor had: then `loadState` for each record of the state topic, `replay` for the
   * range of both inputs, `finishRestore`.
   * @throws Error when the metadata is not a task's: somebody else has moved the offsets.
   */
  beginRestore(committed: CommitPoint): { next: [number, number] } {
    this.#mode = 'loading';
    return { next: this.#recovery.begin(committed) };
  }

  /** Moves an input's position on over what holds no event: to where its first is, or past a mark of the log's own. */
  skipTo(side: SideIndex, next: number): void {
    this.#recovery.advanceTo(side, next, 0);
  }

  loadState(key: string, value: Uint8Array | null): void {
    this.#recovery.load(key, value);
  }

  replay(side: SideIndex, offset: number, arrivalMs: number, bytes: Uint8Array, start: number, end: number): void {
    const reader = this.#readers[side];
    if (reader.read(bytes, start, end, arrivalMs) !== null) return;
    if (this.#filter.test(reader, bytes) !== null) return;
    if (!this.#recovery.replays(this.#keys.ofEvent(reader), side, offset)) return;
    const event = this.#newEvent(side, offset, arrivalMs, bytes, start, end);
    this.#hold(event);
    this.#matcher.insert(event);
  }

  finishRestore(): void {
    if (this.#mode !== 'loading') return;
    for (const event of this.#recovery.loadedEvents()) {
      this.#hold(event);
      this.#matcher.insert(event);
    }
    // A key may have a record and no events: it is not clean before its reach is over.
    for (const key of this.#recovery.rebuiltKeys) if (!key.scheduled) this.#scheduleClean(key);
    this.#mode = 'catching_up';
    this.#decideBefore(this.watermark.ms, this.watermark.ns);
    this.#mode = 'live';
    this.#recovery.finish();
  }

  push(event: HeldEvent): void {
    this.#queue.push(event);
  }

  matched(a: HeldEvent, b: HeldEvent): void {
    a.partner = b;
    this.#settled(a, true);
    if (!b.decided) this.#settled(b, true);
    a.key.noteLeft(a, true);
    b.key.noteLeft(b, true);
    this.#emit(a);
  }

  orphaned(event: HeldEvent, reason: OrphanReason, nearestNs: number): void {
    event.reason = reason;
    event.nearestNs = nearestNs;
    this.#settled(event, false);
    event.key.noteLeft(event, false);
    if (this.#mode === 'live') {
      const emitted = this.#rules.emitOrphans[event.side === 0 ? 'A' : 'B'];
      const counts = this.counts[event.side];
      (emitted ? counts.orphans : counts.suppressed)[reason]++;
      if (!emitted) return;
    }
    this.#emit(event);
  }

  released(event: HeldEvent): void {
    this.#heldEvents--;
    this.#heldBytes -= event.end - event.start;
    event.released = true;
    const { key } = event;
    if (event.side === 1) key.noteLeft(event, false);
    if (key.overdue && key.empty) this.#becomeClean(key, event.dueMs, event.dueNs);
  }

  recall(key: KeyState): void {
    this.#memory.recall(key);
  }

  silentSince(side: SideIndex, event: HeldEvent, plusNs: number): boolean {
    const input = this.watermark.inputs[side];
    if (!input.idle) return false;
    return (input.ms - event.ms) * 1e6 + (input.ns - event.ns) < plusNs;
  }

  /** Reads an event that enters, or counts why it does not. */
  #read(
    side: SideIndex,
    bytes: Uint8Array,
    start: number,
    end: number,
    arrivalMs: number | null,
  ): Rejection | 'filtered' | null {
    const counts = this.counts[side];
    const reader = this.#readers[side];
    const rejection = reader.read(bytes, start, end, arrivalMs);
    if (rejection !== null) {
      counts.deadLetters[rejection.reason]++;
      return rejection;
    }
    if (reader.futureTimestamp) counts.futureTimestamps++;
    this.watermark.observe(side, reader.ms, reader.ns, arrivalMs);
    const filtered = this.#filter.test(reader, bytes);
    if (filtered === null) return null;
    counts.filtered[filtered]++;
    return 'filtered';
  }

  #newEvent(
    side: SideIndex,
    offset: number,
    arrivalMs: number | null,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): HeldEvent {
    const reader = this.#readers[side];
    const key = this.#keys.ofEvent(reader);
    const { ms, ns } = reader;
    const block = this.#blocks[side].of(bytes);
    start += bytes.byteOffset;
    end += bytes.byteOffset;
    return side === 1 && this.#rules.mode === 'one_to_many'
      ? new Connection(side, key, ms, ns, offset, arrivalMs ?? 0, block, start, end)
      : new HeldEvent(side, key, ms, ns, offset, arrivalMs ?? 0, block, start, end);
  }

  #enter(event: HeldEvent): void {
    const { key } = event;
    if (!key.dirty) this.#recovery.becameDirty(key);
    const { watermark } = this;
    if ((event.ms - watermark.ms) * 1e6 + (event.ns - watermark.ns) < 0) {
      this.counts[event.side].late++;
      this.#recovery.touched(key);
      markLate(event, watermark, this.#rules);
    }
    this.#hold(event);
    this.#matcher.insert(event);
    if (this.#heldEvents > this.#rules.maxHeldEvents || this.#heldBytes > this.#rules.maxHeldBytes) this.#evictOldest();
    if (key.a.length + key.b.length > this.#rules.maxPerKey) this.#evictOf(key);
  }

  #hold(event: HeldEvent): void {
    this.#heldEvents++;
    this.#heldBytes += event.end - event.start;
    if (!event.decided) this.#undecided[event.side]++;
    if (this.#rules.overflow === 'evict_oldest') this.#arrivals.push(event);
    const { key } = event;
    const higher = (event.ms - key.highMs) * 1e6 + (event.ns - key.highNs) > 0;
    if (higher) {
      key.highMs = event.ms;
      key.highNs = event.ns;
    }
    if (!key.scheduled) this.#scheduleClean(key);
    key.overdue = false;
  }

  #settled(event: HeldEvent, matched: boolean): void {
    event.decided = true;
    this.#undecided[event.side]--;
    if (this.#mode === 'live' && matched) this.counts[event.side].matched++;
  }

  #emit(lead: HeldEvent): void {
    if (this.#mode === 'live') this.#emitted.push(lead);
  }

  #decideBefore(boundMs: number, boundNs: number): void {
    const queue = this.#queue;
    while (queue.seekBefore(boundMs, boundNs)) {
      const { ms, ns } = queue;
      // At one moment everything is decided until nothing changes; only then does it leave, in order.
      do {
        this.#due.length = 0;
        this.#dueEvents.length = 0;
        queue.takeAll(ms, ns, this.#due);
        for (const item of this.#due) {
          if (item instanceof HeldEvent && !item.released) this.#dueEvents.push(item);
        }
        if (this.#dueEvents.length > 0) this.#matcher.decide(this.#dueEvents, ms, ns);
        for (const item of this.#due) if (item instanceof KeyState) this.#keyDue(item, ms, ns);
      } while (queue.seekBefore(boundMs, boundNs) && queue.ms === ms && queue.ns === ns);
      this.#flush();
    }
  }

  #flush(): void {
    const emitted = this.#emitted;
    if (emitted.length === 0) return;
    if (emitted.length > 1) emitted.sort(byOutputOrder);
    for (const event of emitted) {
      if (event.partner !== null) this.#sink.pair(event, event.partner, event.ordinal);
      else this.#sink.orphan(event, event.reason as OrphanReason, event.nearestNs);
    }
    emitted.length = 0;
  }

  #scheduleClean(key: KeyState): void {
    // A little later than need be: the second half of a connection, soon after the first, costs no second look.
    setMoment(key, key.highMs, key.highNs, this.#reachNs + Math.floor(this.#reachNs / 32));
    key.scheduled = true;
    this.#queue.push(key);
  }

  #keyDue(key: KeyState, ms: number, ns: number): void {
    if (!key.scheduled) return;
    key.scheduled = false;
    if ((ms - key.highMs) * 1e6 + (ns - key.highNs) < this.#reachNs) {
      this.#scheduleClean(key);
    } else if (key.empty) {
      this.#becomeClean(key, ms, ns);
    } else {
      key.overdue = true;
    }
  }

  /** Nothing of the key matters any more but the memory for reasons. */
  #becomeClean(key: KeyState, ms: number, ns: number): void {
    key.overdue = false;
    this.#recovery.becameClean(key);
    this.#memory.keep(key, ms, ns);
    this.#keys.delete(key);
  }

  #evictOldest(): void {
    if (this.#rules.overflow !== 'evict_oldest') return;
    const { maxHeldEvents, maxHeldBytes } = this.#rules;
    while (this.#heldEvents > maxHeldEvents || this.#heldBytes > maxHeldBytes) {
      const event = this.#arrivals.takeOldest();
      if (event === undefined) break;
      this.#evict(event);
    }
  }

  #evictOf(key: KeyState): void {
    const a = key.a[0];
    const b = key.b[0];
    const oldest = a === undefined ? b : b === undefined || gapNs(a, b) < 0 ? a : b;
    if (oldest !== undefined) this.#evict(oldest);
  }

  #evict(event: HeldEvent): void {
    this.#recovery.touched(event.key);
    this.#matcher.evict(event);
    this.#flush();
  }
}

/** Event time (a pair's is its A's), then A before B, then offset. */
function byOutputOrder(a: HeldEvent, b: HeldEvent): number {
  return gapNs(a, b) || a.side - b.side || compareEvents(a, b);
}
