export * from './line-assembler.ts';
export * from './line-splitter.ts';
export type { OversizedLine } from './oversized-line.ts';
export { type SocketAccess, SocketPathError, type SocketPathErrorCode } from './socket-path.ts';
export type { SpoolDamage } from './spool/segment-reader.ts';
export type { SegmentFile } from './spool/segment-writer.ts';
export { SpoolError, type SpoolErrorCode } from './spool/spool-error.ts';
export type { SpoolPosition } from './spool/spool-state.ts';
export { Spool, type SpoolOptions, type SpoolPart } from './spool/spool.ts';
export * from './syslog-framer.ts';
export * from './syslog-head.ts';
export {
  type DatagramBlock,
  type DatagramSocketEvents,
  type DatagramSocketOptions,
  UnixDatagramSocket,
} from './unix-datagram-socket.ts';
export * from './stream-connections.ts';
export * from './tcp-server.ts';
export * from './unix-stream-server.ts';
