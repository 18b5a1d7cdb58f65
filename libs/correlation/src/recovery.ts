import { decodeCommitMetadata, encodeCommitMetadata } from './commit-metadata.ts';
import { DirtyQueue } from './dirty-queue.ts';
import type { HeldEvent, SideIndex } from './held-event.ts';
import { decodeCheckpoint, encodeCheckpoint, type KeyCheckpoint } from './key-checkpoint.ts';
import type { KeyState } from './key-state.ts';
import type { KeyTable } from './key-table.ts';
import { type CorrelationRules, reachNs } from './rules.ts';
import type { Watermark } from './watermark.ts';

/** What a transaction commits: `offsets` where a successor begins to read, `metadata` the rest. In the order http, network. */
export interface CommitPoint {
  readonly offsets: readonly [number, number];
  readonly metadata: readonly [string, string];
}

/** A record of the state topic; null is a tombstone. */
export interface StateRecord {
  readonly key: string;
  readonly value: Buffer | null;
}

/** How far a successor may have to read again before long-lived keys are checkpointed instead. */
interface ReplayBound {
  readonly spanNs: number;
  readonly records: number;
  readonly bytes: number;
}

/** Twice the reach and at least 30 s, unless configured; two million records; 512 MiB. */
export function replayBound(rules: CorrelationRules): ReplayBound {
  const spanNs = rules.replaySpanNs ?? Math.max(2 * reachNs(rules), 30e9);
  return { spanNs, records: 2_000_000, bytes: 512 * 1024 * 1024 };
}

/**
 * What a task needs so that a successor goes on as if nothing had happened. Keys that are not clean stand in a queue;
 * the head's positions are the offsets to commit. A head that holds them back for too long, and a key that a late or
 * evicted event touched, is checkpointed.
 */
export class Recovery {
  readonly #watermark: Watermark;
  readonly #keys: KeyTable;
  readonly #bound: ReplayBound;
  readonly #textOf: (key: KeyState) => string;
  readonly #queue = new DirtyQueue();
  readonly #touched = new Set<KeyState>();
  readonly #tombstones = new Set<string>();
  readonly #next: [number, number] = [0, 0];
  #bytesRead = 0;
  /** While a predecessor's state is rebuilt: its records, and the keys seen with the positions of their first events. */
  #records: Map<string, Uint8Array> | null = null;
  #checkpoints = new Map<KeyState, KeyCheckpoint>();
  #rebuilt: KeyState[] = [];

  constructor(watermark: Watermark, keys: KeyTable, bound: ReplayBound, textOf: (key: KeyState) => string) {
    this.#watermark = watermark;
    this.#keys = keys;
    this.#bound = bound;
    this.#textOf = textOf;
  }

  get dirtyKeys(): number {
    return this.#queue.size;
  }

  /** Whether the event at this position was taken already. */
  hasTaken(side: SideIndex, offset: number): boolean {
    return offset < this.#next[side];
  }

  advanceTo(side: SideIndex, next: number, bytes: number): void {
    this.#next[side] = next;
    this.#bytesRead += bytes;
  }

  becameDirty(key: KeyState): void {
    key.dirty = true;
    this.#append(key);
  }

