import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, linkSync, lstatSync, renameSync, type Stats, statSync, unlinkSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { loadLibc, MAX_SOCKET_PATH_BYTES } from './libc.ts';

/** Who may write to a socket. */
export interface SocketAccess {
  /** Permission bits; write permission is what connecting takes. */
  readonly mode: number;
  /** A name or a number; null leaves it to the process. Another owner than oneself takes root. */
  readonly owner: string | number | null;
  readonly group: string | number | null;
}

export type SocketPathErrorCode =
  | 'in_use'
  | 'not_a_socket'
  | 'unreachable'
  | 'unknown_account'
  | 'path_too_long'
  | 'no_folder'
  | 'not_permitted';

/** Why a socket cannot be opened at a path. The message is for the operator and names the path. */
export class SocketPathError extends Error {
  override readonly name = 'SocketPathError';
  readonly code: SocketPathErrorCode;
  readonly path: string;

  constructor(code: SocketPathErrorCode, path: string, message: string, options: { cause?: unknown } = {}) {
    super(`${path}: ${message}`, options);
    this.code = code;
    this.path = path;
  }
}

/** A socket file that is ours: what stands at the path is ours as long as it is this inode. */
export interface PublishedSocket {
  readonly path: string;
  readonly device: number;
  readonly inode: number;
}

/**
 * Makes a socket appear at `path`, with its permissions right from the start. `bind` is given a name beside it to bind
 * to; the path itself is linked to it in one step, which fails when another process was faster. A socket file that
 * nobody answers on is replaced; one that somebody answers on is not.
 * @throws SocketPathError, or the system's error
 */
export async function publishSocket(
  path: string,
  access: SocketAccess,
  bind: (temporaryPath: string) => void | Promise<void>,
): Promise<PublishedSocket> {
  const temporaryPath = join(dirname(path), `.lw-${randomBytes(4).toString('hex')}`);
  if (Buffer.byteLength(path) > MAX_SOCKET_PATH_BYTES || Buffer.byteLength(temporaryPath) > MAX_SOCKET_PATH_BYTES) {
    throw new SocketPathError(
      'path_too_long',
      path,
      `longer than the ${MAX_SOCKET_PATH_BYTES} bytes a socket may have`,
    );
  }
  if (statSync(dirname(path), { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new SocketPathError('no_folder', path, 'its folder does not exist');
  }
  const owner = await accountId(path, 'owner', access.owner);
  const group = await accountId(path, 'group', access.group);
  await removeStaleSocket(path);
  try {
    await bind(temporaryPath);
  } catch (cause) {
    throw explained(path, 'make a socket there', cause);
  }
  try {
    chmodSync(temporaryPath, access.mode);
    if (group !== null) give(path, temporaryPath, -1, group);
    const { dev, ino } = statSync(temporaryPath);
    try {
      linkSync(temporaryPath, path);
    } catch (cause) {
      throw errorCode(cause) === 'EEXIST' ? inUse(path, { cause }) : cause;
    }
    const published = { path, device: dev, inode: ino };
    // Last, since linking a file of somebody else's would take a capability of its own.
    if (owner !== null) {
      try {
        give(path, path, owner, -1);
      } catch (error) {
        withdrawSocket(published);
        throw error;
      }
    }
    return published;
  } finally {
    unlinkSync(temporaryPath);
  }
}

/** Whether senders that open the path still come to us; not when the file was removed or replaced. */
export function isPublished(published: PublishedSocket): boolean {
  const found = statOf(published.path);
  return found?.dev === published.device && found.ino === published.inode;
}

/** Removes the socket file, but not what somebody else has put in its place. */
export function withdrawSocket(published: PublishedSocket): void {
  if (isPublished(published)) unlinkSync(published.path);
}

function give(path: string, file: string, owner: number, group: number): void {
  try {
    chownSync(file, owner, group);
  } catch (cause) {
    throw explained(path, owner === -1 ? `give it to group ${group}` : `give it to user ${owner}`, cause);
  }
}

/** The same error for the operator, where the system's names only a file that he does not know. */
function explained(path: string, what: string, cause: unknown): unknown {
  const code = errorCode(cause);
  const denied = code === 'EACCES' || code === 'EPERM' || code === 'EROFS';
  return denied ? new SocketPathError('not_permitted', path, `not permitted to ${what} (${code})`, { cause }) : cause;
}

async function accountId(
  path: string,
  kind: 'owner' | 'group',
  account: string | number | null,
): Promise<number | null> {
  if (account === null || typeof account === 'number') return account;
  const libc = await loadLibc();
  const id = kind === 'owner' ? libc.userId(account) : libc.groupId(account);
  if (id === null)
    throw new SocketPathError('unknown_account', path, `there is no ${kind} "${account}" on this system`);
  return id;
}

async function removeStaleSocket(path: string): Promise<void> {
  const found = statOf(path);
  if (found === null) return;
  if (!found.isSocket()) {
    throw new SocketPathError(
      'not_a_socket',
      path,
      'something other than a socket is there; remove it or set another path',
    );
  }
  if (!(await isDead(path, path))) return;
  // Moved away first and asked again: another process may have replaced the dead one since we asked.
  const aside = join(dirname(path), `.lw-stale-${randomBytes(4).toString('hex')}`);
  try {
    renameSync(path, aside);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return;
    throw error;
  }
  try {
    await isDead(aside, path);
  } catch (error) {
    linkSync(aside, path);
    throw error;
  } finally {
    unlinkSync(aside);
  }
}

/** False when nothing is there any more. @throws SocketPathError unless nobody can be there. */
async function isDead(socketPath: string, path: string): Promise<boolean> {
  const answer = await probe(socketPath);
  switch (answer) {
    case 'ECONNREFUSED':
      return true;
    case 'ENOENT':
      return false;
    case 'connected':
    case 'EPROTOTYPE':
    case 'EAGAIN':
      throw inUse(path);
    default:
      throw new SocketPathError('unreachable', path, `cannot tell whether somebody uses the socket there (${answer})`);
  }
}

/** What connecting a stream says; a datagram socket that lives answers with EPROTOTYPE. */
function probe(path: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve('connected');
    });
    socket.once('error', (error) => resolve(errorCode(error) ?? error.message));
  });
}

function inUse(path: string, options: { cause?: unknown } = {}): SocketPathError {
  return new SocketPathError('in_use', path, 'another process is already receiving on this socket', options);
}

function statOf(path: string): Stats | null {
  return lstatSync(path, { throwIfNoEntry: false }) ?? null;
}

function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
