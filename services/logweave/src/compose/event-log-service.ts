import { join } from 'node:path';
import { type EventLog, isRefusal, isRetriable } from '@logweave/event-log';
import { type EmbeddedLogAlarm, openEmbeddedLog } from '@logweave/event-log-embedded';
import { openKafkaLog } from '@logweave/event-log-kafka';
import type { Clock } from '@logweave/model';
import type { Logger, Readiness, Service } from '@logweave/service-kit';
import type { Config } from './config-schema.ts';
import { kafkaLogDeps, resolveKafkaConfig } from './kafka-section.ts';
import { ensureTopics } from './topics.ts';

const KAFKA_RETRY_MS = 1_000;
/** Kafka may be away for hours: that is logged once in this time. */
const COMPLAINT_INTERVAL_MS = 60_000;

/** Where the embedded log of a configuration is. */
export function eventLogPath(config: Pick<Config, 'data_dir'>): string {
  return join(config.data_dir, 'log.sqlite');
}

export interface EventLogServiceDeps {
  readonly clock: Clock;
  readonly log: Logger;
  /** Whether being refused is no reason to end: there is work without the log, and what comes would be lost. */
  readonly outlastsRefusal: boolean;
}

/** The event log as the first service of a process: opened with its topics at the start, closed last. */
export class EventLogService implements Service {
  readonly name = 'event-log';
  /** While the log cannot be written, appends wait and readiness says so; only what trying again cannot mend is a failure. */
  readonly failure: Promise<Error>;
  /** Resolves once the log has answered and has its topics. */
  readonly available: Promise<void>;
  readonly #config: Pick<Config, 'data_dir' | 'event_log' | 'topics'>;
  readonly #deps: EventLogServiceDeps;
  #eventLog: EventLog | null = null;
  #trouble: string | null = null;
  #fail: (error: Error) => void = () => {};
  #answered: () => void = () => {};
  #complainedMs = Number.NEGATIVE_INFINITY;
  /** Why Kafka cannot be used since the start; null: it can. */
  #away: string | null = null;
  readonly #stopping = new AbortController();
  #asking: Promise<void> = Promise.resolve();

  constructor(config: Pick<Config, 'data_dir' | 'event_log' | 'topics'>, deps: EventLogServiceDeps) {
    this.#config = config;
    this.#deps = deps;
    this.failure = new Promise((resolve) => {
      this.#fail = resolve;
    });
    this.available = new Promise((resolve) => {
      this.#answered = resolve;
    });
  }

  /** @throws Error before the start. */
  get eventLog(): EventLog {
    if (this.#eventLog === null) throw new Error('the event log is not open');
    return this.#eventLog;
  }

  /**
   * Resolves also while no broker of Kafka answers: then it goes on asking, and says so by its readiness.
   * @throws EventLogError `locked` naming the process that has the directory, `topic_mismatch`, `corrupt`, `unavailable`
   */
  async start(): Promise<void> {
    const config = this.#config;
    if (config.event_log.kind === 'kafka') {
      await this.#startKafka();
      return;
    }
    this.#eventLog = await openEmbeddedLog({
      path: eventLogPath(config),
      clock: this.#deps.clock,
      maxBytes: config.event_log.max_bytes,
      onAlarm: (alarm) => this.#alarmed(alarm),
    });
    await ensureTopics(this.#eventLog, config.topics);
    this.#answered();
  }

  async #startKafka(): Promise<void> {
    const { kafka } = this.#config.event_log;
    const eventLog = openKafkaLog(resolveKafkaConfig(kafka), kafkaLogDeps(this.#deps));
    this.#eventLog = eventLog;
    if (!(await this.#ask(eventLog))) this.#asking = this.#askAgain(eventLog);
  }

  async #askAgain(eventLog: EventLog): Promise<void> {
    const { signal } = this.#stopping;
    try {
      do await this.#deps.clock.sleep(KAFKA_RETRY_MS, signal);
      while (!signal.aborted && !(await this.#ask(eventLog)));
    } catch (error) {
      if (!signal.aborted) this.#fail(error instanceof Error ? error : new Error(String(error)));
    }
  }

  /** False when Kafka does not answer, or refuses those who outlast that. */
  async #ask(eventLog: EventLog): Promise<boolean> {
    const { clock, log, outlastsRefusal } = this.#deps;
    const { event_log: section, topics } = this.#config;
    try {
      if (section.kafka.create_topics) await ensureTopics(eventLog, topics);
      else await eventLog.topics();
    } catch (error) {
      const refused = isRefusal(error);
      if (!isRetriable(error) && !(refused && outlastsRefusal)) throw error;
      const brokers = section.kafka.brokers.join(', ');
      this.#away = refused ? `Kafka refuses us: ${error.message}.` : `Kafka does not answer at ${brokers}.`;
      if (clock.monotonicMs() - this.#complainedMs >= COMPLAINT_INTERVAL_MS) {
        this.#complainedMs = clock.monotonicMs();
        if (refused) log.error({ err: error }, 'kafka refuses us');
        else log.warn({ err: error }, 'kafka does not answer yet');
      }
      return false;
    }
    this.#away = null;
    this.#answered();
    return true;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#eventLog?.close();
    await this.#asking;
  }

  readiness(): Readiness {
    if (this.#eventLog === null) return { ready: false, detail: 'Not open yet.' };
    if (this.#trouble !== null) return { ready: false, detail: `Cannot write: ${this.#trouble}. Retrying.` };
    if (this.#config.event_log.kind === 'kafka') {
      const brokers = this.#config.event_log.kafka.brokers.join(', ');
      if (this.#away !== null) return { ready: false, detail: `${this.#away} Retrying.` };
      return { ready: true, detail: `Kafka at ${brokers}.` };
    }
    return { ready: true, detail: `Open in ${this.#config.data_dir}.` };
  }

  #alarmed(alarm: EmbeddedLogAlarm): void {
    const { log } = this.#deps;
    switch (alarm.kind) {
      case 'write_stalled':
        this.#trouble = alarm.error.message;
        log.error({ err: alarm.error }, 'event log cannot write');
        if (!alarm.error.retriable) this.#fail(alarm.error);
        return;
      case 'write_resumed':
        this.#trouble = null;
        log.info({}, 'event log writes again');
        return;
      case 'retention_held': {
        const { kind: _, ...fields } = alarm;
        log.warn(fields, 'retention waits for a consumer');
        return;
      }
      case 'retention_released': {
        const { kind: _, ...fields } = alarm;
        log.info(fields, 'retention goes on');
        return;
      }
      case 'maintenance_failed':
        log.error({ err: alarm.error }, 'maintenance of the event log failed');
        return;
      default:
        alarm satisfies never;
    }
  }
}
