import { Worker } from 'node:worker_threads';
import { ADDRESS_BYTES, CONTROL, type DatagramMessage, type DatagramWorkerData } from './datagram-protocol.ts';

export interface DatagramLimits {
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
  /** The IP address that datagram i came from, 4 or 16 bytes; null on a unix socket. */
  sender(i: number): Uint8Array | null;
  /** Makes room for further datagrams; call once, when the block is dealt with. */
  release(): void;
}

export interface DatagramSocketEvents {
  block(block: DatagramBlock): void;
  /** Receiving has ended for good. */
  failed(error: Error): void;
}

/** Receives the datagrams of a socket in a thread of its own, which does nothing else and never waits for this one. */
export class DatagramReceiver {
  readonly #limits: DatagramLimits;
  readonly #withSenders: boolean;
  readonly #events: DatagramSocketEvents;
  readonly #control = new Int32Array(new SharedArrayBuffer(4 * CONTROL.length));
  #running = false;
  #exited: Promise<void> = Promise.resolve();

  constructor(limits: DatagramLimits, withSenders: boolean, events: DatagramSocketEvents) {
    this.#limits = limits;
    this.#withSenders = withSenders;
    this.#events = events;
  }

  /** How many datagrams were dropped since the last call because the queue was full. */
  takeDropped(): number {
    return Atomics.exchange(this.#control, CONTROL.dropped, 0);
  }

  get queuedBytes(): number {
    return Atomics.load(this.#control, CONTROL.queuedBytes);
  }

  /** @throws Error when the thread cannot start */
  async start(fd: number): Promise<void> {
    Atomics.store(this.#control, CONTROL.stopping, 0);
    const { maxDatagramBytes, maxQueuedBytes } = this.#limits;
    const withSenders = this.#withSenders;
    const workerData: DatagramWorkerData = {
      fd,
      maxDatagramBytes,
      maxQueuedBytes,
      withSenders,
      control: this.#control,
    };
    // Beside this file, whether that runs from its source or built.
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
    const worker = new Worker(new URL(`./datagram-worker.${extension}`, import.meta.url), { workerData });
    this.#running = true;
    this.#exited = new Promise((resolve) => worker.once('exit', () => resolve()));
    await new Promise<void>((resolve, reject) => {
      worker.on('message', (message: DatagramMessage) => {
        if (message.kind === 'ready') resolve();
        else this.#deliver(message);
      });
      worker.on('error', (error: Error) => {
        reject(error);
        if (this.#running) this.#events.failed(error);
      });
    });
  }

  /**
   * Ends when the kernel has nothing more; all blocks have been handed over when it resolves. Whoever calls has made sure that
   * nothing keeps adding to the socket, and that a receive that waits wakes up.
   */
  async stop(): Promise<void> {
    this.#running = false;
    Atomics.store(this.#control, CONTROL.stopping, 1);
    await this.#exited;
  }

  #deliver({ bytes, lengths, senders, queuedBytes }: Extract<DatagramMessage, { kind: 'block' }>): void {
    this.#events.block({
      bytes: Buffer.from(bytes),
      count: lengths.length / 2,
      storedLength: (i) => lengths[2 * i] as number,
      originalLength: (i) => lengths[2 * i + 1] as number,
      sender: (i) => (senders === null ? null : ipOf(senders, i * ADDRESS_BYTES)),
      release: () => void Atomics.sub(this.#control, CONTROL.queuedBytes, queuedBytes),
    });
  }
}

/** Of a `struct sockaddr_in` or `sockaddr_in6`, which is the longer one. */
function ipOf(addresses: Uint8Array, at: number): Uint8Array {
  const isIpv6 = addresses[at] === 10;
  return isIpv6 ? addresses.subarray(at + 8, at + 24) : addresses.subarray(at + 4, at + 8);
}
