import { Worker } from 'node:worker_threads';
import { CONTROL, type DatagramMessage, type DatagramWorkerData } from './datagram-protocol.ts';
import { AF_UNIX, type Libc, loadLibc, SOCK_DGRAM } from './libc.ts';
import { isPublished, type PublishedSocket, publishSocket, type SocketAccess, withdrawSocket } from './socket-path.ts';

export interface DatagramSocketOptions {
  readonly path: string;
  readonly access: SocketAccess;
  /** Longest datagram; the end of a longer one is cut off by the kernel. */
  readonly maxDatagramBytes: number;
  /** Bytes of blocks that are received and not released yet; beyond them datagrams are dropped and counted. */
  readonly maxQueuedBytes: number;
}

/** Datagrams that were received together, in their order. */
export interface DatagramBlock {
  /** The datagrams, each followed by a newline that is not part of it. The receiver's from here on. */
  readonly bytes: Buffer;
  readonly count: number;
  /** Bytes of datagram i that are here; fewer than `originalLength(i)` when it was cut off. */
  storedLength(i: number): number;
  originalLength(i: number): number;
  /** Makes room for further datagrams; call once, when the block is dealt with. */
  release(): void;
}

export interface DatagramSocketEvents {
  block(block: DatagramBlock): void;
  /** Receiving has ended for good. */
  failed(error: Error): void;
}

/**
 * A unix datagram socket. The kernel queues only ten datagrams for it (`net.unix.max_dgram_qlen`) and then blocks or
 * refuses senders, so a thread of its own does nothing but receive, and never waits for this one.
 */
export class UnixDatagramSocket {
  readonly #options: DatagramSocketOptions;
  readonly #events: DatagramSocketEvents;
  readonly #control = new Int32Array(new SharedArrayBuffer(4 * CONTROL.length));
  #open: { readonly libc: Libc; readonly fd: number; readonly published: PublishedSocket } | null = null;
  #exited: Promise<void> = Promise.resolve();

  constructor(options: DatagramSocketOptions, events: DatagramSocketEvents) {
    this.#options = options;
    this.#events = events;
  }

  /** @throws SocketPathError, or the system's error */
  async open(): Promise<void> {
    const { path, access } = this.#options;
    const libc = await loadLibc();
    const fd = libc.socket(AF_UNIX, SOCK_DGRAM);
    try {
      const published = await publishSocket(path, access, (temporaryPath) => libc.bind(fd, temporaryPath));
      this.#open = { libc, fd, published };
      Atomics.store(this.#control, CONTROL.stopping, 0);
      await this.#startWorker(fd);
    } catch (error) {
      if (this.#open !== null) withdrawSocket(this.#open.published);
      this.#open = null;
      libc.close(fd);
      throw error;
    }
  }

  /** False when the path no longer leads here, as after somebody has removed the file. */
  get isReachable(): boolean {
    return this.#open !== null && isPublished(this.#open.published);
  }

  /** Makes the path lead here again, once what was sent before is received. @throws as `open`, and may be called again then */
  async reopen(): Promise<void> {
    await this.stop();
    await this.open();
  }

  /** How many datagrams were dropped since the last call because the queue was full. */
  takeDropped(): number {
    return Atomics.exchange(this.#control, CONTROL.dropped, 0);
  }

  get queuedBytes(): number {
    return Atomics.load(this.#control, CONTROL.queuedBytes);
  }

  /**
   * Removes the path, refuses further datagrams (a sender gets EPIPE or ECONNREFUSED) and receives what the kernel has
   * taken. All blocks have been handed over when it resolves.
   */
  async stop(): Promise<void> {
    if (this.#open === null) return;
    const { libc, fd, published } = this.#open;
    this.#open = null;
    withdrawSocket(published);
    // In this order: the thread ends when nothing is left, and until this nothing keeps senders from adding to it.
    libc.shutdownRead(fd);
    Atomics.store(this.#control, CONTROL.stopping, 1);
    await this.#exited;
    libc.close(fd);
  }

  #startWorker(fd: number): Promise<void> {
    const { maxDatagramBytes, maxQueuedBytes } = this.#options;
    const workerData: DatagramWorkerData = { fd, maxDatagramBytes, maxQueuedBytes, control: this.#control };
    // Beside this file, whether that runs from its source or built.
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
    const worker = new Worker(new URL(`./datagram-worker.${extension}`, import.meta.url), { workerData });
    this.#exited = new Promise((resolve) => worker.once('exit', () => resolve()));
    return new Promise((resolve, reject) => {
      worker.on('message', (message: DatagramMessage) => {
        if (message.kind === 'ready') resolve();
        else this.#deliver(message);
      });
      worker.on('error', (error: Error) => {
        reject(error);
        if (this.#open !== null) this.#events.failed(error);
      });
    });
  }

  #deliver({ bytes, lengths, queuedBytes }: Extract<DatagramMessage, { kind: 'block' }>): void {
    this.#events.block({
      bytes: Buffer.from(bytes),
      count: lengths.length / 2,
      storedLength: (i) => lengths[2 * i] as number,
      originalLength: (i) => lengths[2 * i + 1] as number,
      release: () => void Atomics.sub(this.#control, CONTROL.queuedBytes, queuedBytes),
    });
  }
}
