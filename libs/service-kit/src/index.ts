export type { Logger } from './logger.ts';
export type { Readiness, Service, ServiceDeps } from './service.ts';
export { systemClock } from './system-clock.ts';
export * from './config/index.ts';
