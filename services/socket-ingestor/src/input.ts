import {
  UnixDatagramSocket,
  type DatagramBlock,
  type LineLimits,
  LineSplitter,
  UnixStreamServer,
} from '@logweave/intake';
import { type Clock, LIMITS } from '@logweave/model';
import type { SocketConfig } from './config.ts';
import type { LineIntake } from './line-intake.ts';
import type { DatagramLossReason, IngestorMetrics } from './metrics.ts';

const NEWLINE = 10;
const LINE_LIMITS: LineLimits = { maxLineBytes: LIMITS.sourceLineBytes, previewBytes: LIMITS.deadLetterPreviewBytes };
/** Connections that may wait for their turn: each holds a descriptor, and nothing else to speak of. */
const MAX_WAITING_CONNECTIONS = 1024;

/** One socket of the ingestor. */
export interface Input {
  readonly name: string;
  readonly path: string;
  /** False when somebody has removed or replaced the socket file, so that new senders cannot come here. */
  readonly isReachable: boolean;
  /** @throws SocketPathError, or the system's error */
  open(): Promise<void>;
  /** Makes the path lead here again. @throws as `open` */
  reopen(): Promise<void>;
  pause(): void;
  resume(): void;
  /** Takes nothing new, reads what the kernel holds, and resolves when all of it was taken in or `grace` resolves. */
  stop(grace: Promise<void>): Promise<void>;
  /** Brings what is counted elsewhere up to date. */
  refresh(): void;
}

export interface InputDeps {
  readonly clock: Clock;
  readonly intake: LineIntake;
  readonly metrics: IngestorMetrics;
  /** Receiving has ended for good. */
  failed(error: Error): void;
  /** Why datagrams that do not fit are lost at present. */
  lossReason(): DatagramLossReason;
  /** The system refuses a connection, as for want of descriptors; receiving goes on. */
  refused(error: Error): void;
}

export function createInput(config: SocketConfig, deps: InputDeps): Input {
  return config.type === 'stream' ? new StreamInput(config, deps) : new DatagramInput(config, deps);
}

class StreamInput implements Input {
  readonly name: string;
  readonly path: string;
  readonly #deps: InputDeps;
  readonly #server: UnixStreamServer;
  #countedAccepted = 0;
  #countedRefused = 0;

