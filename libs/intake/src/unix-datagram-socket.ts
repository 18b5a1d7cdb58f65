import { type DatagramLimits, DatagramReceiver, type DatagramSocketEvents } from './datagram-receiver.ts';
import { AF_UNIX, type Libc, loadLibc, SOCK_DGRAM } from './libc.ts';
import { isPublished, type PublishedSocket, publishSocket, type SocketAccess, withdrawSocket } from './socket-path.ts';

export interface DatagramSocketOptions extends DatagramLimits {
  readonly path: string;
  readonly access: SocketAccess;
}

/**
 * A unix datagram socket. The kernel queues only ten datagrams for it (`net.unix.max_dgram_qlen`) and then blocks or
 * refuses senders, so a thread of its own does nothing but receive.
 */
export class UnixDatagramSocket {
  readonly #options: DatagramSocketOptions;
  readonly #receiver: DatagramReceiver;
  #open: { readonly libc: Libc; readonly fd: number; readonly published: PublishedSocket } | null = null;

  constructor(options: DatagramSocketOptions, events: DatagramSocketEvents) {
    this.#options = options;
    this.#receiver = new DatagramReceiver(options, false, events);
  }

  /** @throws SocketPathError, or the system's error */
  async open(): Promise<void> {
    const { path, access } = this.#options;
    const libc = await loadLibc();
    const fd = libc.socket(AF_UNIX, SOCK_DGRAM);
    let published: PublishedSocket | null = null;
    try {
      published = await publishSocket(path, access, (temporaryPath) => libc.bind(fd, temporaryPath));
      await this.#receiver.start(fd);
    } catch (error) {
      if (published !== null) withdrawSocket(published);
      libc.close(fd);
      throw error;
    }
    this.#open = { libc, fd, published };
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
    return this.#receiver.takeDropped();
  }

  get queuedBytes(): number {
    return this.#receiver.queuedBytes;
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
    await this.#receiver.stop();
    libc.close(fd);
  }
}
