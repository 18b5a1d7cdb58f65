import { type EventLog, isWorthWaiting, type Producer } from '@logweave/event-log';
import type { Logger, Readiness, Service, ServiceDeps } from '@logweave/service-kit';
import { AppendQueue } from './append-queue.ts';
import type { SocketIngestorConfig } from './config.ts';
import { createInputs, type IngestorTopics } from './create-inputs.ts';
import { ingestorIdentity } from './ingestor-identity.ts';
import type { Input } from './input.ts';
import { LateProducer } from './late-producer.ts';
import { SERVICE_NAME } from './line-intake.ts';
import { createIngestorMetrics, type IngestorMetrics } from './metrics.ts';
import { openSpooledLog, type SpoolableEventLog, type SpooledLog } from './open-spooled-log.ts';
import type { TargetTopic } from './record-sink.ts';
import { recallTopics } from './topic-memory.ts';

/** How often to look whether the socket files are still there. */
const PATH_CHECK_INTERVAL_MS = 5_000;
/** So long a start waits for a log of which enough is known to begin without it. */
const REACH_MS = 5_000;
/** What can go on for hours is logged once in this time; the metrics have all of it. */
const COMPLAINT_INTERVAL_MS = 60_000;

/** What the ingestor uses of what services are given. */
export interface SocketIngestorDeps extends Pick<ServiceDeps, 'clock' | 'metrics'> {
  readonly eventLog: Pick<EventLog, 'topics' | 'producer'> & SpoolableEventLog;
  readonly log: Pick<Logger, 'info' | 'warn' | 'error'>;
}

/**
 * Reads source logs from unix sockets into topics `http` and `network`, raw logs from wherever they come into `raw`, and what
 * fails its checks into `dead-letter`:
 *
 *     socket → lines → check, key → record ┐
 *     socket, port → framing → raw record  ┴→ one append per turn of the event loop → event log
 *     file → lines → raw records and position in the file → one transaction → event log
 *
 * What is read and not acknowledged by the log is bounded: beyond that streams are not read, so that senders block, and
 * datagrams are dropped and counted. With a spool it goes to disk while the log does not answer, which is bounded as well.
 */
export function createSocketIngestor(config: SocketIngestorConfig, deps: SocketIngestorDeps): Service {
  return new SocketIngestor(config, deps);
}

interface Running {
  readonly producer: Producer;
  /** Null when there is none. */
  readonly spooled: SpooledLog | null;
  readonly queue: AppendQueue;
  readonly inputs: readonly Input[];
}

class SocketIngestor implements Service {
  readonly name = SERVICE_NAME;
  readonly failure: Promise<Error>;
  readonly #fail: (error: Error) => void;
  readonly #config: SocketIngestorConfig;
  readonly #deps: SocketIngestorDeps;
  readonly #metrics: IngestorMetrics;
  #running: Running | null = null;
  #stopped: Promise<void> | null = null;
  #failed: Error | null = null;
  #fullSinceMs: number | null = null;
  #lost: ReadonlyMap<string, string> = new Map();
  #cancelCheck: () => void = () => undefined;
  #checking: Promise<void> = Promise.resolve();
  #complainedMs = Number.NEGATIVE_INFINITY;

  constructor(config: SocketIngestorConfig, deps: SocketIngestorDeps) {
    this.#config = config;
    this.#deps = deps;
    const { promise, resolve } = Promise.withResolvers<Error>();
    this.failure = promise;
    this.#fail = resolve;
    this.#metrics = createIngestorMetrics(deps.metrics, (metrics) => this.#refresh(metrics));
  }

  async start(): Promise<void> {
    const log = await this.#reachLog();
    const { topics, producer } = log;
    const spooled = await this.#openSpool(log);
    const queue = this.#createQueue(producer, spooled);
    const inputs = await this.#createInputs(topics, queue, spooled);
    this.#running = { producer, spooled, queue, inputs };
    // All of them to their end, so that none opens behind the back of the stop.
    const opened = await Promise.allSettled(inputs.map((input) => input.open()));
    const refusal = opened.find((outcome) => outcome.status === 'rejected');
    if (refusal !== undefined) {
      await this.stop();
      throw refusal.reason;
    }
    this.#logOpen(inputs);
    this.#checkPathsLater();
  }

