import type { LogRecord, RecordBatch } from '@logweave/event-log';
import type { Clock } from '@logweave/model';
import type { Logger } from '@logweave/service-kit';
import { type IncomingLog, readIncomingLog } from './incoming-log.ts';
import type { LoadedParser } from './loaded-parser.ts';
import type { ParseResult } from './parse-log.ts';
import {
  bytesAt,
  joinBytes,
  type ParseAnswer,
  type ParseWorkerData,
  type SentLog,
  type SentResult,
} from './parse-protocol.ts';
import { ParseThread, type ThreadOutcome } from './parse-thread.ts';
import type { TimedResult } from './partition-task.ts';
import type { ServingParsers } from './serving-parsers.ts';

const EMPTY = new Uint8Array(0);

export interface ParsePoolDeps {
  readonly threads: number;
  readonly parsers: Pick<ServingParsers, 'of'>;
  readonly engine: ParseWorkerData;
  readonly clock: Clock;
  readonly log: Logger;
  /** Called when a thread has ended over a log. */
  readonly onLost: () => void;
}

/** A log that goes to a thread, and where it stands in its batch. */
interface Job {
  readonly at: number;
  readonly log: IncomingLog;
  readonly parser: LoadedParser;
}

/**
 * Threads that parse batches. Those of a partition go to the same one, and a batch comes back in its order. A log over which
 * a thread ends (its memory, or an error that no parser may cause) is tried alone once more, and is a crash then.
 */
export class ParsePool {
  readonly #deps: ParsePoolDeps;
  readonly #threads: (ParseThread | null)[];

  constructor(deps: ParsePoolDeps) {
    this.#deps = deps;
    this.#threads = Array.from({ length: deps.threads }, () => null);
  }

  /** Results by place in the batch; null where there is nothing for a thread to do. */
  async parse(batch: RecordBatch, logType: string | null): Promise<readonly (TimedResult | null)[]> {
    const results: (TimedResult | null)[] = batch.records.map(() => null);
    const jobs = batch.records.flatMap((record, at) => this.#job(record, batch, at, logType));
    if (jobs.length === 0) return results;
    const outcome = await this.#run(batch.partition, jobs);
    if (outcome.kind === 'answer') this.#place(results, jobs, outcome.answer);
    else await this.#parseAlone(batch.partition, jobs, results);
    return results;
  }

  async close(): Promise<void> {
    for (const thread of this.#threads) await thread?.close();
  }

  #job(record: LogRecord, batch: RecordBatch, at: number, logType: string | null): Job[] {
    const log = readIncomingLog(record, batch, logType);
    if ('reason' in log) return [];
    const serving = this.#deps.parsers.of(log.logType);
    // A trial that is lost is served by the parser before, here.
    if (serving === null || serving.parser === null || serving.held !== null) return [];
    return serving.trial?.state === 'lost' ? [] : [{ at, log, parser: serving.parser }];
  }

  #run(partition: number, jobs: readonly Job[]): Promise<ThreadOutcome> {
    const { bytes, places } = joinBytes(jobs.map(({ log }) => log.record.value ?? EMPTY));
    const logs = jobs.map(({ log, parser }, i): SentLog => {
      const { origin, logType, namespace, labels, createTime, collectionTime } = log;
      const facts = { origin, logType, namespace, labels, createTime, collectionTime };
      return { ...facts, label: parser.label, ...(places[i] ?? { start: 0, end: 0 }) };
    });
    const parsers = new Set(jobs.map(({ parser }) => parser));
    return this.#thread(partition).parse({ bytes, logs }, [...parsers]);
  }

  async #parseAlone(partition: number, jobs: readonly Job[], results: (TimedResult | null)[]): Promise<void> {
    for (const job of jobs) {
      const outcome = await this.#run(partition, [job]);
      if (outcome.kind === 'answer') {
        this.#place(results, [job], outcome.answer);
        continue;
      }
      const { position, logType } = job.log;
      this.#deps.log.error({ ...position, logType, why: outcome.why }, 'a log ended a parser thread');
      const result: ParseResult = { kind: 'crashed', message: `it ended its thread: ${outcome.why}` };
      results[job.at] = { label: job.parser.label, result, tookMs: 0 };
    }
  }

  #place(results: (TimedResult | null)[], jobs: readonly Job[], { bytes, results: sent }: ParseAnswer): void {
    for (const [i, { at, parser }] of jobs.entries()) {
      const one = sent[i];
      if (one === undefined) throw new Error('a thread has answered for other logs');
      results[at] = { label: parser.label, result: resultOf(one, bytes), tookMs: one.tookMs };
    }
  }

  #thread(partition: number): ParseThread {
    const { threads, engine, clock, onLost } = this.#deps;
    const index = partition % threads;
    const before = this.#threads[index] ?? null;
    if (before !== null && before.lost === null) return before;
    if (before !== null) onLost();
    const thread = new ParseThread(engine, clock);
    this.#threads[index] = thread;
    return thread;
  }
}

function resultOf(sent: SentResult, bytes: ArrayBuffer): ParseResult {
  if (sent.kind !== 'events') {
    const { tookMs: _, ...result } = sent;
    return result;
  }
  return {
    kind: 'events',
    events: sent.events.map(({ kind, filled, start, end }) => ({
      kind,
      filled,
      value: bytesAt(bytes, { start, end }),
    })),
  };
}
