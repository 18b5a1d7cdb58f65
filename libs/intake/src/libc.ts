import { isIPv4 } from 'node:net';
import { getSystemErrorMessage, getSystemErrorName } from 'node:util';
import type { KoffiFunc } from 'koffi';

/** The few calls of the C library that Node does not offer. Numbers are those of Linux. */
export interface Libc {
  /** @throws Error with `code` */
  socket(domain: number, type: number): number;
  /** @throws Error with `code` */
  bind(fd: number, path: string): void;
  /** Binds to an IP address and a port. @throws Error with `code` */
  bindInternet(fd: number, address: string, port: number): void;
  /** @throws Error with `code` */
  connectInternet(fd: number, address: string, port: number): void;
  /** The port that a socket is bound to. */
  localPort(fd: number): number;
  /** Asks for a receive buffer of so many bytes and tells what the kernel has given. */
  setReceiveBuffer(fd: number, bytes: number): number;
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
export const AF_INET = 2;
export const AF_INET6 = 10;
export const SOCK_DGRAM = 2;
const SOCK_CLOEXEC = 0o2000000;
const SOL_SOCKET = 1;
const SO_RCVBUF = 8;
const SHUT_RD = 0;
const LOCK_EX = 2;
const LOCK_NB = 4;
const EWOULDBLOCK = 11;
const EINVAL = 22;
/** `struct sockaddr_un`: two bytes of family, then the path and its NUL. */
const ADDRESS_BYTES = 110;
/** `struct sockaddr_in` and `struct sockaddr_in6`. */
const INTERNET_ADDRESS_BYTES = { ipv4: 16, ipv6: 28 } as const;
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
  const connect = library.func('int connect(int, const void *, uint32_t)') as KoffiFunc<
    (fd: number, address: Buffer, length: number) => number
  >;
  const getsockname = library.func('int getsockname(int, void *, void *)') as KoffiFunc<
    (fd: number, address: Buffer, length: Buffer) => number
  >;
  type Option = (fd: number, level: number, option: number, value: Buffer, length: number | Buffer) => number;
  const setsockopt = library.func('int setsockopt(int, int, int, const void *, uint32_t)') as KoffiFunc<Option>;
  const getsockopt = library.func('int getsockopt(int, int, int, void *, void *)') as KoffiFunc<Option>;
  const inetPton = library.func('int inet_pton(int, const char *, void *)') as KoffiFunc<
    (family: number, text: string, address: Buffer) => number
  >;
  const internetAddress = (ip: string, port: number): Buffer => {
    const family = isIPv4(ip) ? AF_INET : AF_INET6;
    const bytes = Buffer.alloc(family === AF_INET ? INTERNET_ADDRESS_BYTES.ipv4 : INTERNET_ADDRESS_BYTES.ipv6);
    bytes.writeUInt16LE(family, 0);
    bytes.writeUInt16BE(port, 2);
    const number = bytes.subarray(family === AF_INET ? 4 : 8);
    if (inetPton(family, ip, number) !== 1) throw systemError(`address ${ip}`, EINVAL);
    return bytes;
  };
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
    bindInternet(fd, ip, port) {
      const address = internetAddress(ip, port);
      if (bind(fd, address, address.length) < 0) throw systemError(`bind ${ip} port ${port}`, koffi.errno());
    },
    connectInternet(fd, ip, port) {
      const address = internetAddress(ip, port);
      if (connect(fd, address, address.length) < 0) throw systemError(`connect ${ip} port ${port}`, koffi.errno());
    },
    localPort(fd) {
      const address = Buffer.alloc(INTERNET_ADDRESS_BYTES.ipv6);
      const length = Buffer.alloc(4);
      length.writeUInt32LE(address.length);
      if (getsockname(fd, address, length) < 0) throw systemError('getsockname', koffi.errno());
      return address.readUInt16BE(2);
    },
    setReceiveBuffer(fd, bytes) {
      const value = Buffer.alloc(4);
      const length = Buffer.alloc(4);
      value.writeUInt32LE(bytes);
      length.writeUInt32LE(value.length);
      if (setsockopt(fd, SOL_SOCKET, SO_RCVBUF, value, value.length) < 0)
        throw systemError('setsockopt', koffi.errno());
      if (getsockopt(fd, SOL_SOCKET, SO_RCVBUF, value, length) < 0) throw systemError('getsockopt', koffi.errno());
      // The kernel doubles it, for what it keeps beside the bytes.
      return value.readUInt32LE() / 2;
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
