import type { Clock } from '@logweave/model';
import type { DatagramLossReason, IngestorMetrics } from './metrics.ts';

/** One way in. */
export interface Input {
  readonly name: string;
  /** For people: a path, or an address and its port. */
  readonly place: string;
  /** False when somebody has removed or replaced the socket file, so that new senders cannot come here. */
  readonly isReachable: boolean;
  /** @throws SocketPathError, or the system's error */
  open(): Promise<void>;
  /** Makes the place lead here again. @throws as `open` */
  reopen(): Promise<void>;
  /** Reads anew what it was given by file, when that has changed. Never throws: it goes on with what it has. */
  reload?(): Promise<void>;
  pause(): void;
  resume(): void;
  /** Takes nothing new, reads what the kernel holds, and resolves when all of it was taken in or `grace` resolves. */
  stop(grace: Promise<void>): Promise<void>;
  /** Brings what is counted elsewhere up to date. */
  refresh(): void;
}

export interface InputDeps {
  readonly clock: Clock;
  readonly metrics: IngestorMetrics;
  /** Receiving has ended for good. */
  failed(error: Error): void;
  /** Why datagrams that do not fit are lost at present. */
  lossReason(): DatagramLossReason;
  /** The system refuses a connection, as for want of descriptors; receiving goes on. */
  refused(error: Error): void;
}
