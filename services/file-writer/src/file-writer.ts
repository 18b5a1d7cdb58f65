import { type Consumer, type EventLog, EventLogError, type PollResult, type TopicPartition } from '@logweave/event-log';
import type { Readiness, Service, ServiceDeps } from '@logweave/service-kit';
import { MAX_PARTITIONS } from './commit-metadata.ts';
import { readCommittedState } from './committed-state.ts';
import type { FileWriterConfig } from './config.ts';
import { describeProblem, FileProblem, problemLabel } from './file-problem.ts';
import { FileSession } from './file-session.ts';
import type { FileSystem } from './file-system.ts';
import { createFileWriterMetrics, type FileWriterMetrics } from './metrics.ts';
import { nodeFileSystem } from './node-file-system.ts';
import { type Recovery, recoverFile } from './recover-file.ts';

/** How long one poll waits. Bounds how late an age rotation is, nothing else. */
const POLL_MS = 1000;
const FIRST_RETRY_MS = 250;
const LAST_RETRY_MS = 10_000;

export interface FileWriterDeps extends Omit<ServiceDeps, 'eventLog'> {
  readonly eventLog: Pick<EventLog, 'watermarks' | 'committed' | 'consumer'>;
  /** By default the machine's. */
  readonly fileSystem?: FileSystem;
}

/** The file writer, and what SIGHUP asks of it. */
export interface FileWriterService extends Service {
  /** Finishes the file that is open, also when it has been renamed, and opens the path anew. Resolves when that is done. */
  reopen(): Promise<void>;
  /** On SIGHUP: `reopen`. */
  reload(): Promise<void>;
}

/**
 * Writes each record of the result topic as one line, exactly once: a line is in the file for good when the commit of
 * the group says so, and what stands behind the committed length is cut off before anything is written.
 */
export function createFileWriter(config: FileWriterConfig, deps: FileWriterDeps): FileWriterService {
  return new FileWriter(config, deps);
}

class FileWriter implements FileWriterService {
  readonly name = 'file-writer';
  readonly failure: Promise<Error>;
  readonly #config: FileWriterConfig;
  readonly #deps: FileWriterDeps;
  readonly #fileSystem: FileSystem;
  readonly #metrics: FileWriterMetrics;
  #fail: (error: Error) => void = () => {};
  #consumer: Consumer | null = null;
  #partitions: readonly TopicPartition[] = [];
  #assigned = 0;
  #session: FileSession | null = null;
  #problem: string | null = null;
  #retryAtMs = 0;
  #retryMs = FIRST_RETRY_MS;
  #reopening: (() => void)[] = [];
  #stopping = false;
  #running: Promise<void> = Promise.resolve();

  constructor(config: FileWriterConfig, deps: FileWriterDeps) {
    this.#config = config;
    this.#deps = deps;
    this.#fileSystem = deps.fileSystem ?? nodeFileSystem;
    this.#metrics = createFileWriterMetrics(deps.metrics);
    this.failure = new Promise((resolve) => {
      this.#fail = resolve;
    });
  }

  /**
   * Joins the group. A file that cannot be opened does not fail the start: readiness says so until it can.
   * @throws EventLogError `unknown_topic_or_partition`, RangeError for a topic with too many partitions
   */
  async start(): Promise<void> {
    const { topic, group } = this.#config;
    const watermarks = await this.#deps.eventLog.watermarks(topic);
    if (watermarks.length > MAX_PARTITIONS) {
      throw new RangeError(
        `topic ${topic} has ${watermarks.length} partitions: a file writer takes at most ${MAX_PARTITIONS}`,
      );
    }
    this.#partitions = watermarks.map((_, partition) => ({ topic, partition }));
    this.#consumer = await this.#deps.eventLog.consumer({ group, topics: [topic], startPaused: true });
    this.#running = this.#run(this.#consumer);
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    this.#consumer?.wakeUp();
    await this.#running;
  }

