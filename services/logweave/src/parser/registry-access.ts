import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { loadDefaultParsers } from '@logweave/default-parsers';
import { type EventLog, EventLogError } from '@logweave/event-log';
import { openEmbeddedLog } from '@logweave/event-log-embedded';
import { openKafkaLog } from '@logweave/event-log-kafka';
import { topicName } from '@logweave/model';
import {
  changeRegistry,
  type ParserRecord,
  ParserRegistry,
  readRegistry,
  type RegistryPlace,
} from '@logweave/parser-registry';
import { createLogger, type Logger, Redactor, systemClock } from '@logweave/service-kit';
import { askForChange, isAdminSocketServed } from '../admin-socket/ask-running-process.ts';
import { decideParserIntent, type ParserIntent } from '../admin-socket/parser-intent.ts';
import { adminSocketPath } from '../admin-socket/socket-path.ts';
import { CommandError } from '../command-error.ts';
import type { Config } from '../compose/config-schema.ts';
import { eventLogPath } from '../compose/event-log-service.ts';
import { kafkaLogDeps, resolveKafkaConfig } from '../compose/kafka-section.ts';
import { loadConfiguration } from '../compose/load-configuration.ts';
import { openReadableLog } from '../compose/open-readable-log.ts';
import { ensureTopics } from '../compose/topics.ts';

/** A process that starts or stops, or another command, has the event log for a moment without an admin socket. */
const HOLDER_WAIT_MS = 3_000;
const HOLDER_POLL_MS = 100;

/** The registry as it stands, also beside a running `logweave up`. */
export async function readParsers(file: string): Promise<ParserRegistry> {
  const { config, log } = load(file);
  // Before the first start there are the parsers of the program, and no others.
  if (config.event_log.kind === 'embedded' && !existsSync(eventLogPath(config))) {
    return new ParserRegistry(placeOf(config).prebuilt);
  }
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

/** The registry for somebody who changes it. */
export interface ParserChanges {
  /** As it stands. */
  registry(): Promise<ParserRegistry>;
  /**
   * Makes a change and returns its records.
   * @throws CommandError when it is refused
   */
  change(intent: ParserIntent): Promise<readonly ParserRecord[]>;
}

/**
 * Lets `work` change the registry: in the event log itself, or, while a process has the embedded one for itself, through
 * the admin socket of that process.
 * @throws CommandError when a change is refused, or the process that has the event log serves no admin socket
 */
export async function changeParsers<T>(file: string, work: (parsers: ParserChanges) => Promise<T>): Promise<T> {
  const { config, log } = load(file);
  try {
    const eventLog = await openWritableLog(config, log);
    if (eventLog === 'served') return await work(changesThroughSocket(file, adminSocketPath(config)));
    try {
      return await work(changesInLog(eventLog, placeOf(config)));
    } finally {
      await eventLog.close();
    }
  } catch (error) {
    throw explained(error);
  }
}

/** Who makes a change: the user of this machine unless they say otherwise. */
export function authorOf({ author }: { readonly author?: string }): string {
  return author ?? userInfo().username;
}

function changesInLog(eventLog: EventLog, place: RegistryPlace): ParserChanges {
  return {
    registry: async () => (await readRegistry(eventLog, place)).registry,
    change: async (intent) => {
      const nowMs = systemClock.wallMs();
      const decide = (registry: ParserRegistry) => decideParserIntent(registry, intent, nowMs);
      const outcome = await changeRegistry(eventLog, place, nowMs, decide);
      if (outcome.kind === 'refused') throw new CommandError(outcome.problem, 1);
      return outcome.records;
    },
  };
}

function changesThroughSocket(file: string, path: string): ParserChanges {
  return {
    registry: () => readParsers(file),
    change: async (intent) => {
      const answer = await askForChange(path, intent);
      if (answer.kind !== 'done') throw new CommandError(answer.problem, 1);
      return answer.records;
    },
  };
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

/** `served`: another process has it and changes it when it is asked to. */
async function openWritableLog(config: Config, log: Logger): Promise<EventLog | 'served'> {
  if (config.event_log.kind === 'kafka') {
    return openKafkaLog(resolveKafkaConfig(config.event_log.kafka), kafkaLogDeps({ clock: systemClock, log }));
  }
  const path = eventLogPath(config);
  const untilMs = systemClock.monotonicMs() + HOLDER_WAIT_MS;
  for (;;) {
    try {
      const eventLog = await openEmbeddedLog({ path, clock: systemClock, onAlarm: () => undefined });
      // Parsers may be there before the first `logweave up`.
      await ensureTopics(eventLog, config.topics).catch(async (error: unknown) => {
        await eventLog.close();
        throw error;
      });
      return eventLog;
    } catch (error) {
      if (!(error instanceof EventLogError && error.code === 'locked')) throw error;
      if (await isAdminSocketServed(adminSocketPath(config))) return 'served';
      if (systemClock.monotonicMs() >= untilMs) throw error;
    }
    await systemClock.sleep(HOLDER_POLL_MS);
  }
}

function explained(error: unknown): unknown {
  if (!(error instanceof EventLogError)) return error;
  if (error.code === 'locked') return new CommandError(`${error.message}: stop it, then repeat this`, 1);
  if (error.code === 'unknown_topic_or_partition') {
    return new CommandError(`${error.message}: \`logweave topics --create\` makes it`, 1);
  }
  return error;
}
