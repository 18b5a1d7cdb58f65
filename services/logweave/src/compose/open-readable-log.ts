import { EventLogError, type ReadableEventLog } from '@logweave/event-log';
import { openEmbeddedLogReader } from '@logweave/event-log-embedded';
import { openKafkaLog } from '@logweave/event-log-kafka';
import { type Logger, systemClock } from '@logweave/service-kit';
import { CommandError } from '../command-error.ts';
import type { Config } from './config-schema.ts';
import { eventLogPath } from './event-log-service.ts';
import { kafkaLogDeps, resolveKafkaConfig } from './kafka-section.ts';

/**
 * The event log of a configuration for commands that only look: the embedded one beside the process that writes it.
 * @throws CommandError when there is none yet.
 */
export async function openReadableLog(
  config: Pick<Config, 'data_dir' | 'event_log'>,
  log: Logger,
): Promise<ReadableEventLog> {
  if (config.event_log.kind === 'kafka') {
    return openKafkaLog(resolveKafkaConfig(config.event_log.kafka), kafkaLogDeps({ clock: systemClock, log }));
  }
  try {
    return await openEmbeddedLogReader({ path: eventLogPath(config), clock: systemClock });
  } catch (error) {
    if (!(error instanceof EventLogError) || error.code !== 'unavailable') throw error;
    throw new CommandError(`${error.message}: it is made by the first \`logweave up\` with this configuration`, 1);
  }
}
