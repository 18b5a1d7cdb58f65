export { type AdminSection, adminProblem, adminSectionSchema, isLoopback } from './admin-config.ts';
export { type AdminServer, type AdminServerDeps, createAdminServer } from './admin-server.ts';
export * from './config/index.ts';
export { createLogger, LOG_LEVELS, type Logger, type LoggerOptions, type LogLevel } from './logger.ts';
export { createMetrics, exportReadiness } from './metrics.ts';
export { Redactor } from './redactor.ts';
export { type RunOptions, runServices } from './run-services.ts';
export type { Readiness, Service, ServiceDeps } from './service.ts';
export { type GroupReadiness, type ServiceFailure, ServiceGroup, type ServiceReadiness } from './service-group.ts';
export { type ProcessSignal, processSignals, type SignalSource } from './signals.ts';
export { systemClock } from './system-clock.ts';
export { type Broken, commitOrBreak } from './tasks/broken.ts';
export { type Lease, restoreUnderLease, seekIfAssigned } from './tasks/lease.ts';
export { pollPatiently } from './tasks/poll-patiently.ts';
export {
  type BeginCause,
  type PartitionWork,
  type TaskSlot,
  TaskSlots,
  type TaskSlotsDeps,
} from './tasks/task-slots.ts';
