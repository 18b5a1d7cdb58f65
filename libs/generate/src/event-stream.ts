import type { Side } from '@logweave/model';
import { ClientKeys } from './client-keys.ts';
import { LineWriter } from './line-writer.ts';
import { MinHeap } from './min-heap.ts';
import { Random } from './random.ts';
import { meanEventsPerConnection, type StreamOptions, streamOptions } from './stream-options.ts';

/** From the first packet to the first request: two round trips and the handshake's arithmetic. */
const HANDSHAKE_MEAN_MS = 20;
const US_PER_MS = 1000;

interface Connection {
  readonly id: number;
  readonly key: number;
  readonly client: number;
  requestsLeft: number;
  requestsDone: number;
}

interface Arrival {
  side: Side;
  connection: number;
  key: number;
  client: number;
  request: number;
  trueUs: number;
  arrivalUs: number;
}

/**
 * HTTP and network events of many connections in the order of arrival. One event at a time: `next`, then the fields
 * describe it and `writeLine` writes its line, so that a stream of any length costs no memory.
 */
export class EventStream {
  readonly options: StreamOptions;
  /** No line is longer, in bytes without newline. */
  readonly maxLineBytes: number;
  side: Side = 'A';
  /** The truth: events of one connection belong together. Counts from 0. */
  connection = 0;
  /** Requests of the connection before this one; -1 on a network event. */
  request = 0;
  /** The event's own time: whole milliseconds since the epoch and nanoseconds within. */
  timeMs = 0;
  timeNs = 0;
  /** When it arrives, milliseconds since the epoch, with a fraction. */
  arrivalMs = 0;
  /** Events so far, both sides. */
  count = 0;

  readonly #random: Random;
  readonly #keys: ClientKeys;
  readonly #writer: LineWriter;
  readonly #openEveryUs: number;
  readonly #endUs: number;
  readonly #active = new Slots<Connection>();
  readonly #requestsDue = new MinHeap();
  readonly #delayed = new Slots<Arrival>();
  readonly #arrivals = new MinHeap();
  readonly #current: Arrival = { side: 'A', connection: 0, key: 0, client: 0, request: 0, trueUs: 0, arrivalUs: 0 };
  #nextOpenUs: number;
  #connections = 0;
  #shiftMs = 0;

  /** @throws RangeError for options that make no sense */
  constructor(given: Partial<StreamOptions> = {}) {
    const options = streamOptions(given);
    this.options = options;
    this.#random = new Random(options.seed);
    this.#keys = new ClientKeys(this.#random, options.ipv6Share);
    this.#writer = new LineWriter(options.eventBytes);
    this.maxLineBytes = this.#writer.maxLineBytes;
    this.#openEveryUs = (meanEventsPerConnection(options) / options.ratePerSecond) * 1_000_000;
    this.#nextOpenUs = options.startMs * US_PER_MS;
    this.#endUs = (options.startMs + options.durationMs) * US_PER_MS;
  }

  /** Connections opened so far. */
  get connections(): number {
    return this.#connections;
  }

  /** Goes on to the next event; false at the end. */
  next(): boolean {
    const { maxEvents, disorderMs, skewMs } = this.options;
    if (maxEvents !== null && this.count >= maxEvents) return false;
    const event = disorderMs === 0 ? this.#nextByTime(this.#current) : this.#nextByArrival();
    if (event === null) return false;
    this.count++;
    this.side = event.side;
    this.connection = event.connection;
    this.request = event.request;
    const us = event.side === 'A' ? event.trueUs : event.trueUs + Math.round(skewMs * US_PER_MS);
    this.timeMs = Math.floor(us / US_PER_MS) + this.#shiftMs;
    this.timeNs = (us % US_PER_MS) * 1000 + this.#random.below(1000);
    this.arrivalMs = event.arrivalUs / US_PER_MS + this.#shiftMs;
    this.#current.key = event.key;
    this.#current.client = event.client;
    return true;
  }

