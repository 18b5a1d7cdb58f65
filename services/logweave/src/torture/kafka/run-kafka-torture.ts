import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { decodeCommitMetadata } from '@logweave/correlation';
import type { EventLog } from '@logweave/event-log';
import { DEFAULT_KAFKA_CONFIG, openKafkaLog } from '@logweave/event-log-kafka';
import { startTestKafka, type TestKafka } from '@logweave/event-log-kafka/testing';
import { EventStream, Random, sendPaced } from '@logweave/generate';
import { topicName } from '@logweave/model';
import { systemClock } from '@logweave/service-kit';
import { compareJoin, countLate, type JoinComparison } from '../compare-join.ts';
import { readPartition } from '../log-contents.ts';
import { LogweaveProcess, openProcessLog, type ProcessExit } from '../logweave-process.ts';
import { APPEND_MARGIN_MS } from '../torture-config.ts';
import { type ChaosAction, runChaos } from './chaos.ts';
import { CorrelatorCrew } from './correlator-crew.ts';
import {
  kafkaConfigText,
  type KafkaTortureOptions,
  LATENESS_MS,
  oracleRules,
  PARTITIONS,
  paths,
} from './kafka-torture-config.ts';

const FIRST_CREW = 3;
const START_LIMIT_MS = 60_000;
const CATCH_UP_LIMIT_MS = 120_000;
const LOOK_EVERY_MS = 200;

export interface KafkaTortureReport {
  readonly actions: ReadonlyMap<ChaosAction, number>;
  readonly takeoversWithReplay: number;
  readonly lastExits: readonly ProcessExit[];
  readonly joins: readonly JoinComparison[];
  readonly maybeLate: number;
  /** What `logweave audit --json` says. */
  readonly audit: { readonly holds: boolean } & Readonly<Record<string, unknown>>;
}

/** Runs correlators on a broker of their own, lets things go wrong, and looks what came of it. */
export async function runKafkaTorture(
  options: KafkaTortureOptions,
  say: (text: string) => void,
): Promise<KafkaTortureReport | { readonly unavailable: string }> {
  const kafka = await startTestKafka();
  if ('unavailable' in kafka) return kafka;
  const log = openKafkaLog(
    { ...DEFAULT_KAFKA_CONFIG, brokers: kafka.bootstrapServers },
    { clock: systemClock, log: () => {}, identityLost: () => {} },
  );
  try {
    return await withKafka(options, kafka, log, say);
  } catch (error) {
    if (options.keep) {
      say(`${String(error)}\nthe broker at ${kafka.bootstrapServers.join(', ')} goes on for an hour`);
      await systemClock.sleep(3_600_000);
    }
    throw error;
  } finally {
    await log.close();
    await kafka.close();
  }
}