  readiness(): Readiness {
    const { path } = this.#config;
    if (this.#problem !== null)
      return { ready: false, detail: `Cannot write ${path}: ${this.#problem}. Retrying; nothing is lost.` };
    if (this.#session !== null) return { ready: true, detail: `Writing ${path}.` };
    if (this.#assigned > 0 && this.#assigned < this.#partitions.length) {
      return {
        ready: false,
        detail: `Has ${this.#assigned} of ${this.#partitions.length} partitions: another file writer is in group ${this.#config.group}, and a file has one writer.`,
      };
    }
    return { ready: false, detail: `Waiting for the partitions of ${this.#config.topic}.` };
  }

  reload(): Promise<void> {
    return this.reopen();
  }

  reopen(): Promise<void> {
    return new Promise((resolve) => {
      this.#reopening.push(resolve);
      this.#consumer?.wakeUp();
    });
  }

  async #run(consumer: Consumer): Promise<void> {
    try {
      while (!this.#stopping) await this.#attempt(consumer, () => this.#turn(consumer));
      await this.#attempt(consumer, () => this.#drain(consumer));
      await this.#attempt(consumer, () => this.#close());
      await consumer.close();
    } catch (error) {
      this.#deps.log.error({ err: error, path: this.#config.path }, 'file writer failed');
      this.#fail(error instanceof Error ? error : new Error(String(error)));
      await this.#abandonSession();
    }
    for (const resolve of this.#reopening.splice(0)) resolve();
  }

  async #close(): Promise<void> {
    await this.#session?.close();
    this.#session = null;
  }

  /** One round: open what is to be opened, then take records and write them. */
  async #turn(consumer: Consumer): Promise<void> {
    const now = this.#deps.clock.monotonicMs();
    if (this.#session === null && this.#assigned === this.#partitions.length && now >= this.#retryAtMs) {
      this.#session = await this.#begin(consumer);
    }
    if (this.#session !== null) await this.#reopen(this.#session);
    await this.#session?.tick();
    const untilMs = this.#session === null ? this.#retryAtMs - now : this.#session.msUntilCommit();
    const timeoutMs = Math.min(POLL_MS, untilMs > 0 ? untilMs : POLL_MS);
    await this.#take(consumer, await consumer.poll({ timeoutMs, maxRecords: this.#config.maxPollRecords }));
  }

  async #take(consumer: Consumer, result: PollResult): Promise<void> {
    switch (result.kind) {
      case 'assignment':
        // Whatever changed, the last commit says where to go on.
        await this.#abandonSession();
        consumer.pause(result.assigned);
        this.#assigned = result.assigned.length;
        // What was set for a partition that has left would stay for ever.
        this.#metrics.lag.reset();
        return;
      case 'records':
        if (this.#session === null) return;
        await this.#session.write(result.batches);
        this.#recovered();
        for (const { partition, endOffset, nextOffset } of result.batches) {
          this.#metrics.lag.set({ partition }, Math.max(0, endOffset - nextOffset));
        }
        return;
      case 'idle':
        // Nothing is waiting to be written.
        if (this.#session !== null) this.#recovered();
        return;
    }
  }

  async #reopen(session: FileSession): Promise<void> {
    const asked = this.#reopening.length;
    if (asked === 0) return;
    await session.reopen('reopened');
    for (const resolve of this.#reopening.splice(0, asked)) resolve();
  }

  /** Recovers the file and the positions from the last commit. */
  async #begin(consumer: Consumer): Promise<FileSession> {
    const { eventLog, clock } = this.#deps;
    const committed = readCommittedState(await eventLog.committed(this.#config.group, this.#partitions));
    const recovery = await recoverFile(this.#fileSystem, this.#config.path, committed.newest, clock.wallMs());
    const offsets = this.#partitions.map((partition, i) => committed.offsets[i] ?? consumer.position(partition));
    this.#report(recovery);
    const session = new FileSession(
      this.#config,
      {
        consumer,
        fileSystem: this.#fileSystem,
        clock,
        metrics: this.#metrics,
        begun: (reason, rotatedTo) => this.#deps.log.info({ path: this.#config.path, reason, rotatedTo }, 'file begun'),
      },
      {
        file: recovery.file,
        generation: committed.newest?.generation ?? 0,
        rotations: committed.newest?.rotations ?? 0,
        offsets,
      },
    );
    try {
      const unchanged =
        committed.complete &&
        committed.newest?.inode === recovery.file.inode &&
        committed.newest.lengthBytes === recovery.file.lengthBytes;
      if (!unchanged) await session.commitState();
      for (const [i, offset] of offsets.entries()) consumer.seek(this.#partitions[i] as TopicPartition, offset);
      consumer.resume(this.#partitions);
    } catch (error) {
      await session.abandon();
      throw error;
    }
    return session;
  }

  #report({ file, finding, renamedTo }: Recovery): void {
    const { log } = this.#deps;
    const fields = { path: this.#config.path, lengthBytes: file.lengthBytes, renamedTo, ...finding };
    if (finding.kind === 'cut') this.#metrics.cutBytes.inc(finding.bytes);
    if (finding.kind === 'shorter') this.#metrics.missingBytes.inc(finding.missingBytes);
    if (finding.kind === 'shorter' || finding.kind === 'gone' || finding.kind === 'replaced') {
      log.warn(fields, 'file is not as committed');
    } else {
      log.info(fields, 'file opened');
    }
  }

  /** Runs a step; what can pass is waited out and begun anew from the last commit, the rest is thrown on. */
  async #attempt(consumer: Consumer, step: () => Promise<void>): Promise<void> {
    try {
      await step();
    } catch (error) {
      if (!canPass(error)) throw error;
      await this.#abandonSession();
      consumer.pause(this.#partitions.slice(0, this.#assigned));
      this.#problem = describeProblem(error);
      this.#metrics.problems.inc({ reason: problemLabel(error) });
      this.#metrics.blocked.set(1);
      this.#deps.log.warn({ err: error, path: this.#config.path, retryMs: this.#retryMs }, 'cannot write');
      this.#retryAtMs = this.#deps.clock.monotonicMs() + this.#retryMs;
      this.#retryMs = Math.min(LAST_RETRY_MS, this.#retryMs * 2);
    }
  }

  /** Records went into the file: only that shows that it can be written. */
  #recovered(): void {
    if (this.#problem !== null) this.#deps.log.info({ path: this.#config.path }, 'writing again');
    this.#problem = null;
    this.#retryMs = FIRST_RETRY_MS;
    this.#metrics.blocked.set(0);
  }

  async #abandonSession(): Promise<void> {
    const session = this.#session;
    this.#session = null;
    try {
      await session?.abandon();
    } catch (error) {
      this.#deps.log.debug({ err: error }, 'closing the file failed');
    }
  }

  /** Writes what the topic holds at this moment, as far as time allows and the file can be written. */
  async #drain(consumer: Consumer): Promise<void> {
    const { clock, eventLog } = this.#deps;
    const untilMs = clock.monotonicMs() + this.#config.drainMs;
    const ends = await eventLog.watermarks(this.#config.topic);
    while (this.#session !== null && clock.monotonicMs() < untilMs) {
      const { offsets } = this.#session;
      if (ends.every(({ stable }, partition) => (offsets[partition] ?? 0) >= stable)) return;
      await this.#take(consumer, await consumer.poll({ timeoutMs: POLL_MS, maxRecords: this.#config.maxPollRecords }));
    }
  }
}

/** Whether a later attempt may go better: the disk's troubles and the log's, not an error in the program. */
function canPass(error: unknown): boolean {
  if (error instanceof EventLogError) return error.retriable || error.code === 'not_assigned';
  return error instanceof FileProblem || (error instanceof Error && 'syscall' in error);
}
