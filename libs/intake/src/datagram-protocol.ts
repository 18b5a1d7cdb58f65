/** Places in the array that the thread that receives and the one that processes share. */
export const CONTROL = { stopping: 0, queuedBytes: 1, dropped: 2, length: 3 } as const;

/** `struct sockaddr_in6`, the longest address of a sender. */
export const ADDRESS_BYTES = 28;

export interface DatagramWorkerData {
  readonly fd: number;
  readonly maxDatagramBytes: number;
  readonly maxQueuedBytes: number;
  /** Whether senders have addresses that are of interest. */
  readonly withSenders: boolean;
  readonly control: Int32Array<SharedArrayBuffer>;
}

export type DatagramMessage =
  | { readonly kind: 'ready' }
  | {
      readonly kind: 'block';
      /** Datagrams, each followed by a newline. */
      readonly bytes: ArrayBuffer;
      /** Per datagram the bytes stored and the bytes it had. */
      readonly lengths: Uint32Array;
      /** Per datagram the address of its sender. */
      readonly senders: Uint8Array<ArrayBuffer> | null;
      /** What the block counts in the queue until it is released. */
      readonly queuedBytes: number;
    };
