import { type AppendBatch, isRefusal, type Producer } from '@logweave/event-log';
import { type Spool, SpoolError, type SpoolPosition } from '@logweave/intake';
import type { Clock } from '@logweave/model';
import type { PartitionEnds } from './partition-ends.ts';
import { encodeSpoolRecord } from './spool-record.ts';

/** How long to wait before a spool that refused an append is tried again, unless something has left it before. */
const RETRY_MS = 1_000;

/**
 * Where appends go. `log`: straight into it. `spool`: on the disk, behind what lies there. `wait`: nowhere until the last of
 * the spool is in the log.
 */
export type SpoolRoute = 'log' | 'spool' | 'wait';

/** Why nothing can be put into the spool. */
export type SpoolTrouble = 'spool_full' | 'spool_unwritable';

export interface SpooledProducerDeps {
  readonly producer: Producer;
  readonly spool: Spool;
  readonly clock: Clock;
  readonly ends: PartitionEnds;
  /** An append that the log has not acknowledged after so long goes to the spool, and so does what comes after it. */
  readonly stallMs: number;
  /** The log does not answer: nothing is given to it before the spool has been. */
  readonly isAway: boolean;
}

export interface SpooledProducerEvents {
  routed(route: SpoolRoute): void;
  /** Moves the spool into the log until it is empty. */
  drain(): void;
  /** So many records have come into the log without the spool. */
  appended(records: number): void;
  spooled(records: number): void;
  troubled(trouble: SpoolTrouble | null, error: Error | null): void;
  /** The log has refused for good what was given to it. */
  failed(error: Error): void;
}

/** An append that its caller waits for. */
interface Call {
  readonly batches: readonly AppendBatch[];
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
  /** `sent`: the log has it, and has not answered. */
  state: 'new' | 'sent' | 'acknowledged' | 'refused';
  /** Resolves once it is in the spool, or need not be. */
  readonly placed: PromiseWithResolvers<void>;
}

/**
 * A producer whose appends are taken once the log has acknowledged them or the spool has them on disk. The spool is used
 * when the log stands still, and then for everything until it is empty, so that the order stays.
 */
export class SpooledProducer {
  readonly #deps: SpooledProducerDeps;
  readonly #events: SpooledProducerEvents;
  readonly #sent = new Set<Call>();
  /** What is to be placed next, in its order. */
  readonly #queue: Call[] = [];
  #route: SpoolRoute;
  #trouble: SpoolTrouble | null = null;
  #isWriting = false;
  #writing: Promise<void> = Promise.resolve();
  #retry: AbortController | null = null;
  #cancelPressure: () => void = () => undefined;
  #cancelWait: () => void = () => undefined;
  /** What was on its way to the log when the spool began to be used. */
  #inDoubt: Call[] = [];
  #inDoubtEnd: SpoolPosition | null = null;
  /** The log has refused us in the middle of that: some of it may be there, so whoever sends the spool has to look. */
  #isUndecided = false;
  #whenAnswered: (() => void)[] = [];
  #refusal: Error | null = null;
  #closed = false;

  constructor(deps: SpooledProducerDeps, events: SpooledProducerEvents) {
    this.#deps = deps;
    this.#events = events;
    this.#route = deps.isAway || deps.spool.unreadBytes > 0 ? 'spool' : 'log';
  }

  get route(): SpoolRoute {
    return this.#route;
  }

  get trouble(): SpoolTrouble | null {
    return this.#trouble;
  }

