export type { EmbeddedLogAlarm, RetentionHold } from './alarms.ts';
export { type EmbeddedEventLog, type EmbeddedLogOptions, openEmbeddedLog } from './embedded-log.ts';
export { type EmbeddedLogReaderOptions, openEmbeddedLogReader } from './log-reader.ts';
export type { MaintenanceOptions, MaintenanceReport } from './maintenance.ts';
export { benchmarkEmbeddedLog, type EmbeddedBenchmarkOptions, type Rate } from './benchmark.ts';
