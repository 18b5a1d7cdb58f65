import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Clock, topicName } from '@logweave/model';
import { createLogger, Redactor, type SignalSource } from '@logweave/service-kit';
import type { Warehouse } from '@logweave/warehouse';
import { loadConfiguration } from '../compose/load-configuration.ts';
import { type Running, startLogweave } from '../start-logweave.ts';
import { type DemoPhase, demoConfig, demoPaths } from './demo-config.ts';
import { readFigures, readOutcomes } from './figures.ts';
import { joinedLine } from './joined-line.ts';
import type { DemoOptions } from './options.ts';
import { differences } from '../replay/outcome.ts';
import { ownEventsLines } from './own-events.ts';
import { playEvents } from '../replay/pace.ts';
import { Progress } from './progress.ts';
import { RateLimit } from './rate-limit.ts';
import { allBecameEvents, CORRELATED_LOG_TYPE, type EventTally, readEventTallies, sendRawLogs } from './raw-logs.ts';
import { ResultTap } from './result-tap.ts';
import { readSample, type Sample } from '../replay/sample.ts';
import { openSocketSink } from '../replay/socket-sink.ts';
import { isRight, type Summary, summaryLines } from './summary.ts';

const SAMPLE_FOLDER = join(import.meta.dirname, '../../../../examples/web-minute');
const TRUTH = { mode: 'one_to_many', rules: 'window_10s_ttl_120s_sliding' } as const;
const REPLAY_MS = 12_000;
/** From the reading of the sample until the first of its events is sent. */
const HEAD_START_MS = 200;
/** So many joined records a second can still be read. */
const SHOWN_PER_SECOND = 8;
/** How long the last events may take from their logs to the warehouse. */
const EVENTS_WITHIN_MS = 20_000;
const EVENTS_LOOK_EVERY_MS = 200;
/** Column of how many records were not shown before this one. */
const MORE_WIDTH = 5;

export interface DemoDeps {
  readonly clock: Clock;
  readonly signals: SignalSource;
  readonly out: NodeJS.WriteStream;
  readonly err: NodeJS.WriteStream;
}

/** The whole demo. @returns the exit code: 0, or 1 when the numbers were not the truth or it was interrupted. */
export async function runDemo(options: DemoOptions, deps: DemoDeps): Promise<0 | 1> {
  const interrupted = new AbortController();
  const ignore = (['SIGINT', 'SIGTERM'] as const).map((name) => deps.signals.on(name, () => interrupted.abort()));
  const folder = await mkdtemp(join(tmpdir(), 'logweave-demo-'));
  try {
    return await new Demo(options, deps, folder, interrupted.signal).run();
  } finally {
    await rm(folder, { recursive: true, force: true });
    for (const end of ignore) end();
  }
}

/** What was sent. */
interface Replayed {
  readonly sample: Sample;
  /** How many raw logs of each type. */
  readonly rawLogs: ReadonlyMap<string, number>;
  readonly seconds: number;
}

class Demo {
  readonly #options: DemoOptions;
  readonly #deps: DemoDeps;
  readonly #folder: string;
  readonly #interrupted: AbortSignal;
  readonly #progress: Progress;
  #limit: RateLimit;

  constructor(options: DemoOptions, deps: DemoDeps, folder: string, interrupted: AbortSignal) {
    this.#options = options;
    this.#deps = deps;
    this.#folder = folder;
    this.#interrupted = interrupted;
    // What people read goes out of the way of what machines read.
    this.#progress = new Progress(options.json ? deps.err : deps.out);
    this.#limit = this.#newLimit();
  }

