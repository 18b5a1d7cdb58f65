export * from './line-splitter.ts';
export type { OversizedLine } from './oversized-line.ts';
export * from './syslog-head.ts';
