import { connect, type Socket } from 'node:net';
import type { Clock } from '@logweave/model';

/** Between attempts to reach a socket that nobody listens on. */
const RECONNECT_MS = 50;

export interface SocketSenderOptions {
  /** A unix stream socket. */
  readonly path: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Whether a connection that breaks or cannot be made is tried again until it can be, or the signal aborts. */
  readonly reconnect: boolean;
}

/** What went into a socket. There is no word from the other end: written is not received. */
export interface SentCounts {
  lines: number;
  bytes: number;
  /** Lines of writes that broke off; the kernel may have taken any part of them. */
  linesBrokenOff: number;
  connections: number;
}

/** Writes whole lines to a unix stream socket and waits while the reader is slower. */
export class SocketSender {
  readonly counts: SentCounts = { lines: 0, bytes: 0, linesBrokenOff: 0, connections: 0 };
  readonly #options: SocketSenderOptions;
  #socket: Socket | null = null;

  constructor(options: SocketSenderOptions) {
    this.#options = options;
  }

  /**
   * Resolves when the kernel has taken the lines, or when they were given up with the connection (with `reconnect`).
   * @throws the system's error without `reconnect`
   */
  async write(chunk: Uint8Array, lines: number): Promise<void> {
    const socket = await this.#connected();
    if (socket === null) {
      this.counts.linesBrokenOff += lines;
      return;
    }
    const error = await new Promise<Error | null>((resolve) => {
      const closed = (): void => resolve(new Error('the connection was closed'));
      socket.once('close', closed);
      socket.write(chunk, (error) => {
        socket.off('close', closed);
        resolve(error ?? null);
      });
    });
    if (error === null) {
      this.counts.lines += lines;
      this.counts.bytes += chunk.length;
      return;
    }
    this.counts.linesBrokenOff += lines;
    socket.destroy();
    this.#socket = null;
    if (!this.#options.reconnect) throw error;
  }

  /** Ends the connection and waits until the other end has been told. */
  async end(): Promise<void> {
    const socket = this.#socket;
    this.#socket = null;
    if (socket === null || socket.destroyed) return;
    await new Promise<void>((resolve) => {
      socket.once('close', () => resolve());
      socket.end(() => socket.destroy());
    });
  }

  /** The connection, made anew where need be; null when the signal has aborted. */
  async #connected(): Promise<Socket | null> {
    const { path, clock, signal, reconnect } = this.#options;
    if (this.#socket?.destroyed) this.#socket = null;
    while (this.#socket === null) {
      if (signal.aborted) return null;
      try {
        this.#socket = await open(path);
        this.counts.connections++;
      } catch (error) {
        if (!reconnect) throw error;
        await clock.sleep(RECONNECT_MS, signal);
      }
    }
    return this.#socket;
  }
}

function open(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ path });
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      // What goes wrong later shows in the write that meets it, and in `destroyed`.
      socket.on('error', () => socket.destroy());
      // The other end never says anything; reading is how its going away is noticed.
      socket.resume();
      resolve(socket);
    });
  });
}
