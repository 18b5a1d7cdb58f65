import { userInfo } from 'node:os';
import { loadDefaultParsers } from '@logweave/default-parsers';
import { type EventLog, EventLogError } from '@logweave/event-log';
import { openEmbeddedLog } from '@logweave/event-log-embedded';
import { openKafkaLog } from '@logweave/event-log-kafka';
import { topicName } from '@logweave/model';
import {
  type Change,
  changeRegistry,
  type Editor,
  type ParserRecord,
  type ParserRegistry,
  readRegistry,
  type RegistryPlace,
} from '@logweave/parser-registry';
import { createLogger, type Logger, Redactor, systemClock } from '@logweave/service-kit';
import { CommandError } from '../command-error.ts';
import type { Config } from '../compose/config-schema.ts';
import { eventLogPath } from '../compose/event-log-service.ts';
import { kafkaLogDeps, resolveKafkaConfig } from '../compose/kafka-section.ts';
import { loadConfiguration } from '../compose/load-configuration.ts';
import { openReadableLog } from '../compose/open-readable-log.ts';
import { ensureTopics } from '../compose/topics.ts';

/** The registry as it stands, also beside a running `logweave up`. */
export async function readParsers(file: string): Promise<ParserRegistry> {
  const { config, log } = load(file);
  const eventLog = await openReadableLog(config, log);
  try {
    const { registry, problems } = await readRegistry(eventLog, placeOf(config));
    for (const problem of problems) log.warn({ problem }, 'parser record passed over');
    return registry;
  } catch (error) {
    throw explained(error);
  } finally {
    await eventLog.close();
  }
}

/**
 * Makes a change of the registry and returns its records.
 * @throws CommandError when it is refused, or another process has the event log
 */
export async function changeParsers(
  file: string,
  decide: (registry: ParserRegistry) => Change,
): Promise<readonly ParserRecord[]> {
  const { config, log } = load(file);
  try {
    const eventLog = await openWritableLog(config, log);
    try {
      const outcome = await changeRegistry(eventLog, placeOf(config), systemClock.wallMs(), decide);
      if (outcome.kind === 'refused') throw new CommandError(outcome.problem, 1);
      return outcome.records;
    } finally {
      await eventLog.close();
    }
  } catch (error) {
    throw explained(error);
  }
}

/** Who changes something, now. `revision`: as the option has it; undefined: whatever stands. */
export function editorOf({ author, revision }: { readonly author?: string; readonly revision?: number }): Editor {
  return { author: author ?? userInfo().username, nowMs: systemClock.wallMs(), seenRevision: revision ?? null };
}

function load(file: string): { readonly config: Config; readonly log: Logger } {
  const { config, secrets } = loadConfiguration(file);
  const redactor = new Redactor();
  redactor.add(secrets);
  return { config, log: createLogger({ level: 'warn', format: 'auto', redactor }) };
}

function placeOf({ topics }: Config): RegistryPlace {
  return { topic: topicName('parsers', topics.prefix), prebuilt: loadDefaultParsers() };
}

async function openWritableLog(config: Config, log: Logger): Promise<EventLog> {
  if (config.event_log.kind === 'kafka') {
    return openKafkaLog(resolveKafkaConfig(config.event_log.kafka), kafkaLogDeps({ clock: systemClock, log }));
  }
  const path = eventLogPath(config);
  const eventLog = await openEmbeddedLog({ path, clock: systemClock, onAlarm: () => undefined });
  // Parsers may be there before the first `logweave up`.
  await ensureTopics(eventLog, config.topics);
  return eventLog;
}

function explained(error: unknown): unknown {
  if (!(error instanceof EventLogError)) return error;
  if (error.code === 'locked') return new CommandError(`${error.message}: stop it, then repeat this`, 1);
  if (error.code === 'unknown_topic_or_partition') {
    return new CommandError(`${error.message}: \`logweave topics --create\` makes it`, 1);
  }
  return error;
}
