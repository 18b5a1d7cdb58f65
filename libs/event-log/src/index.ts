export * from './dead-letter-record.ts';
export * from './murmur2.ts';
export * from './port.ts';
export * from './record-limits.ts';
export * from './sticky-assignment.ts';
