import { chmodSync, lstatSync, statSync, unlinkSync } from 'node:fs';
import { connect, type Server } from 'node:net';
import { dirname, join } from 'node:path';

/** Linux's `sun_path` without its final zero; what is longer cannot be bound or connected to. */
export const MAX_SOCKET_PATH_BYTES = 107;

const OWNER_ONLY = 0o600;

/** Where the admin socket of a data directory is. */
export function adminSocketPath({ data_dir: directory }: { readonly data_dir: string }): string {
  return join(directory, 'admin.sock');
}

/**
 * Why no admin socket may be at a path, or null. Its permissions are its authentication, so a directory in which
 * everybody may put another one in its place is none for it.
 */
export function socketPlaceProblem(path: string): string | null {
  const bytes = Buffer.byteLength(path);
  if (bytes > MAX_SOCKET_PATH_BYTES) {
    return `${path} has ${bytes} bytes, and a socket's path at most ${MAX_SOCKET_PATH_BYTES}: set a shorter data_dir`;
  }
  const { mode } = statSync(dirname(path));
  const isOpenToAll = (mode & 0o002) !== 0 && (mode & 0o1000) === 0;
  return isOpenToAll ? `everybody may write to ${dirname(path)}: chmod o-w` : null;
}

/** What connecting says: `connected`, or the system's error code. */
export function probeSocket(path: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve('connected');
    });
    socket.once('error', (error) => resolve('code' in error ? String(error.code) : error.message));
  });
}

/**
 * Removes what a killed process has left at a path. Only for the holder of the writer's lock: nobody else makes a
 * socket there, so nothing can come between the look and the removal.
 * @returns why the path cannot be used, or null
 */
export async function removeStaleSocket(path: string): Promise<string | null> {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return null;
  if (!found.isSocket()) return `${path} is there and no socket: remove it`;
  const answer = await probeSocket(path);
  if (answer !== 'ECONNREFUSED') return `somebody uses ${path} already (${answer})`;
  unlinkSync(path);
  return null;
}

/** Listens on a unix socket that nobody but the owner can ever connect to. Closing the server removes it. */
export function listenPrivately(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    // `listen` makes the file before it returns, with the permissions that the mask leaves.
    const before = process.umask(0o777 & ~OWNER_ONLY);
    try {
      server.listen(path, () => {
        server.removeListener('error', reject);
        resolve();
      });
    } finally {
      process.umask(before);
    }
    // Default access lists of a directory stand above the mask.
    if (server.listening) chmodSync(path, OWNER_ONLY);
  });
}
