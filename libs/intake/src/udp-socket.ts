import { fstatSync, readFileSync } from 'node:fs';
import { isIPv6 } from 'node:net';
import { type DatagramLimits, DatagramReceiver, type DatagramSocketEvents } from './datagram-receiver.ts';
import { AF_INET, AF_INET6, type Libc, loadLibc, SOCK_DGRAM } from './libc.ts';

export interface UdpSocketOptions extends DatagramLimits {
  /** An IP address. */
  readonly address: string;
  /** 0: one that is free. */
  readonly port: number;
  /** What the kernel may hold for us; it gives at most `net.core.rmem_max`. */
  readonly receiveBufferBytes: number;
}

/** A UDP port. */
export class UdpSocket {
  readonly #options: UdpSocketOptions;
  readonly #receiver: DatagramReceiver;
  #open: { readonly libc: Libc; readonly fd: number } | null = null;
  #port = 0;
  #bufferBytes = 0;
  #seenKernelDrops = 0;
  #kernelDropped = 0;

  constructor(options: UdpSocketOptions, events: DatagramSocketEvents) {
    this.#options = options;
    this.#receiver = new DatagramReceiver(options, true, events);
  }

  /** @throws the system's error */
  async open(): Promise<void> {
    const { address, port, receiveBufferBytes } = this.#options;
    const libc = await loadLibc();
    const fd = libc.socket(isIPv6(address) ? AF_INET6 : AF_INET, SOCK_DGRAM);
    try {
      this.#bufferBytes = libc.setReceiveBuffer(fd, receiveBufferBytes);
      libc.bindInternet(fd, address, port);
      this.#port = libc.localPort(fd);
      await this.#receiver.start(fd);
    } catch (error) {
      libc.close(fd);
      throw error;
    }
    this.#open = { libc, fd };
  }

  get port(): number {
    return this.#port;
  }

  /** What the kernel has given of `receiveBufferBytes`. */
  get receiveBufferBytes(): number {
    return this.#bufferBytes;
  }

  get queuedBytes(): number {
    return this.#receiver.queuedBytes;
  }

  /** How many datagrams were dropped since the last call because the queue was full. */
  takeDropped(): number {
    return this.#receiver.takeDropped();
  }

  /** How many the kernel has dropped since the last call, as its own buffer was full; 0 where it does not tell. */
  takeKernelDropped(): number {
    if (this.#open !== null) this.#countKernelDropped(this.#open.fd);
    const dropped = this.#kernelDropped;
    this.#kernelDropped = 0;
    return dropped;
  }

  /** Takes no further datagrams and receives what the kernel has. All blocks have been handed over when it resolves. */
  async stop(): Promise<void> {
    if (this.#open === null) return;
    const { libc, fd } = this.#open;
    this.#open = null;
    // A socket that is connected takes from its peer only, and nobody can send from our own port.
    libc.connectInternet(fd, this.#options.address, this.#port);
    libc.shutdownRead(fd);
    await this.#receiver.stop();
    this.#countKernelDropped(fd);
    libc.close(fd);
  }

  #countKernelDropped(fd: number): void {
    const drops = kernelDrops(this.#options.address, fstatSync(fd).ino);
    if (drops === null) return;
    // The kernel's counter has 32 bits.
    this.#kernelDropped += (drops - this.#seenKernelDrops) >>> 0;
    this.#seenKernelDrops = drops;
  }
}

/** The last column of the line of this inode in `/proc/net/udp`. */
function kernelDrops(address: string, inode: number): number | null {
  let table: string;
  try {
    table = readFileSync(isIPv6(address) ? '/proc/net/udp6' : '/proc/net/udp', 'latin1');
  } catch {
    // A system without it, or one that hides it.
    return null;
  }
  for (const line of table.split('\n')) {
    const columns = line.trim().split(/\s+/);
    if (columns[9] === String(inode)) return Number(columns[12]);
  }
  return null;
}
