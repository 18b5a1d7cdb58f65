import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { ServiceGroup } from './service-group.ts';

/** The metrics of a process, with those of Node itself. */
export function createMetrics(version: string): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const info = new Gauge({
    name: 'logweave_build_info',
    help: 'Always 1; its label is the version that runs.',
    labelNames: ['version'],
    registers: [registry],
  });
  info.set({ version }, 1);
  return registry;
}

/** What /readyz says, as metrics. */
export function exportReadiness(registry: Registry, group: Pick<ServiceGroup, 'readiness'>): void {
  const ready = new Gauge({
    name: 'logweave_service_ready',
    help: '1 when the service works. When 0, /readyz says in a sentence what it waits for.',
    labelNames: ['service'],
    registers: [registry],
    collect: () => {
      for (const service of group.readiness().services) ready.set({ service: service.name }, service.ready ? 1 : 0);
    },
  });
}
