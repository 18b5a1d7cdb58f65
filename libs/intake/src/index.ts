export * from './line-splitter.ts';
export type { OversizedLine } from './oversized-line.ts';
export { type SocketAccess, SocketPathError, type SocketPathErrorCode } from './socket-path.ts';
export * from './syslog-head.ts';
export {
  type DatagramBlock,
  type DatagramSocketEvents,
  type DatagramSocketOptions,
  UnixDatagramSocket,
} from './unix-datagram-socket.ts';
export * from './unix-stream-server.ts';