  constructor(config: SocketConfig, deps: InputDeps) {
    this.#deps = deps;
    this.name = config.name;
    this.path = config.path;
    this.#server = new UnixStreamServer(
      {
        path: config.path,
        access: config,
        maxConnections: config.maxConnections,
        maxWaitingConnections: MAX_WAITING_CONNECTIONS,
      },
      {
        accept: () => {
          const { clock, intake } = deps;
          const splitter = new LineSplitter(LINE_LIMITS, intake);
          return {
            data: (chunk) => {
              intake.arrivalMs = clock.wallMs();
              splitter.push(chunk);
              settle(deps, config.name);
            },
            end: () => {
              intake.arrivalMs = clock.wallMs();
              splitter.end();
              settle(deps, config.name);
            },
          };
        },
        acceptFailed: (error) => deps.refused(error),
      },
    );
  }

  get isReachable(): boolean {
    return this.#server.isReachable;
  }

  open(): Promise<void> {
    return this.#server.listen();
  }

  reopen(): Promise<void> {
    return this.#server.reopen();
  }

  pause(): void {
    this.#server.connections.pause();
  }

  resume(): void {
    this.#server.connections.resume();
  }

  stop(grace: Promise<void>): Promise<void> {
    return this.#server.stop(grace);
  }

  refresh(): void {
    const { metrics } = this.#deps;
    const { accepted, refused, connections, waitingConnections } = this.#server.connections;
    const socket = this.name;
    metrics.connectionsAccepted.inc({ socket }, accepted - this.#countedAccepted);
    metrics.connectionsRefused.inc({ socket }, refused - this.#countedRefused);
    this.#countedAccepted = accepted;
    this.#countedRefused = refused;
    metrics.connections.set({ socket, state: 'reading' }, connections);
    metrics.connections.set({ socket, state: 'waiting' }, waitingConnections);
  }
}

class DatagramInput implements Input {
  readonly name: string;
  readonly path: string;
  readonly #deps: InputDeps;
  readonly #socket: UnixDatagramSocket;
  readonly #splitter: LineSplitter;
  // Blocks that came while paused; the socket bounds them, as they are released only when they are taken in.
  readonly #waiting: DatagramBlock[] = [];
  #paused = false;
  #whenTakenIn: (() => void) | null = null;

  constructor(config: SocketConfig, deps: InputDeps) {
    this.#deps = deps;
    this.name = config.name;
    this.path = config.path;
    this.#splitter = new LineSplitter(LINE_LIMITS, deps.intake);
    this.#socket = new UnixDatagramSocket(
      {
        path: config.path,
        access: config,
        maxDatagramBytes: config.maxDatagramBytes,
        maxQueuedBytes: config.maxQueuedBytes,
      },
      {
        block: (block) => {
          if (this.#paused) this.#waiting.push(block);
          else this.#takeIn(block);
        },
        failed: (error) => deps.failed(error),
      },
    );
  }

  get isReachable(): boolean {
    return this.#socket.isReachable;
  }

  open(): Promise<void> {
    return this.#socket.open();
  }

  reopen(): Promise<void> {
    return this.#socket.reopen();
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    for (let block = this.#waiting.shift(); block !== undefined; block = this.#waiting.shift()) {
      this.#takeIn(block);
      // Taking in may have filled the queue again.
      if (this.#isPaused()) return;
    }
    this.#whenTakenIn?.();
  }

  async stop(grace: Promise<void>): Promise<void> {
    await this.#socket.stop();
    if (this.#waiting.length > 0) {
      await Promise.race([new Promise<void>((resolve) => (this.#whenTakenIn = resolve)), grace]);
    }
    for (const block of this.#waiting.splice(0)) {
      this.#deps.metrics.datagramsLost.inc({ socket: this.name, reason: 'grace_over' }, block.count);
    }
    this.refresh();
  }

  refresh(): void {
    const dropped = this.#socket.takeDropped();
    this.#deps.metrics.datagramsLost.inc({ socket: this.name, reason: this.#deps.lossReason() }, dropped);
  }

  #isPaused(): boolean {
    return this.#paused;
  }

  #takeIn(block: DatagramBlock): void {
    const { intake, clock } = this.#deps;
    intake.arrivalMs = clock.wallMs();
    let from = 0;
    for (let i = 0; i < block.count; i++) {
      const stored = block.storedLength(i);
      const end = from + stored;
      if (stored === block.originalLength(i)) {
        // With the newline behind it, so that the splitter carries nothing.
        this.#splitter.push(block.bytes, from, end + 1);
      } else {
        const lineStart = Math.max(from, block.bytes.lastIndexOf(NEWLINE, end - 1) + 1);
        this.#splitter.push(block.bytes, from, lineStart);
        intake.truncated(block.bytes.subarray(lineStart, end), block.originalLength(i), stored);
      }
      this.#splitter.end();
      from = end + 1;
    }
    block.release();
    settle(this.#deps, this.name);
  }
}

/** Moves what one chunk has counted to the metrics: once a chunk, as counters are too slow for once a line. */
function settle({ intake, metrics }: InputDeps, socket: string): void {
  const { tally } = intake;
  if (tally.lines === 0) return;
  metrics.lines.inc({ socket }, tally.lines);
  metrics.bytes.inc({ socket }, tally.bytes);
  if (tally.futureTimestamps > 0) metrics.futureTimestamps.inc({ socket }, tally.futureTimestamps);
  for (const [reason, count] of tally.deadLetters) metrics.deadLetters.inc({ socket, reason }, count);
  tally.lines = 0;
  tally.bytes = 0;
  tally.futureTimestamps = 0;
  tally.deadLetters.clear();
}
