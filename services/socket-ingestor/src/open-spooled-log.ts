import type { EventLog, Producer } from '@logweave/event-log';
import { Spool, type SpoolOptions } from '@logweave/intake';
import type { Clock } from '@logweave/model';
import type { Logger } from '@logweave/service-kit';
import type { SpoolConfig } from './config.ts';
import type { IngestorMetrics } from './metrics.ts';
import { PartitionEnds } from './partition-ends.ts';
import { SpoolDrain } from './spool-drain.ts';
import { SpooledProducer, type SpoolRoute, type SpoolTrouble } from './spooled-producer.ts';
import { rememberTopics } from './topic-memory.ts';

/** What of the log a spool needs beside a producer. */
export type SpoolableEventLog = Pick<EventLog, 'transactionalProducer' | 'committed' | 'reader' | 'watermarks'>;

export interface SpooledLogDeps {
  readonly eventLog: SpoolableEventLog;
  readonly producer: Producer;
  /** All topics that are appended to, with their partitions; the first holds the spool's position. */
  readonly topics: ReadonlyMap<string, number>;
  /** The log does not answer: what comes is spooled from the start. */
  readonly isAway: boolean;
  readonly clock: Clock;
  readonly log: Pick<Logger, 'info' | 'warn' | 'error'>;
  readonly metrics: IngestorMetrics;
  /** The reason for which datagrams are lost changes now. */
  readonly troubleChanges: () => void;
  readonly failed: (error: Error) => void;
  /** Opens a file of the spool for writing; the system's by default. */
  readonly createFile?: SpoolOptions['createFile'];
}

/** The log with a spool before it. */
export interface SpooledLog {
  readonly producer: SpooledProducer;
  readonly spool: Spool;
  /** Resolves when everything is closed; what lies in the spool stays there. */
  close(): Promise<void>;
}

/** @throws SpoolError `locked`, `corrupt`; EventLogError; or the system's error */
export async function openSpooledLog(config: SpoolConfig, deps: SpooledLogDeps): Promise<SpooledLog> {
  const { eventLog, clock, log, metrics } = deps;
  const { directory, maxBytes } = config;
  const spool = await Spool.open({
    directory,
    maxBytes,
    ...(deps.createFile === undefined ? {} : { createFile: deps.createFile }),
  });
  const ends = new PartitionEnds(deps.topics);
  const [positionTopic = ''] = deps.topics.keys();
  try {
    if (!deps.isAway) {
      await ends.read(eventLog);
      await rememberTopics(directory, deps.topics);
    }
  } catch (error) {
    await spool.close();
    throw error;
  }
  const stopping = new AbortController();
  let draining: Promise<void> = Promise.resolve();
  const drain = new SpoolDrain(
    { spool, eventLog, clock, ends, name: config.name, positionTopic },
    {
      nearlyEmpty: () => producer.hold(),
      empty: () => producer.resume(),
      appended: (records) => {
        metrics.appendedRecords.inc(records);
        producer.released();
      },
      foundInLog: (records) => metrics.spoolFoundInLog.inc(records),
      damaged: ({ places, bytes }) => {
        metrics.spoolDamage.inc(places);
        metrics.spoolDamagedBytes.inc(bytes);
        log.error({ places, bytes }, 'spool was damaged, what cannot be read is lost');
      },
      failing: (error) => log.warn({ error: error.message }, 'spool cannot be sent yet'),
    },
  );
  const run = async (): Promise<void> => {
    try {
      await producer.acknowledged();
      await drain.run(stopping.signal);
    } catch (error) {
      if (!stopping.signal.aborted) deps.failed(error instanceof Error ? error : new Error(String(error)));
    }
  };
  const producer: SpooledProducer = new SpooledProducer(
    { producer: deps.producer, spool, clock, ends, stallMs: config.stallMs, isAway: deps.isAway },
    {
      routed: (route) => logRoute(log, route, spool.unreadBytes),
      drain: () => {
        draining = run();
      },
      appended: (records) => metrics.appendedRecords.inc(records),
      spooled: (records) => metrics.spooledRecords.inc(records),
      troubled: (trouble, error) => {
        deps.troubleChanges();
        logTrouble(log, trouble, error);
      },
      failed: deps.failed,
    },
  );
  producer.start();
  return {
    producer,
    spool,
    close: async () => {
      stopping.abort();
      // A transaction that is under way ends soon or not at all: then the next process finds out.
      await Promise.race([draining, clock.sleep(config.stallMs)]);
      await producer.close();
    },
  };
}

function logRoute(log: SpooledLogDeps['log'], route: SpoolRoute, bytes: number): void {
  if (route === 'spool') log.warn({ bytes }, 'event log does not answer in time, what comes is spooled');
  if (route === 'log') log.info({}, 'spool is empty, what comes goes to the event log');
}

function logTrouble(log: SpooledLogDeps['log'], trouble: SpoolTrouble | null, error: Error | null): void {
  if (trouble === null) log.info({}, 'spool takes records again');
  else log.error({ reason: trouble, error: error?.message }, 'spool takes nothing, sockets will not be read');
}
