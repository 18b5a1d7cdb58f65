import { createClickhouseWriter, resolveClickhouseWriterConfig } from '@logweave/clickhouse-writer';
import { createCorrelator, resolveCorrelatorConfig } from '@logweave/correlator';
import { createFileWriter, resolveFileWriterConfig } from '@logweave/file-writer';
import type { Clock } from '@logweave/model';
import {
  type AdminServer,
  createAdminServer,
  exportReadiness,
  type Logger,
  type Redactor,
  type Service,
  type ServiceDeps,
  ServiceGroup,
} from '@logweave/service-kit';
import { createSocketIngestor, resolveSocketIngestorConfig } from '@logweave/socket-ingestor';
import { CommandError } from '../command-error.ts';
import type { Config } from './config-schema.ts';
import { EventLogService } from './event-log-service.ts';
import { lateService } from './late-service.ts';
import { WarehouseService } from './warehouse-service.ts';

export const SERVICE_NAMES = ['socket-ingestor', 'correlator', 'file-writer', 'clickhouse-writer'] as const;
export type ServiceName = (typeof SERVICE_NAMES)[number];

export interface ComposeDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly redactor: Redactor;
  readonly metrics: ServiceDeps['metrics'];
}

export interface Composition {
  readonly group: ServiceGroup;
  readonly admin: AdminServer;
  readonly eventLog: EventLogService;
  /** Null when nothing goes to ClickHouse. */
  readonly warehouse: WarehouseService | null;
}

/** The services that a configuration asks for, in the order of the flow. */
export function configuredServices({ outputs }: Config): readonly ServiceName[] {
  return SERVICE_NAMES.filter((name) => {
    if (name === 'file-writer') return outputs.file?.enabled === true;
    if (name === 'clickhouse-writer') return outputs.clickhouse?.enabled === true;
    return true;
  });
}

/**
 * Puts a process together; nothing is opened before the group starts:
 *
 *     admin → event log → warehouse → writers → correlator → ingestor
 *
 * It stops in the reverse order: the ingestor takes no more, the correlator decides what is pending, the writers write it.
 * @throws CommandError when a service is asked for that the configuration switches off.
 */
export function compose(
  config: Config,
  deps: ComposeDeps,
  names: readonly ServiceName[] = configuredServices(config),
): Composition {
  const child = (service: string): Logger => deps.log.child({ service });
  const eventLog = new EventLogService(config, { clock: deps.clock, log: child('event-log') });
  const { clickhouse } = config.outputs;
  const warehouse =
    clickhouse?.enabled === true && names.includes('clickhouse-writer')
      ? new WarehouseService(clickhouse, config.data_dir, { ...deps, log: child('warehouse') })
      : null;
  const serviceDeps = (service: ServiceName): ServiceDeps => ({
    eventLog: eventLog.eventLog,
    clock: deps.clock,
    log: child(service),
    metrics: deps.metrics,
  });
  const stage = (...wanted: readonly ServiceName[]): readonly Service[] =>
    wanted.filter((name) => names.includes(name)).map((name) => createService(name, config, serviceDeps, warehouse));

  const admin: AdminServer = createAdminServer(config.admin, {
    log: child('admin'),
    metrics: deps.metrics,
    redactor: deps.redactor,
    readiness: () => group.readiness(),
  });
  const group = new ServiceGroup(
    [
      [admin],
      [eventLog],
      warehouse === null ? [] : [warehouse],
      stage('file-writer', 'clickhouse-writer'),
      stage('correlator'),
      stage('socket-ingestor'),
    ],
    deps.log,
  );
  exportReadiness(deps.metrics, group);
  return { group, admin, eventLog, warehouse };
}

function createService(
  name: ServiceName,
  config: Config,
  deps: (name: ServiceName) => ServiceDeps,
  warehouse: WarehouseService | null,
): Service {
  const topicPrefix = config.topics.prefix;
  switch (name) {
    case 'socket-ingestor': {
      const { topics, keyFields, time, maxFutureSkewMs } = resolveCorrelatorConfig(config.correlation, topicPrefix);
      const ingestor = resolveSocketIngestorConfig(config.inputs, { topics, keyFields, time, maxFutureSkewMs });
      return lateService(name, () => createSocketIngestor(ingestor, deps(name)));
    }
    case 'correlator': {
      const correlator = resolveCorrelatorConfig(config.correlation, topicPrefix);
      return lateService(name, () => createCorrelator(correlator, deps(name)));
    }
    case 'file-writer': {
      const { file } = config.outputs;
      if (file?.enabled !== true) throw new CommandError('outputs.file is off in this configuration', 2);
      const writer = resolveFileWriterConfig(file, { topicPrefix });
      return lateService(name, () => createFileWriter(writer, deps(name)));
    }
    case 'clickhouse-writer': {
      const { clickhouse } = config.outputs;
      if (clickhouse?.enabled !== true || warehouse === null) {
        throw new CommandError('outputs.clickhouse is off in this configuration', 2);
      }
      const writer = resolveClickhouseWriterConfig(clickhouse, { topicPrefix });
      return lateService(name, () => createClickhouseWriter(writer, { ...deps(name), warehouse: warehouse.warehouse }));
    }
    default:
      return name satisfies never;
  }
}
