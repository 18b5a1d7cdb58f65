import { getSystemErrorMessage, getSystemErrorName } from 'node:util';
import type { KoffiFunc } from 'koffi';

/** The few calls of the C library that Node does not offer. Numbers are those of Linux. */
export interface Libc {
  /** @throws Error with `code` */
  socket(domain: number, type: number): number;
  /** @throws Error with `code` */
  bind(fd: number, path: string): void;
  /**
   * Ends reading on a socket: its peers can write nothing more (EPIPE), what they had written can still be read, and
   * whoever waits in a read wakes up. An fd that is no longer connected is left as it is.
   */
  shutdownRead(fd: number): void;
  /** Takes the exclusive lock of an open file; false when another open file has it. The system drops it with its holder. */
  tryLock(fd: number): boolean;
  close(fd: number): void;
  /** The id of a user or group by its name, by whatever the system looks names up with; null when there is none. */
  userId(name: string): number | null;
  groupId(name: string): number | null;
}

export const AF_UNIX = 1;
export const SOCK_DGRAM = 2;
const SOCK_CLOEXEC = 0o2000000;
const SHUT_RD = 0;
const LOCK_EX = 2;
const LOCK_NB = 4;
const EWOULDBLOCK = 11;
/** `struct sockaddr_un`: two bytes of family, then the path and its NUL. */
const ADDRESS_BYTES = 110;
/** The longest path that fits it. */
export const MAX_SOCKET_PATH_BYTES = ADDRESS_BYTES - 3;

let loaded: Promise<Libc> | undefined;

/** Loads the C library by koffi at the first call, so that whoever needs none of this does not pay for it. */
export function loadLibc(): Promise<Libc> {
  loaded ??= load();
  return loaded;
}

async function load(): Promise<Libc> {
  const { default: koffi } = await import('koffi');
  const library = koffi.load('libc.so.6');
  type OfFd = (fd: number) => number;
  const socket = library.func('int socket(int, int, int)') as KoffiFunc<(d: number, t: number, p: number) => number>;
  const bind = library.func('int bind(int, const void *, uint32_t)') as KoffiFunc<
    (fd: number, address: Buffer, length: number) => number
  >;
  const shutdown = library.func('int shutdown(int, int)') as KoffiFunc<(fd: number, how: number) => number>;
  const flock = library.func('int flock(int, int)') as KoffiFunc<(fd: number, operation: number) => number>;
  const close = library.func('int close(int)') as KoffiFunc<OfFd>;
  const passwd = koffi.struct({ name: 'void *', password: 'void *', uid: 'uint32_t', gid: 'uint32_t' });
  const group = koffi.struct({ name: 'void *', password: 'void *', gid: 'uint32_t' });
  type ByName = KoffiFunc<(name: string) => bigint | null>;
  const getpwnam = library.func('getpwnam', koffi.pointer(passwd), ['str']) as ByName;
  const getgrnam = library.func('getgrnam', koffi.pointer(group), ['str']) as ByName;

  return {
    socket(domain, type) {
      const fd = socket(domain, type | SOCK_CLOEXEC, 0);
      if (fd < 0) throw systemError('socket', koffi.errno());
      return fd;
    },
    bind(fd, path) {
      const address = Buffer.alloc(ADDRESS_BYTES);
      address.writeUInt16LE(AF_UNIX, 0);
      address.write(path, 2);
      if (bind(fd, address, ADDRESS_BYTES) < 0) throw systemError(`bind ${path}`, koffi.errno());
    },
    shutdownRead: (fd) => void shutdown(fd, SHUT_RD),
    tryLock(fd) {
      if (flock(fd, LOCK_EX | LOCK_NB) === 0) return true;
      if (koffi.errno() === EWOULDBLOCK) return false;
      throw systemError('flock', koffi.errno());
    },
    close: (fd) => void close(fd),
    userId(name) {
      const entry = getpwnam(name);
      return entry === null ? null : (koffi.decode(entry, passwd) as { uid: number }).uid;
    },
    groupId(name) {
      const entry = getgrnam(name);
      return entry === null ? null : (koffi.decode(entry, group) as { gid: number }).gid;
    },
  };
}

/** An error as Node makes them for system calls. */
function systemError(call: string, errno: number): NodeJS.ErrnoException {
  const code = getSystemErrorName(-errno);
  return Object.assign(new Error(`${code}: ${getSystemErrorMessage(-errno)}, ${call}`), { code, errno: -errno });
}
