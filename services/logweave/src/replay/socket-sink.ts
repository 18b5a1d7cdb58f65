import { once } from 'node:events';
import { connect } from 'node:net';
import type { Sink } from './pace.ts';

export interface SocketSink {
  readonly write: Sink;
  /** Sends the end and waits until the other side has taken everything. */
  end(): Promise<void>;
}

/** A unix stream socket to write lines to. @throws Error when nobody listens there. */
export async function openSocketSink(path: string): Promise<SocketSink> {
  const socket = connect(path);
  await once(socket, 'connect');
  return {
    async write(chunk) {
      if (!socket.write(chunk)) await once(socket, 'drain');
    },
    async end() {
      // The other side closes when it has read to the end.
      const closed = once(socket, 'close');
      socket.end();
      socket.resume();
      await closed;
    },
  };
}
