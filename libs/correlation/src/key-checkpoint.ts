import type { EventTime } from '@logweave/model';
import { Connection, HeldEvent, type Lateness, type SideIndex } from './held-event.ts';
import type { KeyState } from './key-state.ts';

/** The state of one key as it stands in the state topic. */
export interface KeyCheckpoint {
  readonly positionA: number;
  readonly positionB: number;
  readonly highMs: number;
  readonly highNs: number;
  readonly events: readonly HeldEvent[];
}

const VERSION = 1;
const NO_BYTES = Buffer.alloc(0);
const HEAD_BYTES = 1 + 8 + 4 + 8 + 8 + 8 + 4 + 4;
const EVENT_BYTES = 1 + 2 + 8 * 7 + 4 * 6 + 4;

const FLAG = { windowMissed: 1, decided: 2, left: 4, opened: 8, expired: 16, connection: 32 } as const;

/** Everything about a key that its successor needs, bytes of the events included. */
export function encodeCheckpoint(
  key: KeyState,
  positionA: number,
  positionB: number,
  watermark: { ms: number; ns: number },
): Buffer {
  const events = [...key.a, ...key.b];
  const size = events.reduce((sum, event) => sum + EVENT_BYTES + event.end - event.start, HEAD_BYTES);
  const out = new Cursor(Buffer.alloc(size));
  out.u8(VERSION);
  out.time(watermark.ms, watermark.ns);
  out.f64(positionA);
  out.f64(positionB);
  out.time(key.highMs, key.highNs);
  out.u32(events.length);
  for (const event of events) writeEvent(out, event);
  return out.written;
}

/** @throws Error when the bytes are not a checkpoint of this version. */
export function decodeCheckpoint(value: Uint8Array, key: KeyState): KeyCheckpoint {
  const input = new Cursor(Buffer.from(value.buffer, value.byteOffset, value.byteLength));
  const version = input.readU8();
  if (version !== VERSION) throw new Error(`a checkpoint of version ${version}, where ${VERSION} was expected`);
  const watermark = input.readTime();
  const positionA = input.readF64();
  const positionB = input.readF64();
  const high = input.readTime();
  const events: HeldEvent[] = [];
  for (let left = input.readU32(); left > 0; left--) {
    const event = readEvent(input, key);
    // No moment of a loaded key counts as earlier than the watermark of its record.
    const { floor } = event;
    if (floor === null || (watermark.ms - floor.ms) * 1e6 + (watermark.ns - floor.ns) > 0) event.floor = watermark;
    events.push(event);
  }
  return { positionA, positionB, highMs: high.ms, highNs: high.ns, events };
}

function writeEvent(out: Cursor, event: HeldEvent): void {
  out.u8(event.side);
  out.u8(event.late);
  out.u8(
    (event.windowMissed ? FLAG.windowMissed : 0) |
      (event.decided ? FLAG.decided : 0) |
      (event instanceof Connection ? flagsOf(event) : 0),
  );
  out.time(event.ms, event.ns);
  out.f64(event.offset);
  out.f64(event.arrivalMs);
  writeMaybeTime(out, event.floor);
  if (event instanceof Connection) {
    out.time(event.lastMs, event.lastNs);
    writeMaybeTime(out, event.kept);
    out.u32(event.requests);
  }
  out.blob(event.bytes.subarray(event.start, event.end));
}

function readEvent(input: Cursor, key: KeyState): HeldEvent {
  const side = input.readU8() as SideIndex;
  const late = input.readU8() as Lateness;
  const flags = input.readU8();
  const time = input.readTime();
  const offset = input.readF64();
  const arrivalMs = input.readF64();
  const floor = readMaybeTime(input);
  const event = new ((flags & FLAG.connection) === 0 ? HeldEvent : Connection)(
    side,
    key,
    time.ms,
    time.ns,
    offset,
    arrivalMs,
    NO_BYTES,
    0,
    0,
  );
  event.late = late;
  event.windowMissed = (flags & FLAG.windowMissed) !== 0;
  event.decided = (flags & FLAG.decided) !== 0;
  event.floor = floor;
  if (event instanceof Connection) {
    event.left = (flags & FLAG.left) !== 0;
    event.opened = (flags & FLAG.opened) !== 0;
    event.expired = (flags & FLAG.expired) !== 0;
    const last = input.readTime();
    event.lastMs = last.ms;
    event.lastNs = last.ns;
    event.kept = readMaybeTime(input);
    event.requests = input.readU32();
  }
  event.bytes = input.readBlob();
  event.end = event.bytes.length;
  return event;
}

function flagsOf(connection: Connection): number {
  return (
    FLAG.connection |
    (connection.left ? FLAG.left : 0) |
    (connection.opened ? FLAG.opened : 0) |
    (connection.expired ? FLAG.expired : 0)
  );
}

/** A moment that need not be there; minus infinity stands for none. */
function writeMaybeTime(out: Cursor, time: EventTime | null): void {
  out.time(time?.ms ?? Number.NEGATIVE_INFINITY, time?.ns ?? 0);
}

function readMaybeTime(input: Cursor): EventTime | null {
  const time = input.readTime();
  return time.ms === Number.NEGATIVE_INFINITY ? null : time;
}

/** Writes or reads one field after the other. Reading past the end throws, as Buffer does. */
class Cursor {
  readonly bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  get written(): Buffer {
    return this.bytes.subarray(0, this.#at);
  }

  u8(value: number): void {
    this.#at = this.bytes.writeUInt8(value, this.#at);
  }

  u32(value: number): void {
    this.#at = this.bytes.writeUInt32LE(value, this.#at);
  }

  f64(value: number): void {
    this.#at = this.bytes.writeDoubleLE(value, this.#at);
  }

  time(ms: number, ns: number): void {
    this.f64(ms);
    this.u32(ns);
  }

  blob(value: Uint8Array): void {
    this.u32(value.length);
    this.bytes.set(value, this.#at);
    this.#at += value.length;
  }

  readU8(): number {
    return this.bytes.readUInt8(this.#at++);
  }

  readU32(): number {
    this.#at += 4;
    return this.bytes.readUInt32LE(this.#at - 4);
  }

  readF64(): number {
    this.#at += 8;
    return this.bytes.readDoubleLE(this.#at - 8);
  }

  readTime(): { ms: number; ns: number } {
    return { ms: this.readF64(), ns: this.readU32() };
  }

  readBlob(): Buffer {
    const length = this.readU32();
    if (this.#at + length > this.bytes.length) throw new Error('a checkpoint ends in the middle of an event');
    this.#at += length;
    return this.bytes.subarray(this.#at - length, this.#at);
  }
}
