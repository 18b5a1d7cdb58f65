import { type Clock, type Side, SIDES } from '@logweave/model';
import type { EventStream } from './event-stream.ts';
import { type SentCounts, SocketSender } from './socket-sender.ts';

/** How finely the pace is kept. */
const TICK_MS = 5;
/** Of one side in one write; about what a unix socket holds. */
const CHUNK_BYTES = 128 * 1024;
const NEWLINE = 10;
const NEVER = new AbortController().signal;

export interface SendPacedOptions {
  /** Sent at the pace of its arrivals. Its `startMs` should be the wall clock's now. */
  readonly stream: EventStream;
  /** Paths of the unix stream sockets. */
  readonly httpSocket: string;
  readonly networkSocket: string;
  readonly clock: Clock;
  readonly signal?: AbortSignal;
  /** Whether to wait for sockets that are away and to go on after a connection broke. Default false: then it throws. */
  readonly reconnect?: boolean;
  /**
   * When the receiver was away or slow for longer than this, the time is left out and later events are moved on: event
   * times stay at the wall clock's. Infinity: everything is sent late instead. Default 1,000.
   */
  readonly maxBehindMs?: number;
  /** About once a second. */
  readonly progress?: (progress: SendProgress) => void;
}

export interface SendProgress {
  readonly lines: number;
  /** Of the stream's time. */
  readonly elapsedMs: number;
  readonly durationMs: number;
}

export interface SendSummary {
  readonly http: Readonly<SentCounts>;
  readonly network: Readonly<SentCounts>;
  readonly elapsedMs: number;
  /** Time left out because the receiver was away or slow. */
  readonly leftOutMs: number;
}

/**
 * Sends a stream into two sockets at its own pace, one connection each. Resolves at its end or when the signal aborts.
 * @throws the system's error when a socket cannot be reached or breaks, without `reconnect`
 */
export async function sendPaced(options: SendPacedOptions): Promise<SendSummary> {
  const { stream, clock, reconnect = false, maxBehindMs = 1000, signal = NEVER } = options;
  const senderOf = (path: string): SocketSender => new SocketSender({ path, clock, signal, reconnect });
  const lanes: Readonly<Record<Side, Lane>> = {
    A: new Lane(senderOf(options.httpSocket), stream.maxLineBytes),
    B: new Lane(senderOf(options.networkSocket), stream.maxLineBytes),
  };
  const begunMs = clock.monotonicMs();
  const { startMs, durationMs } = stream.options;
  let leftOutMs = 0;
  let reportedMs = 0;
  let more = stream.next();
  while (more && !signal.aborted) {
    const nowMs = startMs + clock.monotonicMs() - begunMs;
    if (nowMs - stream.arrivalMs > maxBehindMs) {
      const behindMs = Math.floor(nowMs - stream.arrivalMs);
      stream.shift(behindMs);
      leftOutMs += behindMs;
    }
    while (more && stream.arrivalMs <= nowMs && lanes.A.hasRoom && lanes.B.hasRoom) {
      lanes[stream.side].add(stream);
      more = stream.next();
    }
    await Promise.all(SIDES.map((side) => lanes[side].flush()));
    if (nowMs - startMs - reportedMs >= 1000) {
      reportedMs = nowMs - startMs;
      options.progress?.({ lines: stream.count, elapsedMs: reportedMs - leftOutMs, durationMs });
    }
    if (more && stream.arrivalMs > nowMs) await clock.sleep(Math.min(stream.arrivalMs - nowMs, TICK_MS), signal);
  }
  await Promise.all(SIDES.map((side) => lanes[side].sender.end()));
  return {
    http: lanes.A.sender.counts,
    network: lanes.B.sender.counts,
    elapsedMs: clock.monotonicMs() - begunMs,
    leftOutMs,
  };
}

/** Lines of one side on their way to its socket. */
class Lane {
  readonly sender: SocketSender;
  readonly #maxLineBytes: number;
  readonly #chunk: Buffer;
  #length = 0;
  #lines = 0;

  constructor(sender: SocketSender, maxLineBytes: number) {
    this.sender = sender;
    this.#maxLineBytes = maxLineBytes;
    this.#chunk = Buffer.allocUnsafe(Math.max(CHUNK_BYTES, maxLineBytes + 1));
  }

  get hasRoom(): boolean {
    return this.#chunk.length - this.#length > this.#maxLineBytes;
  }

  add(stream: EventStream): void {
    this.#length = stream.writeLine(this.#chunk, this.#length);
    this.#chunk[this.#length++] = NEWLINE;
    this.#lines++;
  }

  async flush(): Promise<void> {
    if (this.#lines === 0) return;
    await this.sender.write(this.#chunk.subarray(0, this.#length), this.#lines);
    this.#length = 0;
    this.#lines = 0;
  }
}
