/** Places in the array that the thread that receives and the one that processes share. */
export const CONTROL = { stopping: 0, queuedBytes: 1, dropped: 2, length: 3 } as const;

export interface DatagramWorkerData {
  readonly fd: number;
  readonly maxDatagramBytes: number;
  readonly maxQueuedBytes: number;
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
      /** What the block counts in the queue until it is released. */
      readonly queuedBytes: number;
    };
