export * from './group-coordinator.ts';
export * from './local-consumer.ts';
export * from './local-log.ts';
export * from './local-reader.ts';