  becameClean(key: KeyState): void {
    key.dirty = false;
    this.#touched.delete(key);
    if (this.#records === null) this.#queue.remove(key);
    if (key.recorded) {
      key.recorded = false;
      this.#tombstones.add(this.#textOf(key));
    }
  }

  touched(key: KeyState): void {
    this.#touched.add(key);
  }

  takeStateRecords(): StateRecord[] {
    const records: StateRecord[] = [];
    for (const key of this.#touched) if (key.dirty) records.push(this.#checkpoint(key));
    this.#touched.clear();
    // Each checkpointed key goes to the end with today's positions, so the loop ends after one round at most.
    for (let left = this.#queue.size; left > 0; left--) {
      const head = this.#queue.head;
      if (head === null || !this.#holdsBackTooLong(head)) break;
      records.push(this.#checkpoint(head));
    }
    for (const key of this.#tombstones) {
      const state = this.#stateOfText(key);
      if (state === undefined || !state.recorded) records.push({ key, value: null });
    }
    this.#tombstones.clear();
    return records;
  }

  commitPoint(): CommitPoint {
    const head = this.#queue.head;
    const { ms, ns, inputs } = this.#watermark;
    const metadata = ([0, 1] as const).map((side) =>
      encodeCommitMetadata({
        next: this.#next[side],
        watermarkMs: ms,
        watermarkNs: ns,
        inputMs: inputs[side].ms,
        inputNs: inputs[side].ns,
      }),
    );
    return {
      offsets: head === null ? [this.#next[0], this.#next[1]] : [head.positionA, head.positionB],
      metadata: [metadata[0] as string, metadata[1] as string],
    };
  }

  /** Takes over the positions and times of a predecessor; answers the next positions. */
  begin(committed: CommitPoint): [number, number] {
    for (const side of [0, 1] as const) {
      const metadata = decodeCommitMetadata(committed.metadata[side]);
      this.#next[side] = metadata.next;
      this.#watermark.restore(side, metadata);
    }
    this.#records = new Map();
    return [this.#next[0], this.#next[1]];
  }

  /** Before the first event of the range. */
  load(key: string, value: Uint8Array | null): void {
    if (value === null) this.#records?.delete(key);
    else this.#records?.set(key, value);
  }

  /** Whether an event of the range counts: of a key with a record only from that record's positions on. */
  replays(key: KeyState, side: SideIndex, offset: number): boolean {
    this.#decodeRecords();
    if (!key.rebuilt) this.#meet(key);
    const checkpoint = this.#checkpoints.size === 0 ? undefined : this.#checkpoints.get(key);
    if (checkpoint !== undefined) {
      if (offset < (side === 0 ? checkpoint.positionA : checkpoint.positionB)) return false;
    } else if (side === 0) {
      key.positionA = Math.min(key.positionA, offset);
    } else {
      key.positionB = Math.min(key.positionB, offset);
    }
    key.dirty = true;
    return true;
  }

  /** The events of all records, those of keys included that the range did not name. */
  loadedEvents(): HeldEvent[] {
    this.#decodeRecords();
    const events: HeldEvent[] = [];
    for (const [key, checkpoint] of this.#checkpoints) {
      key.dirty = true;
      key.recorded = true;
      if ((checkpoint.highMs - key.highMs) * 1e6 + (checkpoint.highNs - key.highNs) > 0) {
        key.highMs = checkpoint.highMs;
        key.highNs = checkpoint.highNs;
      }
      key.positionA = checkpoint.positionA;
      key.positionB = checkpoint.positionB;
      events.push(...checkpoint.events);
    }
    return events;
  }

  /** The keys of the range and of the records. */
  get rebuiltKeys(): Iterable<KeyState> {
    return this.#rebuilt;
  }

  /** Builds the queue of what is not clean, so that its head is again behind everything that matters. */
  finish(): void {
    const dirty = this.#rebuilt.filter((key) => key.dirty);
    // A million keys of which one side is all that waits are in order already.
    if (dirty.some((key, i) => i > 0 && key.positionA < (dirty[i - 1] as KeyState).positionA)) {
      dirty.sort((a, b) => a.positionA - b.positionA);
    }
    let lowest = this.#next[1];
    for (let i = dirty.length - 1; i >= 0; i--) {
      const key = dirty[i] as KeyState;
      if (key.positionB < lowest) lowest = key.positionB;
      key.positionB = lowest;
    }
    this.#records = null;
    for (const key of dirty) {
      this.#queue.append(key, key.positionA, key.positionB);
      this.#stamp(key);
    }
    this.#checkpoints = new Map();
    this.#rebuilt = [];
  }

  /** All at once: to look for a record with each key of a range of millions costs more than its events. */
  #decodeRecords(): void {
    if (this.#records === null || this.#records.size === 0) return;
    for (const [text, value] of this.#records) {
      const key = this.#stateOfText(text) ?? this.#keys.addKeyText(text);
      if (!key.rebuilt) this.#meet(key);
      this.#checkpoints.set(key, decodeCheckpoint(value, key));
    }
    this.#records.clear();
  }

  #meet(key: KeyState): void {
    key.rebuilt = true;
    this.#rebuilt.push(key);
    key.positionA = this.#next[0];
    key.positionB = this.#next[1];
  }

  #stateOfText(text: string): KeyState | undefined {
    return this.#keys.findKeyText(text);
  }

  #append(key: KeyState): void {
    this.#queue.append(key, this.#next[0], this.#next[1]);
    this.#stamp(key);
  }

  #stamp(key: KeyState): void {
    key.sinceMs = this.#watermark.ms === Number.NEGATIVE_INFINITY ? key.highMs : this.#watermark.ms;
    key.sinceBytes = this.#bytesRead;
  }

  #holdsBackTooLong(head: KeyState): boolean {
    const { spanNs, records, bytes } = this.#bound;
    if ((this.#watermark.ms - head.sinceMs) * 1e6 > spanNs) return true;
    if (this.#bytesRead - head.sinceBytes > bytes) return true;
    const range = this.#next[0] - head.positionA + this.#next[1] - head.positionB;
    return range > Math.max(records, 2 * this.#queue.size);
  }

  #checkpoint(key: KeyState): StateRecord {
    const [positionA, positionB] = this.#next;
    this.#queue.remove(key);
    this.#append(key);
    key.recorded = true;
    return { key: this.#textOf(key), value: encodeCheckpoint(key, positionA, positionB, this.#watermark) };
  }
}