  /** Writes the event's line without a newline at `at`, where `maxLineBytes` must be free; returns where it ends. */
  writeLine(target: Uint8Array, at: number): number {
    return this.#writer.write(target, at, {
      side: this.side,
      key: this.#current.key,
      timeMs: this.timeMs,
      timeNs: this.timeNs,
      id: this.count,
      request: this.request,
      client: this.#current.client,
      asked: this.#current.client + Math.max(0, this.request),
    });
  }

  /** Moves all later events by whole milliseconds, as when the world went on while nobody listened. */
  shift(byMs: number): void {
    this.#shiftMs += Math.round(byMs);
  }

  #nextByArrival(): Arrival | null {
    for (;;) {
      // Whatever comes later in time arrives later still, so that the earliest of those known is the next.
      const earliestUs = Math.min(this.#nextOpenUs, this.#requestsDue.topKey);
      if (this.#arrivals.size > 0 && (this.#arrivals.topKey <= earliestUs || earliestUs >= this.#endUs)) {
        return this.#delayed.take(this.#arrivals.pop());
      }
      const event: Arrival = { side: 'A', connection: 0, key: 0, client: 0, request: 0, trueUs: 0, arrivalUs: 0 };
      if (this.#nextByTime(event) === null) return null;
      event.arrivalUs += Math.floor(this.#random.unit() * this.options.disorderMs * US_PER_MS);
      this.#arrivals.push(event.arrivalUs, this.#delayed.add(event));
    }
  }

  /** The next event in the order of time, in `out`; opens connections on the way. */
  #nextByTime(out: Arrival): Arrival | null {
    for (;;) {
      const openUs = this.#nextOpenUs;
      const requestUs = this.#requestsDue.topKey;
      if (Math.min(openUs, requestUs) >= this.#endUs) return null;
      if (openUs > requestUs) {
        this.#request(out, requestUs);
        return out;
      }
      this.#nextOpenUs += Math.max(1, Math.round(this.#random.exponential(this.#openEveryUs)));
      if (this.#open(out, openUs)) return out;
    }
  }

  /** Opens a connection; true when the sensor sees it, and then the event is in `out`. */
  #open(out: Arrival, atUs: number): boolean {
    const random = this.#random;
    const { loneHttpShare, loneNetworkShare, portReuseShare } = this.options;
    const kind = random.unit();
    const key = this.#keys.take(random.unit() < portReuseShare);
    const client = random.below(1 << 20);
    const id = this.#connections++;
    const requests = kind < loneNetworkShare ? 0 : this.#drawRequests();
    if (requests === 0) this.#keys.release(key);
    else {
      const slot = this.#active.add({ id, key, client, requestsLeft: requests, requestsDone: 0 });
      this.#requestsDue.push(atUs + this.#wait(HANDSHAKE_MEAN_MS), slot);
    }
    if (kind >= 1 - loneHttpShare) return false;
    fill(out, 'B', id, key, client, -1, atUs);
    return true;
  }

  #request(out: Arrival, atUs: number): void {
    const slot = this.#requestsDue.pop();
    const connection = this.#active.at(slot);
    fill(out, 'A', connection.id, connection.key, connection.client, connection.requestsDone, atUs);
    connection.requestsDone++;
    connection.requestsLeft--;
    if (connection.requestsLeft > 0) {
      this.#requestsDue.push(atUs + this.#wait(this.options.thinkMs), slot);
    } else {
      this.#active.take(slot);
      this.#keys.release(connection.key);
    }
  }

  #wait(meanMs: number): number {
    return 1 + Math.round(this.#random.exponential(meanMs * US_PER_MS));
  }

  #drawRequests(): number {
    const { mean, max } = this.options.requests;
    if (mean <= 1) return 1;
    const more = Math.floor(Math.log(1 - this.#random.unit()) / Math.log(1 - 1 / mean));
    return Math.min(max, 1 + more);
  }
}

function fill(
  out: Arrival,
  side: Side,
  connection: number,
  key: number,
  client: number,
  request: number,
  trueUs: number,
): void {
  out.side = side;
  out.connection = connection;
  out.key = key;
  out.client = client;
  out.request = request;
  out.trueUs = trueUs;
  out.arrivalUs = trueUs;
}

/** Things under small integers, which are used again. */
class Slots<T> {
  readonly #things: (T | undefined)[] = [];
  readonly #free: number[] = [];

  add(thing: T): number {
    const slot = this.#free.pop() ?? this.#things.length;
    this.#things[slot] = thing;
    return slot;
  }

  at(slot: number): T {
    return this.#things[slot] as T;
  }

  take(slot: number): T {
    const thing = this.at(slot);
    this.#things[slot] = undefined;
    this.#free.push(slot);
    return thing;
  }
}
