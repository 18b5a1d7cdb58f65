import { once } from 'node:events';
import { connect } from 'node:net';
import type { Sink } from './pace.ts';

export interface SocketSink {
  /** @throws Error when the other side has gone away */
  readonly write: Sink;
  /** Sends the end and waits until the other side has taken everything. @throws Error when it has gone away before */
  end(): Promise<void>;
  /** Lets go of the connection, whatever has been sent. */
  destroy(): void;
}

/** A unix stream socket to write lines to. @throws Error when nobody listens there. */
export async function openSocketSink(path: string): Promise<SocketSink> {
  const socket = connect(path);
  await once(socket, 'connect');
  let failure: Error | null = null;
  let ending = false;
  const gone = new Promise<void>((resolve) => {
    socket.on('error', (error) => {
      failure = new Error(`${path}: ${error.message}`, { cause: error });
    });
    socket.once('close', () => {
      if (!ending) failure ??= new Error(`${path}: the other side has closed it`);
      resolve();
    });
    // A reader that has closed its end does not read.
    socket.once('end', () => socket.destroy());
  });
  const check = (): void => {
    if (failure !== null) throw failure;
  };
  return {
    async write(chunk) {
      check();
      if (!socket.write(chunk)) {
        await Promise.race([new Promise((resolve) => void socket.once('drain', resolve)), gone]);
      }
      check();
    },
    destroy() {
      socket.destroy();
    },
    async end() {
      ending = true;
      socket.end();
      // The other side closes when it has read to the end.
      socket.resume();
      await gone;
      check();
    },
  };
}