  /** Reads certificates anew. */
  async reload(): Promise<void> {
    for (const input of this.#running?.inputs ?? []) await input.reload?.();
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  readiness(): Readiness {
    if (this.#failed !== null) return { ready: false, detail: this.#failed.message };
    if (this.#stopped !== null) return { ready: false, detail: 'stopping' };
    if (this.#running === null) return { ready: false, detail: 'not started' };
    const [lost] = this.#lost.values();
    if (lost !== undefined) return { ready: false, detail: lost };
    const { queue, inputs, spooled } = this.#running;
    const isSpooling = spooled !== null && spooled.producer.route !== 'log';
    const spooling = isSpooling ? `, ${spooled.spool.unreadBytes} bytes spooled` : '';
    const behind = queue.isFull ? ', waiting for the event log' : '';
    const files = this.#config.raw?.inputs.filter(({ type }) => type === 'file').length ?? 0;
    const following = files === 0 ? '' : `, following ${files} ${files === 1 ? 'file' : 'files'}`;
    const detail = `receiving on ${inputs.length - files} sockets${following}${spooling}${behind}`;
    return { ready: true, detail };
  }

  async #createInputs(
    topics: IngestorTopics,
    queue: AppendQueue,
    spooled: SpooledLog | null,
  ): Promise<readonly Input[]> {
    const { raw } = this.#config;
    const follows = raw?.inputs.some(({ type }) => type === 'file') === true;
    const { clock, log, eventLog } = this.#deps;
    return createInputs(this.#config, {
      topics,
      queue,
      eventLog,
      identity: follows ? await ingestorIdentity(raw.identityDirectory) : '',
      clock,
      log,
      metrics: this.#metrics,
      lossReason: () => spooled?.producer.trouble ?? 'queue_full',
      failed: (error) => this.#giveUp(error),
    });
  }

  #logOpen(inputs: readonly Input[]): void {
    for (const { name, path, type, source } of this.#config.sockets) {
      this.#deps.log.info({ socket: name, path, type, source }, 'socket open');
    }
    for (const raw of this.#config.raw?.inputs ?? []) {
      const { name: socket, logType } = raw;
      const place = inputs.find(({ name }) => name === socket)?.place;
      const type = raw.type === 'tcp' && raw.tls !== null ? 'tls' : raw.type;
      this.#deps.log.info({ socket, place, type, logType }, 'input open');
    }
  }

  async #stop(): Promise<void> {
    if (this.#running === null) return;
    const { producer, spooled, queue, inputs } = this.#running;
    this.#cancelCheck();
    await this.#checking;
    const done = new AbortController();
    // Nothing moves any more once the log has refused for good, so there is nothing to wait for then.
    const grace =
      this.#failed === null ? this.#deps.clock.sleep(this.#config.stopGraceMs, done.signal) : Promise.resolve();
    await Promise.all(inputs.map((input) => input.stop(grace)));
    done.abort();
    await queue.drained();
    await (spooled ?? producer).close();
    this.#deps.log.info({}, 'sockets closed');
  }

  #checkPathsLater(): void {
    this.#cancelCheck = this.#deps.clock.schedule(PATH_CHECK_INTERVAL_MS, () => {
      this.#checking = this.#checkPaths();
    });
  }

  /** A socket file that something has removed cannot be found by senders, and nothing tells us but looking. */
  async #checkPaths(): Promise<void> {
    const lost = new Map<string, string>();
    for (const input of this.#running?.inputs ?? []) {
      await input.reload?.();
      if (input.isReachable || this.#failed !== null) continue;
      try {
        await input.reopen();
        this.#metrics.socketsReopened.inc({ socket: input.name });
        this.#deps.log.warn({ socket: input.name, path: input.place }, 'socket file was gone and is made anew');
      } catch (error) {
        const detail = error instanceof Error ? error.message : String(error);
        lost.set(input.name, detail);
        if (!this.#lost.has(input.name))
          this.#deps.log.error({ socket: input.name, error: detail }, 'socket file is lost');
      }
    }
    this.#lost = lost;
    if (this.#stopped === null) this.#checkPathsLater();
  }

  /** The log, or what is known of it while it does not answer and there is a spool. */
  async #reachLog(): Promise<ReachedLog> {
    const { eventLog, clock, log } = this.#deps;
    const { spool } = this.#config;
    if (spool === null) {
      return { topics: await this.#askTopics(), producer: await eventLog.producer(), isAway: false };
    }
    const producer = new LateProducer(() => eventLog.producer(), clock);
    const asking = this.#askTopics();
    // It may fail while something else is waited for; whoever waits for it learns of that.
    asking.catch(() => undefined);
    const known = await recallTopics(spool.directory, this.#topicNames());
    if (known === null) return { topics: await asking, producer, isAway: false };
    const answered = new AbortController();
    let reason = `no answer within ${REACH_MS / 1000} s`;
    try {
      const found = await Promise.race([asking, clock.sleep(REACH_MS, answered.signal)]);
      if (found !== undefined) return { topics: found, producer, isAway: false };
    } catch (error) {
      if (!isWorthWaiting(error)) throw error;
      reason = error.message;
    } finally {
      answered.abort();
    }
    const partitions = Object.fromEntries(known);
    log.warn({ partitions, reason }, 'event log is away, topics are taken to be as they were');
    return { topics: targetTopics(this.#config, known), producer, isAway: true };
  }

  /** In this order: the first of them holds the position of the spool. */
  #topicNames(): readonly string[] {
    const { topics, raw } = this.#config;
    return [topics.http, topics.network, topics.deadLetter, ...(raw === null ? [] : [raw.topic])];
  }

  async #askTopics(): Promise<IngestorTopics> {
    const { eventLog } = this.#deps;
    const existing = new Map((await eventLog.topics()).map(({ name, partitions }) => [name, partitions]));
    const missing = this.#topicNames().find((name) => !existing.has(name));
    // Who may not see a topic does not find it in the list; asked by its name, the log says that it refuses us.
    if (missing !== undefined) await eventLog.watermarks(missing);
    return targetTopics(this.#config, existing);
  }

  async #openSpool({ producer, topics, isAway }: ReachedLog): Promise<SpooledLog | null> {
    const { spool } = this.#config;
    if (spool === null) return null;
    const { eventLog, clock, log } = this.#deps;
    return openSpooledLog(spool, {
      eventLog,
      producer,
      topics: new Map(
        [topics.A, topics.B, topics.deadLetters, ...(topics.raw === null ? [] : [topics.raw])].map(
          ({ name, partitions }) => [name, partitions],
        ),
      ),
      isAway,
      clock,
      log,
      metrics: this.#metrics,
      troubleChanges: () => this.#running?.inputs.forEach((input) => input.refresh()),
      failed: (error) => this.#giveUp(error),
    });
  }

  #createQueue(producer: Producer, spooled: SpooledLog | null): AppendQueue {
    const { clock, log } = this.#deps;
    return new AppendQueue(
      { producer: spooled?.producer ?? producer, clock, maxHeldBytes: this.#config.maxInFlightBytes },
      {
        full: () => {
          const nowMs = clock.monotonicMs();
          this.#fullSinceMs = nowMs;
          for (const input of this.#running?.inputs ?? []) input.pause();
          spooled?.producer.pressed();
          if (this.#mayComplain()) {
            log.warn({ inFlightBytes: this.#running?.queue.heldBytes }, 'event log is behind, sockets are not read');
          }
        },
        room: () => {
          this.#countBackpressure();
          this.#fullSinceMs = null;
          spooled?.producer.relieved();
          for (const input of this.#running?.inputs ?? []) {
            // An input that was resumed just now may have filled the queue again.
            if (this.#failed === null && this.#running?.queue.isFull === false) input.resume();
          }
        },
        appended: (records) => {
          // With a spool this says that they are safe, in it or in the log.
          if (spooled === null) this.#metrics.appendedRecords.inc(records);
        },
        failed: (error) => this.#giveUp(error),
      },
    );
  }

  #mayComplain(): boolean {
    const nowMs = this.#deps.clock.monotonicMs();
    if (nowMs - this.#complainedMs < COMPLAINT_INTERVAL_MS) return false;
    this.#complainedMs = nowMs;
    return true;
  }

  #giveUp(error: Error): void {
    if (this.#failed !== null) return;
    this.#failed = error;
    for (const input of this.#running?.inputs ?? []) input.pause();
    this.#deps.log.error({ error: error.message, lostBytes: this.#running?.queue.heldBytes }, 'cannot go on');
    this.#fail(error);
  }

  #refresh(metrics: IngestorMetrics): void {
    metrics.inFlightBytes.set(this.#running?.queue.heldBytes ?? 0);
    metrics.spoolBytes.set(this.#running?.spooled?.spool.unreadBytes ?? 0);
    for (const input of this.#running?.inputs ?? []) input.refresh();
    this.#countBackpressure();
  }

  #countBackpressure(): void {
    if (this.#fullSinceMs === null) return;
    const nowMs = this.#deps.clock.monotonicMs();
    this.#metrics.backpressureSeconds.inc((nowMs - this.#fullSinceMs) / 1000);
    this.#fullSinceMs = nowMs;
  }
}

interface ReachedLog {
  readonly topics: IngestorTopics;
  readonly producer: Producer;
  /** It has not answered. */
  readonly isAway: boolean;
}

/** @throws Error when one is not among those that exist. */
function targetTopics(
  { topics: { http, network, deadLetter }, raw }: SocketIngestorConfig,
  existing: ReadonlyMap<string, number>,
): IngestorTopics {
  const find = (name: string): TargetTopic => {
    const partitions = existing.get(name);
    if (partitions === undefined) throw new Error(`topic ${name} does not exist`);
    return { name, partitions };
  };
  return {
    A: find(http),
    B: find(network),
    deadLetters: find(deadLetter),
    raw: raw === null ? null : find(raw.topic),
  };
}
