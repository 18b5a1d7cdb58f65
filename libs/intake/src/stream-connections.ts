import type { Socket } from 'node:net';
import { loadLibc } from './libc.ts';

/** Since a timer for each connection would be set anew with each chunk, idle ones are looked for so many times in their time. */
const IDLE_CHECKS = 4;

/** What becomes of one connection's bytes. Each call is made once the one before has returned. */
export interface StreamReceiver {
  /** The chunk is the receiver's from here on. */
  data(chunk: Buffer): void;
  /** The connection has ended, in whatever way; called once, last. */
  end(): void;
}

/** A connection as its receiver sees it. */
export interface StreamConnection {
  /** The sender's address; null on a unix socket. */
  readonly peer: string | null;
  /** Reads nothing more and cuts it off. */
  close(): void;
}

/** What of a clock connections need. */
export interface IdleTimer {
  monotonicMs(): number;
  schedule(delayMs: number, run: () => void): () => void;
}

export interface ConnectionLimits {
  /**
   * Connections that are read at the same time. Further ones are accepted and wait unread, so that their senders block
   * as soon as the kernel's buffer is full.
   */
  readonly maxConnections: number;
  /** Connections that may wait so; beyond them the kernel's queue fills and then new ones are closed at once. */
  readonly maxWaitingConnections: number;
  /** A connection that is read and brings nothing for so long is closed. Without it none is. */
  readonly idle?: { readonly timeoutMs: number; readonly clock: IdleTimer };
}

interface Reading {
  readonly receiver: StreamReceiver;
  lastMs: number;
}

/** The connections of one server: as many as may be are read, the others wait for their turn. */
export class StreamConnections {
  readonly #limits: ConnectionLimits;
  readonly #accept: (connection: StreamConnection) => StreamReceiver;
  readonly #reading = new Map<Socket, Reading>();
  readonly #waiting: Socket[] = [];
  #accepted = 0;
  #refused = 0;
  #idled = 0;
  #paused = false;
  #stopping = false;
  #whenEmpty: (() => void) | null = null;
  #cancelIdleCheck: () => void = () => undefined;

  constructor(limits: ConnectionLimits, accept: (connection: StreamConnection) => StreamReceiver) {
    this.#limits = limits;
    this.#accept = accept;
    this.#checkIdleLater();
  }

  /** Connections that are being read. */
  get connections(): number {
    return this.#reading.size;
  }

  get waitingConnections(): number {
    return this.#waiting.length;
  }

  /** Connections accepted since the start. */
  get accepted(): number {
    return this.#accepted;
  }

  /** Connections closed at once since the start, as too many waited. */
  get refused(): number {
    return this.#refused;
  }

  /** Connections closed since the start, as they had brought nothing for too long. */
  get idled(): number {
    return this.#idled;
  }

  add(socket: Socket): void {
    this.#accepted++;
    // The end of a connection is the same to us whatever its cause; 'close' follows.
    socket.on('error', () => undefined);
    this.#waiting.push(socket);
    if (this.#reading.size < this.#limits.maxConnections) this.#readNext();
  }

  /** One was closed by the system before it came here. */
  countRefused(): void {
    this.#refused++;
  }

  /** Reads nothing more, so that senders block. A chunk that was on its way may still come. */
  pause(): void {
    this.#paused = true;
    for (const socket of this.#reading.keys()) socket.pause();
  }

  resume(): void {
    this.#paused = false;
    for (const [socket, reading] of this.#reading) {
      reading.lastMs = this.#nowMs();
      socket.resume();
    }
  }

  /** Senders that have connected already have been promised to be read; the loop accepts one or more a turn. */
  async acceptBacklog(): Promise<void> {
    for (let quietTurns = 0; quietTurns < 3; ) {
      const before = this.#accepted + this.#refused;
      await new Promise((resolve) => setImmediate(resolve));
      quietTurns = this.#accepted + this.#refused === before ? quietTurns + 1 : 0;
    }
  }

  /**
   * Ends writing on all connections (the sender of a unix socket gets EPIPE from then on) and reads what the kernel has
   * taken from them, until all have ended or `grace` resolves; then the rest is cut off. Does not read while paused.
   */
  async stop(grace: Promise<void>): Promise<void> {
    this.#stopping = true;
    this.#cancelIdleCheck();
    while (this.#waiting.length > 0) this.#readNext();
    await this.#endWriting();
    await Promise.race([this.#empty(), grace]);
    for (const socket of this.#reading.keys()) cutOff(socket);
    await this.#empty();
  }

  #readNext(): void {
    const socket = this.#waiting.shift();
    if (socket === undefined) return;
    const receiver = this.#accept({ peer: socket.remoteAddress ?? null, close: () => socket.destroy() });
    const reading: Reading = { receiver, lastMs: this.#nowMs() };
    this.#reading.set(socket, reading);
    socket.on('data', (chunk: Buffer) => {
      if (socket.destroyed) return;
      reading.lastMs = this.#nowMs();
      receiver.data(chunk);
    });
    socket.once('close', () => this.#closed(socket, receiver));
    if (socket.destroyed) this.#closed(socket, receiver);
    else if (!this.#paused) socket.resume();
    else socket.pause();
  }

  #closed(socket: Socket, receiver: StreamReceiver): void {
    if (!this.#reading.delete(socket)) return;
    receiver.end();
    if (!this.#stopping) this.#readNext();
    if (this.#reading.size === 0) this.#whenEmpty?.();
  }

  async #endWriting(): Promise<void> {
    if (this.#reading.size === 0) return;
    const libc = await loadLibc();
    for (const socket of this.#reading.keys()) {
      const fd = descriptorOf(socket);
      if (fd !== null) libc.shutdownRead(fd);
    }
  }

  #empty(): Promise<void> {
    if (this.#reading.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const before = this.#whenEmpty;
      this.#whenEmpty = (): void => {
        before?.();
        resolve();
      };
    });
  }

  #nowMs(): number {
    return this.#limits.idle?.clock.monotonicMs() ?? 0;
  }

  #checkIdleLater(): void {
    const { idle } = this.#limits;
    if (idle === undefined) return;
    this.#cancelIdleCheck = idle.clock.schedule(idle.timeoutMs / IDLE_CHECKS, () => {
      // While nothing is read it is not the senders that are idle.
      if (!this.#paused) this.#closeIdle(idle.clock.monotonicMs() - idle.timeoutMs);
      this.#checkIdleLater();
    });
  }

  #closeIdle(sinceMs: number): void {
    for (const [socket, { lastMs }] of this.#reading) {
      if (lastMs > sinceMs) continue;
      this.#idled++;
      socket.destroy();
    }
  }
}

function cutOff(socket: Socket): void {
  // What Node has read already still goes to the receiver: `read` emits it as data.
  socket.pause();
  while (socket.read() !== null);
  socket.destroy();
}

/** Node keeps the descriptor of a socket to itself; without it the end of writing waits for the grace. */
function descriptorOf(socket: Socket): number | null {
  const { _handle: handle } = socket as unknown as { readonly _handle?: { readonly fd?: number } | null };
  return handle?.fd !== undefined && handle.fd >= 0 ? handle.fd : null;
}