  /** Sends what an earlier process has left. */
  start(): void {
    this.#events.routed(this.#route);
    if (this.#route === 'spool') this.#events.drain();
  }

  /** Resolves when the records are safe. Applied in the order of the calls. @throws EventLogError as the producer does */
  append(batches: readonly AppendBatch[]): Promise<void> {
    return new Promise((done, failed) => {
      this.#queue.push({ batches, done, failed, state: 'new', placed: Promise.withResolvers() });
      this.#place();
    });
  }

  /** More waits than may. Where that lasts, the log is too slow to be waited for. */
  pressed(): void {
    this.#cancelPressure();
    if (this.#route !== 'log') return;
    this.#cancelPressure = this.#deps.clock.schedule(this.#deps.stallMs, () => this.#beginSpooling());
  }

  relieved(): void {
    this.#cancelPressure();
  }

  /**
   * Resolves when the log has answered what was given to it directly. What it has acknowledged leaves the spool, unless it
   * has refused us meanwhile.
   * @throws Error when it cannot take some of it
   */
  async acknowledged(): Promise<void> {
    if (this.#sent.size > 0) await new Promise<void>((resolve) => this.#whenAnswered.push(resolve));
    await Promise.all(this.#inDoubt.map(({ placed }) => placed.promise));
    if (this.#refusal !== null) throw this.#refusal;
    if (this.#inDoubtEnd !== null && !this.#isUndecided) await this.#deps.spool.release(this.#inDoubtEnd);
    this.#isUndecided = false;
    this.#inDoubt = [];
    this.#inDoubtEnd = null;
  }

  /** Holds appends back until `resume`, or for as long as the log may take. Resolves when nothing is being written. */
  async hold(): Promise<void> {
    if (this.#route === 'spool') {
      this.#setRoute('wait');
      this.#cancelWait = this.#deps.clock.schedule(this.#deps.stallMs, () => {
        this.#setRoute('spool');
        this.#place();
      });
    }
    this.#retrySoon();
    await this.#writing;
  }

  /** The spool is empty: back to the log. False when something has been written since `hold`. */
  async resume(): Promise<boolean> {
    await this.#writing;
    if (this.#route !== 'wait' || this.#deps.spool.unreadBytes > 0) return false;
    this.#cancelWait();
    await this.#deps.spool.clear();
    this.#setTrouble(null, null);
    this.#setRoute('log');
    this.#place();
    return true;
  }

  /** There is more room in the spool. */
  released(): void {
    this.#retrySoon();
  }

  /** Takes nothing more. What is on its way to the log and not in the spool is waited for. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelPressure();
    this.#cancelWait();
    this.#retrySoon();
    await this.#writing;
    const closing = this.#deps.producer.close();
    // A log that does not answer would be waited for without end; what it was given lies in the spool, whatever comes of it.
    if (this.#sent.size === 0) await closing;
    else closing.catch(() => undefined);
    await this.#deps.spool.close();
  }

  #place(): void {
    if (this.#route === 'log') {
      for (const call of this.#queue.splice(0)) this.#send(call);
    } else if (this.#route === 'spool') {
      if (this.#isWriting) return;
      this.#isWriting = true;
      this.#writing = this.#write();
    }
  }

  #send(call: Call): void {
    const { producer, clock, stallMs, ends } = this.#deps;
    call.state = 'sent';
    this.#sent.add(call);
    const cancel = clock.schedule(stallMs, () => this.#beginSpooling());
    producer.append(call.batches).then(
      (baseOffsets) => {
        cancel();
        ends.appended(call.batches, baseOffsets);
        this.#answered(call, 'acknowledged');
        this.#events.appended(countRecords(call.batches));
        call.done();
      },
      (error: unknown) => {
        cancel();
        if (isRefusal(error) && !this.#closed) {
          this.#isUndecided = true;
          this.#beginSpooling();
          this.#answered(call, 'sent');
          return;
        }
        this.#refusal = asError(error);
        this.#answered(call, 'refused');
        call.failed(error);
        if (!this.#closed) this.#events.failed(this.#refusal);
      },
    );
  }

  #answered(call: Call, state: 'sent' | 'acknowledged' | 'refused'): void {
    call.state = state;
    this.#sent.delete(call);
    if (this.#sent.size > 0) return;
    this.#retrySoon();
    for (const resolve of this.#whenAnswered.splice(0)) resolve();
  }

  /** What the log has and does not acknowledge goes first, as it came first. */
  #beginSpooling(): void {
    if (this.#route !== 'log' || this.#closed) return;
    this.#cancelPressure();
    this.#inDoubt = [...this.#sent];
    this.#queue.push(...this.#inDoubt);
    this.#setRoute('spool');
    this.#place();
    this.#events.drain();
  }

  async #write(): Promise<void> {
    for (let call = this.#queue[0]; call !== undefined && this.#route === 'spool'; call = this.#queue[0]) {
      if (call.state === 'acknowledged' || (await this.#writeCall(call))) {
        this.#queue.shift();
        call.placed.resolve();
        call.done();
      } else if (this.#closed) {
        break;
      } else if (this.#isSpooling()) {
        this.#retry = new AbortController();
        await this.#deps.clock.sleep(RETRY_MS, this.#retry.signal);
        this.#retry = null;
      }
    }
    this.#isWriting = false;
  }

  async #writeCall({ batches, state }: Call): Promise<boolean> {
    const { spool, ends } = this.#deps;
    const payloads: Buffer[] = [];
    for (const { topic, partition, records } of batches) {
      const inDoubtFrom = state === 'sent' ? ends.of(topic, partition) : null;
      for (const record of records) payloads.push(encodeSpoolRecord({ topic, partition, record, inDoubtFrom }));
    }
    try {
      const end = await spool.append(payloads);
      if (state === 'sent') this.#inDoubtEnd = end;
    } catch (error) {
      const isFull = error instanceof SpoolError && error.code === 'full';
      this.#setTrouble(isFull ? 'spool_full' : 'spool_unwritable', asError(error));
      return false;
    }
    this.#setTrouble(null, null);
    this.#events.spooled(payloads.length);
    return true;
  }

  /** Asked anew after each wait. */
  #isSpooling(): boolean {
    return this.#route === 'spool';
  }

  #retrySoon(): void {
    this.#retry?.abort();
  }

  #setRoute(route: SpoolRoute): void {
    this.#route = route;
    this.#events.routed(route);
  }

  #setTrouble(trouble: SpoolTrouble | null, error: Error | null): void {
    if (trouble === this.#trouble) return;
    // Before it is: what was lost until now was lost for the reason that was.
    this.#events.troubled(trouble, error);
    this.#trouble = trouble;
  }
}

function countRecords(batches: readonly AppendBatch[]): number {
  return batches.reduce((sum, { records }) => sum + records.length, 0);
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