async function withKafka(
  options: KafkaTortureOptions,
  kafka: TestKafka,
  log: EventLog,
  say: (text: string) => void,
): Promise<KafkaTortureReport> {
  const at = paths(options.directory);
  await writeFile(at.config, kafkaConfigText(options, kafka.bootstrapServers, 'keep'));
  await writeFile(at.lastConfig, kafkaConfigText(options, kafka.bootstrapServers, 'emit'));
  const processLog = openProcessLog(at.processLog);
  const random = new Random(options.seed);
  const crew = new CorrelatorCrew(at.config, processLog, random);
  const ingestor = new LogweaveProcess(['run', 'socket-ingestor', '--config', at.config], processLog);
  const ending = new AbortController();
  const baseMs = systemClock.wallMs();
  const sending = sendPaced({
    stream: new EventStream({
      ...options,
      startMs: baseMs,
      durationMs: 1e9,
      ratePerSecond: options.rate,
      thinkMs: 800,
    }),
    httpSocket: at.http,
    networkSocket: at.network,
    clock: systemClock,
    reconnect: true,
    maxBehindMs: 500,
    signal: ending.signal,
  });
  try {
    await until('lines come in', START_LIMIT_MS, async () => (await ends(log)) > options.rate);
    for (let i = 0; i < FIRST_CREW; i++) crew.add();
    const untilMs = systemClock.monotonicMs() + options.minutes * 60_000;
    const checkIngestor = (): void => {
      if (!ingestor.running) throw new Error(`the ingestor ended by itself: ${ingestor.lastLine}`);
    };
    const actions = await runChaos(crew, kafka, random, checkIngestor, untilMs, say);
    ending.abort();
    await sending;
    await ingestor.end('SIGTERM');
    await until('everything is read', CATCH_UP_LIMIT_MS, async () => (await read(log)) === (await ends(log)));
    const exits = [...(await crew.endAll('SIGTERM'))];
    const last = new LogweaveProcess(['run', 'correlator', '--config', at.lastConfig], processLog);
    await until('the last one has all tasks', CATCH_UP_LIMIT_MS, async () => last.restoredTasks >= PARTITIONS);
    exits.push(await last.end('SIGTERM'));
    const takeoversWithReplay = crew.replays + last.replays;
    const joins = await compare(log, options, baseMs);
    return { actions, takeoversWithReplay, lastExits: exits, ...joins, audit: await audit(at.lastConfig) };
  } finally {
    ending.abort();
    await crew.endAll('SIGKILL');
    await ingestor.end('SIGKILL');
    processLog.end();
  }
}

async function compare(
  log: EventLog,
  { mode }: KafkaTortureOptions,
  baseMs: number,
): Promise<Pick<KafkaTortureReport, 'joins' | 'maybeLate'>> {
  const comparison = { rules: oracleRules(mode), surelyInTimeMs: LATENESS_MS - APPEND_MARGIN_MS };
  const joins: JoinComparison[] = [];
  let maybeLate = 0;
  for (let partition = 0; partition < PARTITIONS; partition++) {
    const contents = await readPartition(log, partition, { baseMs });
    joins.push(compareJoin(contents, comparison));
    maybeLate += countLate(contents.inputs, comparison.surelyInTimeMs);
  }
  return { joins, maybeLate };
}

async function audit(configPath: string): Promise<KafkaTortureReport['audit']> {
  const program = new URL('../../../bin/logweave.mjs', import.meta.url).pathname;
  const args = ['--conditions=@logweave/source', '--no-warnings', program, 'audit', '--config', configPath, '--json'];
  // It ends with 1 when something does not hold, and has said what.
  const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 2 ** 24 }).catch(
    (error: unknown) => error as { stdout: string },
  );
  return JSON.parse(stdout) as KafkaTortureReport['audit'];
}

/** Lines in the input topics. */
async function ends(log: EventLog): Promise<number> {
  let lines = 0;
  for (const name of ['http', 'network'] as const) {
    for (const { stable } of await log.watermarks(topicName(name))) lines += stable;
  }
  return lines;
}

/** Lines that the correlators have committed as read. */
async function read(log: EventLog): Promise<number> {
  const partitions = (['http', 'network'] as const).flatMap((name) =>
    Array.from({ length: PARTITIONS }, (_, partition) => ({ topic: topicName(name), partition })),
  );
  const committed = await log.committed('logweave.correlator', partitions);
  return committed.reduce((sum, offset) => sum + (offset === null ? 0 : decodeCommitMetadata(offset.metadata).next), 0);
}

async function until(what: string, limitMs: number, isSo: () => Promise<boolean>): Promise<void> {
  const endMs = systemClock.monotonicMs() + limitMs;
  let problem = '';
  while (systemClock.monotonicMs() < endMs) {
    try {
      if (await isSo()) return;
    } catch (error) {
      // Topics that are not there yet, a broker that is away.
      problem = error instanceof Error ? `: ${error.message}` : '';
    }
    await systemClock.sleep(LOOK_EVERY_MS);
  }
  throw new Error(`after ${limitMs} ms it was not so that ${what}${problem}`);
}
