import { join } from 'node:path';
import { createClickhouseWriter, resolveClickhouseWriterConfig } from '@logweave/clickhouse-writer';
import {
  type CorrelatorConfig,
  type CorrelatorService,
  createCorrelator,
  resolveCorrelatorConfig,
} from '@logweave/correlator';
import { loadDefaultParsers } from '@logweave/default-parsers';
import { createFileWriter, type FileWriterConfig, resolveFileWriterConfig } from '@logweave/file-writer';
import { type Clock, topicName } from '@logweave/model';
import { createParser, languageEngine, type ParserConfig, resolveParserConfig } from '@logweave/parser';
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
import {
  createSocketIngestor,
  resolveSocketIngestorConfig,
  type SocketIngestorConfig,
} from '@logweave/socket-ingestor';
import { AdminSocket } from '../admin-socket/admin-socket.ts';
import { adminSocketPath } from '../admin-socket/socket-path.ts';
import { CommandError } from '../command-error.ts';
import type { Config } from './config-schema.ts';
import { EventLogService } from './event-log-service.ts';
import { LateService } from './late-service.ts';
import { WarehouseService } from './warehouse-service.ts';

export const SERVICE_NAMES = ['socket-ingestor', 'correlator', 'parser', 'file-writer', 'clickhouse-writer'] as const;
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
  /** The running correlator; null before its start, and where it is not among the services. */
  readonly correlator: () => CorrelatorService | null;
}

/** The services that a configuration asks for, in the order of the flow. */
function configuredServices({ inputs, outputs, parser }: Config): readonly ServiceName[] {
  return SERVICE_NAMES.filter((name) => {
    if (name === 'parser') return parser.enabled ?? (inputs.raw.length > 0 || outputs.clickhouse?.enabled === true);
    if (name === 'file-writer') return outputs.file?.enabled === true;
    if (name === 'clickhouse-writer') return outputs.clickhouse?.enabled === true;
    return true;
  });
}

/**
 * Puts a process together; nothing is opened before the group starts:
 *
 *     event log → admin → warehouse → writers → parser → correlator → ingestor
 *
 * The event log comes first, so that a second process on its directory learns that, and not that a port is taken.
 * It stops in the reverse order: the ingestor takes no more, the correlator decides what is pending, the parser
 * commits what it has read, the writers write it.
 * @throws CommandError when a service is asked for that the configuration switches off.
 */
export function compose(
  config: Config,
  deps: ComposeDeps,
  names: readonly ServiceName[] = configuredServices(config),
): Composition {
  const child = (service: string): Logger => deps.log.child({ service });
  const eventLog = new EventLogService(config, {
    clock: deps.clock,
    log: child('event-log'),
    outlastsRefusal: names.every((name) => name === 'socket-ingestor') && ingestorConfig(config).spool !== null,
  });
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
  let correlator: CorrelatorService | null = null;
  const late = (name: ServiceName, create: () => Service): Service =>
    new LateService({
      name,
      create,
      available: eventLog.available,
      // Its spool takes what comes.
      startsAlone: name === 'socket-ingestor',
      clock: deps.clock,
      log: child(name),
    });
  const createService = (name: ServiceName): Service => {
    switch (name) {
      case 'socket-ingestor': {
        const ingestor = ingestorConfig(config);
        return late(name, () => createSocketIngestor(ingestor, serviceDeps(name)));
      }
      case 'correlator': {
        const correlation = correlatorConfig(config);
        return late(name, () => (correlator = createCorrelator(correlation, serviceDeps(name))));
      }
      case 'parser': {
        const parser = parserConfig(config);
        return late(name, () =>
          createParser(parser, { ...serviceDeps(name), engine: languageEngine, prebuilt: loadDefaultParsers() }),
        );
      }
      case 'file-writer': {
        const writer = fileWriterConfig(config);
        return late(name, () => createFileWriter(writer, serviceDeps(name)));
      }
      case 'clickhouse-writer': {
        if (clickhouse === undefined || warehouse === null) throw isOff('outputs.clickhouse');
        const writer = resolveClickhouseWriterConfig(clickhouse, { topicPrefix: config.topics.prefix });
        return late(name, () =>
          createClickhouseWriter(writer, { ...serviceDeps(name), warehouse: warehouse.warehouse }),
        );
      }
      default:
        return name satisfies never;
    }
  };
  const stage = (...wanted: readonly ServiceName[]): readonly Service[] =>
    wanted.filter((name) => names.includes(name)).map(createService);

  const admin: AdminServer = createAdminServer(config.admin, {
    log: child('admin'),
    metrics: deps.metrics,
    redactor: deps.redactor,
    readiness: () => group.readiness(),
  });
  const adminSocket = new AdminSocket(adminSocketPath(config), {
    eventLog: () => eventLog.eventLog,
    place: () => ({ topic: topicName('parsers', config.topics.prefix), prebuilt: loadDefaultParsers() }),
    clock: deps.clock,
    log: child('admin-socket'),
  });
  const group = new ServiceGroup(
    [
      [eventLog],
      // Only where no other process can write to the event log itself.
      config.event_log.kind === 'embedded' ? [admin, adminSocket] : [admin],
      warehouse === null ? [] : [warehouse],
      stage('file-writer', 'clickhouse-writer'),
      stage('parser'),
      stage('correlator'),
      stage('socket-ingestor'),
    ],
    deps.log,
  );
  exportReadiness(deps.metrics, group);
  return { group, admin, eventLog, warehouse, correlator: () => correlator };
}

/** Where others can take over, a stop decides nothing early. */
function correlatorConfig({ correlation, topics, event_log: { kind } }: Config): CorrelatorConfig {
  return resolveCorrelatorConfig(correlation, topics.prefix, { onStop: kind === 'kafka' ? 'keep' : 'emit' });
}

function parserConfig({ parser, topics }: Config): ParserConfig {
  return resolveParserConfig(parser, topics.prefix);
}

function ingestorConfig(config: Config): SocketIngestorConfig {
  const { topics, keyFields, time, maxFutureSkewMs } = correlatorConfig(config);
  const spool = {
    enabled: config.event_log.kind === 'kafka',
    directory: join(config.data_dir, 'spool'),
    name: `${config.topics.prefix}.spool`,
  };
  const raw = {
    topic: topicName('raw', config.topics.prefix),
    maxLogBytes: config.topics.raw_log_bytes,
    identityDirectory: config.data_dir,
    tailName: `${config.topics.prefix}.tail`,
  };
  return resolveSocketIngestorConfig(config.inputs, { topics, keyFields, time, maxFutureSkewMs, raw, spool });
}

function fileWriterConfig(config: Config): FileWriterConfig {
  const { file } = config.outputs;
  if (file?.enabled !== true) throw isOff('outputs.file');
  return resolveFileWriterConfig(file, { topicPrefix: config.topics.prefix });
}

function isOff(section: string): CommandError {
  return new CommandError(`${section} is off in this configuration`, 2);
}