  async run(): Promise<0 | 1> {
    this.#say('Starting: event log, ClickHouse engine, writers, parser, correlator, sockets.');
    this.#say('Joined records as they leave (+n: so many more before this one):', '');
    const replayed = await this.#replay();
    if (this.#interrupted.aborted) return 1;
    const live = await this.#start('live');
    try {
      const summary = await this.#summarise(live, replayed);
      const right = isRight(summary);
      if (this.#options.json)
        this.#deps.out.write(
          `${JSON.stringify({ right, ...summary, parsable: Object.fromEntries(summary.parsable) })}\n`,
        );
      this.#say('', ...summaryLines(summary), '');
      if (!this.#options.once) await this.#stayUp(live);
      return right ? 0 : 1;
    } finally {
      await live.stop();
    }
  }

  /** Sends the sample and stops: with `on_stop: emit` that is the end of both inputs. */
  async #replay(): Promise<Replayed> {
    const { clock } = this.#deps;
    const running = await this.#start('replay');
    const tap = await ResultTap.open(running.eventLog, (value) => this.#joined(value));
    const paths = demoPaths(this.#folder);
    try {
      const endsNs = BigInt(Math.round(clock.wallMs() + HEAD_START_MS + REPLAY_MS)) * 1_000_000n;
      const sample = await readSample(SAMPLE_FOLDER, TRUTH, (lastNs) => endsNs - lastNs);
      const sinks = { A: await openSocketSink(paths.http), B: await openSocketSink(paths.network) };
      const startMs = clock.monotonicMs();
      const pace = { durationMs: REPLAY_MS, onProgress: (sent: number) => this.#sent(sent, sample, startMs) };
      const [rawLogs] = await Promise.all([
        sendRawLogs(paths.raw),
        playEvents(sample.events, { A: sinks.A.write, B: sinks.B.write }, pace, clock, this.#interrupted),
      ]);
      await Promise.all([sinks.A.end(), sinks.B.end()]);
      return { sample, rawLogs, seconds: (clock.monotonicMs() - startMs) / 1000 };
    } finally {
      this.#progress.show('all sent; deciding what is pending');
      await running.stop();
      await tap.done;
      this.#progress.clear();
      if (this.#limit.heldBack > 0) this.#say(`+${this.#limit.heldBack}`.padStart(MORE_WIDTH));
    }
  }

  async #summarise({ eventLog, warehouse }: Running, { sample, rawLogs, seconds }: Replayed): Promise<Summary> {
    if (warehouse === null) throw new Error('the demo has no warehouse');
    const eventsOf = async (topic: 'http' | 'network'): Promise<number> => {
      const partitions = await eventLog.watermarks(topicName(topic));
      return partitions.reduce((sum, { high }) => sum + high, 0);
    };
    const parsable = new Map([[CORRELATED_LOG_TYPE, sample.outcomes.length], ...rawLogs]);
    return {
      events: { A: await eventsOf('http'), B: await eventsOf('network') },
      expected: sample.outcomes.length,
      differences: differences(await readOutcomes(warehouse), sample.outcomes),
      feedSeconds: seconds,
      parsable,
      eventTallies: await this.#eventTallies(warehouse, parsable),
      ...(await readFigures(warehouse)),
    };
  }

  /** What the correlator decided at the stop is parsed after it: waits until its events have arrived. */
  async #eventTallies(warehouse: Warehouse, logs: ReadonlyMap<string, number>): Promise<readonly EventTally[]> {
    const { clock } = this.#deps;
    const deadlineMs = clock.monotonicMs() + EVENTS_WITHIN_MS;
    for (;;) {
      const tallies = await readEventTallies(warehouse);
      if (allBecameEvents(tallies, logs) || clock.monotonicMs() > deadlineMs) return tallies;
      await clock.sleep(EVENTS_LOOK_EVERY_MS, this.#interrupted);
    }
  }

  /** Until somebody ends it. */
  async #stayUp(live: Running): Promise<void> {
    this.#limit = this.#newLimit();
    const tap = await ResultTap.open(live.eventLog, (value) => this.#joined(value));
    this.#say(...ownEventsLines(demoPaths(this.#folder), live.adminUrl), '');
    const ended = new Promise<void>((resolve) => {
      if (this.#interrupted.aborted) resolve();
      this.#interrupted.addEventListener('abort', () => resolve(), { once: true });
    });
    const failed = live.failure.then(({ service, error }) => {
      throw new Error(`${service} cannot go on: ${error.message}`, { cause: error });
    });
    await Promise.race([ended, failed, tap.done]);
  }

  async #start(phase: DemoPhase): Promise<Running> {
    const { config: path } = demoPaths(this.#folder);
    const text = demoConfig(this.#folder, phase);
    await writeFile(path, text);
    const { config } = loadConfiguration(path, { env: {}, readFile: () => text });
    const redactor = new Redactor();
    const log = createLogger({ ...config.log, redactor });
    return startLogweave(config, { log, redactor, clock: this.#deps.clock });
  }

  #newLimit(): RateLimit {
    return new RateLimit(1, 1_000 / SHOWN_PER_SECOND, this.#deps.clock);
  }

  #joined(value: Uint8Array): void {
    if (this.#options.json) return;
    const heldBack = this.#limit.pass();
    if (heldBack === null) return;
    const more = heldBack === 0 ? '' : `+${heldBack}`;
    const line = `${more.padStart(MORE_WIDTH)}  ${joinedLine(value)}`;
    // On a terminal a line that wraps is no line any more.
    const { isTTY, columns } = this.#deps.out;
    this.#print(isTTY ? line.slice(0, columns) : line);
  }

  #sent(sent: number, { events }: Sample, startMs: number): void {
    const elapsedMs = this.#deps.clock.monotonicMs() - startMs;
    const leftS = Math.max(0, Math.ceil((REPLAY_MS - elapsedMs) / 1000));
    const rate = Math.round((sent * 1000) / Math.max(1, elapsedMs));
    this.#progress.show(`sent ${sent} of ${events.length} lines, ${rate}/s, ${leftS} s left`);
  }

  #say(...lines: readonly string[]): void {
    if (this.#options.json) return;
    for (const line of lines) this.#print(line);
  }

  #print(line: string): void {
    this.#progress.print(line);
  }
}
