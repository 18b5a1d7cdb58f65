import { extname } from 'node:path';
import { changeRegistry, type PrebuiltParser, type RegistryPlace, rollBackFailed } from '@logweave/parser-registry';
import type { Readiness, Service, ServiceDeps } from '@logweave/service-kit';
import type { ParserConfig } from './config.ts';
import { InputRunner } from './input-runner.ts';
import { createParserMetrics, type ParserMetrics } from './metrics.ts';
import type { ParseEngine } from './parse-engine.ts';
import { ParsePool } from './parse-pool.ts';
import type { ParseWorkerData } from './parse-protocol.ts';
import { RegistryFollower } from './registry-follower.ts';
import { type RollbackRequest, ServingParsers } from './serving-parsers.ts';

/** `languageEngine`, for threads. */
const LANGUAGE_ENGINE: ParseWorkerData = {
  engineModule: new URL(`./language-engine${extname(import.meta.url)}`, import.meta.url).href,
  engineName: 'languageEngine',
};
/** How often it is looked whether a parser is to be rolled back, and gauges are set. */
const TEND_MS = 500;
/** How long a stop waits for a rollback that is being made. */
const STOP_MS = 2_000;
/** Who rolls back, in the history of a parser. */
const AUTHOR = 'parser service';

export interface ParserDeps extends ServiceDeps {
  readonly engine: ParseEngine;
  /** The same engine for other threads; not needed where there are none. */
  readonly threadEngine?: ParseWorkerData;
  /** The parsers that ship with the program. */
  readonly prebuilt: readonly PrebuiltParser[];
}

/**
 * Makes UDM events of raw and correlated logs, exactly once: a task for each partition, whose events, dead letters and
 * position are committed in one transaction. Parsers come from the topic `parsers` and change while it runs.
 */
export function createParser(config: ParserConfig, deps: ParserDeps): Service {
  return new ParserService(config, deps);
}

class ParserService implements Service {
  readonly name = 'parser';
  readonly failure: Promise<Error>;
  readonly #config: ParserConfig;
  readonly #deps: ParserDeps;
  readonly #metrics: ParserMetrics;
  readonly #parsers: ServingParsers;
  readonly #place: RegistryPlace;
  readonly #follower: RegistryFollower;
  readonly #stopping = new AbortController();
  #fail: (error: Error) => void = () => {};
  readonly #pool: ParsePool | null;
  #runners: readonly InputRunner[] = [];
  #tending: Promise<void> = Promise.resolve();

  constructor(config: ParserConfig, deps: ParserDeps) {
    this.#config = config;
    this.#deps = deps;
    this.#metrics = createParserMetrics(deps.metrics);
    this.#parsers = new ServingParsers(config, deps.engine);
    this.#pool = this.#createPool();
    this.#place = { topic: config.topics.parsers, prebuilt: deps.prebuilt };
    this.failure = new Promise((resolve) => {
      this.#fail = resolve;
    });
    this.#follower = new RegistryFollower(this.#place, {
      ...deps,
      onProblem: () => this.#metrics.registryProblems.inc(),
      onChange: (registry, logType) => {
        if (!this.#parsers.update(registry, logType, deps.clock.wallMs())) return;
        const version = this.#parsers.of(logType)?.label ?? null;
        deps.log.info({ logType, version }, 'parser changed');
        for (const runner of this.#runners) runner.wakeUp();
      },
    });
  }

  /** @throws EventLogError `unknown_topic_or_partition`. */
  async start(): Promise<void> {
    const { eventLog, engine } = this.#deps;
    const { topics, inputs } = this.#config;
    const count = async (topic: string): Promise<number> => (await eventLog.watermarks(topic)).length;
    const partitionCounts = { udm: await count(topics.udm), deadLetter: await count(topics.deadLetter) };
    await this.#follower.start();
    const process = { config: this.#config, parsers: this.#parsers, engine };
    this.#runners = inputs.map(
      (from) =>
        new InputRunner({
          ...this.#deps,
          metrics: this.#metrics,
          pool: this.#pool,
          from,
          process,
          partitionCounts,
          topics,
        }),
    );
    for (const runner of this.#runners) {
      void runner.failure.then(this.#fail);
      await runner.start();
    }
    this.#tending = this.#tend();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#runners.map((runner) => runner.stop()));
    await this.#pool?.close();
    await this.#follower.stop();
    // A rollback that waits for a log that is away is made again by whoever starts next.
    await Promise.race([this.#tending, this.#deps.clock.sleep(STOP_MS)]);
  }

  #createPool(): ParsePool | null {
    const { threads } = this.#config;
    if (threads === 0) return null;
    const engine = this.#deps.threadEngine ?? LANGUAGE_ENGINE;
    const onLost = (): void => this.#metrics.threadsLost.inc();
    return new ParsePool({ ...this.#deps, threads, parsers: this.#parsers, engine, onLost });
  }

  readiness(): Readiness {
    const all = this.#runners.map((runner) => runner.readiness());
    if (all.length === 0) return { ready: false, detail: 'Reading the parsers.' };
    return all.find(({ ready }) => !ready) ?? { ready: true, detail: all.map(({ detail }) => detail).join(' ') };
  }

  /** Beside the work: takes back what lost its trial, and shows the state of the parsers. */
  async #tend(): Promise<void> {
    const { clock } = this.#deps;
    const { signal } = this.#stopping;
    let open: RollbackRequest[] = [];
    while (!signal.aborted) {
      this.#observe();
      open = [...open, ...this.#parsers.takeRollbacks()];
      const failed: RollbackRequest[] = [];
      for (const request of open) if (!(await this.#rollBack(request))) failed.push(request);
      open = failed;
      await clock.sleep(TEND_MS, signal);
    }
  }

  /** False when it is worth another try: until then the version before serves in this process. */
  async #rollBack({ logType, revision, validation }: RollbackRequest): Promise<boolean> {
    const { eventLog, clock, log } = this.#deps;
    const nowMs = clock.wallMs();
    const editor = { author: AUTHOR, nowMs, seenRevision: revision };
    try {
      const outcome = await changeRegistry(eventLog, this.#place, nowMs, (registry) =>
        rollBackFailed(registry, { logType }, editor, validation),
      );
      const done = outcome.kind === 'done';
      this.#metrics.rollbacks.inc({ log_type: logType, outcome: done ? 'done' : 'superseded' });
      if (done) log.warn({ logType, reason: validation.message }, 'parser rolled back');
      else log.info({ logType, problem: outcome.problem }, 'parser was changed before it was rolled back');
      return true;
    } catch (error) {
      this.#metrics.rollbacks.inc({ log_type: logType, outcome: 'failed' });
      log.warn({ logType, err: error }, 'parser not rolled back yet');
      return false;
    }
  }

  #observe(): void {
    const { held, trials } = this.#metrics;
    for (const serving of this.#parsers.all()) {
      const { logType } = serving;
      held.set({ log_type: logType }, serving.held === null ? 0 : 1);
      trials.set({ log_type: logType }, serving.trial === null ? 0 : 1);
    }
  }
}
