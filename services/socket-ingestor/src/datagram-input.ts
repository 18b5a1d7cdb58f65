import type { DatagramBlock, DatagramSocketEvents } from '@logweave/intake';
import type { Input, InputDeps } from './input.ts';

/** What receives datagrams, on a unix socket or a port. */
export interface DatagramSocket {
  /** Not there: it always is. */
  readonly isReachable?: boolean;
  open(): Promise<void>;
  reopen?(): Promise<void>;
  takeDropped(): number;
  /** Not there: the kernel drops none. */
  takeKernelDropped?(): number;
  stop(): Promise<void>;
}

/** An input that datagrams are sent to. */
export class DatagramInput implements Input {
  readonly name: string;
  readonly place: string;
  readonly #deps: InputDeps;
  readonly #socket: DatagramSocket;
  readonly #take: (block: DatagramBlock) => void;
  // Blocks that came while paused; the socket bounds them, as they are released only when they are taken in.
  readonly #waiting: DatagramBlock[] = [];
  #paused = false;
  #whenTakenIn: (() => void) | null = null;

  /** `take`: does with the datagrams of a block what is to be done with them. */
  constructor(
    name: string,
    place: string,
    create: (events: DatagramSocketEvents) => DatagramSocket,
    take: (block: DatagramBlock) => void,
    deps: InputDeps,
  ) {
    this.name = name;
    this.place = place;
    this.#take = take;
    this.#deps = deps;
    this.#socket = create({
      block: (block) => {
        if (this.#paused) this.#waiting.push(block);
        else this.#takeIn(block);
      },
      failed: (error) => deps.failed(error),
    });
  }

  get isReachable(): boolean {
    return this.#socket.isReachable ?? true;
  }

  open(): Promise<void> {
    return this.#socket.open();
  }

  async reopen(): Promise<void> {
    await this.#socket.reopen?.();
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
    const { metrics } = this.#deps;
    const socket = this.name;
    metrics.datagramsLost.inc({ socket, reason: this.#deps.lossReason() }, this.#socket.takeDropped());
    const kernelDropped = this.#socket.takeKernelDropped?.() ?? 0;
    if (kernelDropped > 0) metrics.datagramsLost.inc({ socket, reason: 'kernel_buffer_full' }, kernelDropped);
  }

  #isPaused(): boolean {
    return this.#paused;
  }

  #takeIn(block: DatagramBlock): void {
    this.#take(block);
    block.release();
  }
}
