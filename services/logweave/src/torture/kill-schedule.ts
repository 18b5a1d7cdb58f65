import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ReadableEventLog } from '@logweave/event-log';
import { openEmbeddedLogReader } from '@logweave/event-log-embedded';
import { EventStream, Random, type SendSummary, sendPaced } from '@logweave/generate';
import { type TopicName, topicName } from '@logweave/model';
import { systemClock } from '@logweave/service-kit';
import { LogweaveProcess, openProcessLog, type ProcessExit } from './logweave-process.ts';
import { isAlive, lowerPriority, type ProcessMark } from './process-tree.ts';
import { configText, PATHS, type TortureOptions } from './torture-config.ts';

/** What happened until all inputs had ended and everything was written. */
export interface KillReport {
  /** Event times are counted from here. */
  readonly baseMs: number;
  readonly kills: number;
  /** Kills after which tasks had records to read again. */
  readonly killsWithReplay: number;
  /** Lines that the log took per second while all tasks worked, over all lives. */
  readonly linesPerSecond: number;
  readonly sent: SendSummary;
  /** Processes that a killed one had started and that did not end by themselves. */
  readonly leftOver: number;
  readonly lastExit: ProcessExit;
  /** Records of the result topic that a writer had not committed at the very end. */
  readonly unwritten: number;
}

/** From the moment at which all tasks work until the kill. */
const LIFE_MS = { least: 300, most: 5_000 } as const;
/** Each fifth kill comes in the middle of a take-over, so long after the first lines. */
const EARLY_EVERY = 5;
const EARLY_MS = 600;
const PARTITIONS = 8;
const START_LIMIT_MS = 90_000;
const DRAIN_LIMIT_MS = 300_000;
const CHILD_LIMIT_MS = 20_000;
const LOOK_EVERY_MS = 50;

/** Starts, loads and kills `logweave up` again and again, then lets it finish. `say` is told of each kill. */
export async function runKills(options: TortureOptions, say: (text: string) => void): Promise<KillReport> {
  const { directory, kills, rate, seed } = options;
  const configPath = join(directory, PATHS.config);
  await writeFile(configPath, configText(options));
  const log = openProcessLog(join(directory, PATHS.processLog));
  const random = new Random(seed);
  const baseMs = systemClock.wallMs();
  const stream = new EventStream({ seed, startMs: baseMs, durationMs: 1e9, ratePerSecond: rate, thinkMs: 800 });
  const ending = new AbortController();
  const sending = sendPaced({
    stream,
    httpSocket: join(directory, PATHS.httpSocket),
    networkSocket: join(directory, PATHS.networkSocket),
    clock: systemClock,
    reconnect: true,
    maxBehindMs: 500,
    signal: ending.signal,
  });

  const left: ProcessMark[] = [];
  let killsWithReplay = 0;
  let loadMs = 0;
  let loadLines = 0;
  let current = new LogweaveProcess(['up', '--config', configPath], log);
  try {
    for (let kill = 1; kill <= kills; kill++) {
      await underLoad(options, current);
      // On a machine with two cores ClickHouse would take the time that the load is to have; it catches up at the end.
      for (const child of current.children()) lowerPriority(child);
      if (kill % EARLY_EVERY === 0) {
        await systemClock.sleep(random.below(EARLY_MS));
      } else {
        await untilRestored(current);
        const [fromLines, fromMs] = [await linesIn(directory), systemClock.monotonicMs()];
        await systemClock.sleep(LIFE_MS.least + random.below(LIFE_MS.most - LIFE_MS.least));
        loadLines += (await linesIn(directory)) - fromLines;
        loadMs += systemClock.monotonicMs() - fromMs;
      }
      if (kill > 1 && current.replayed > 0) killsWithReplay++;
      left.push(...current.children());
      await current.end('SIGKILL');
      const lines = await linesIn(directory);
      say(`kill ${kill} of ${kills} at ${lines} lines; this life had read ${current.replayed} records again`);
      current = new LogweaveProcess(['up', '--config', configPath], log);
    }
    await underLoad(options, current);
    await untilRestored(current);
    if (current.replayed > 0) killsWithReplay++;
    ending.abort();
    const sent = await sending;
    await untilWritten(directory, say);
    let lastExit = await current.end('SIGTERM');
    // What was pending has been decided in the stop: writers that had no time for all of it go on in another life.
    if ((await unwrittenIn(directory)) > 0 && lastExit.code === 0) {
      current = new LogweaveProcess(['up', '--config', configPath], log);
      await untilWritten(directory, say);
      lastExit = await current.end('SIGTERM');
    }
    await until(CHILD_LIMIT_MS, async () => !left.some(isAlive));
    return {
      baseMs,
      kills,
      killsWithReplay,
      linesPerSecond: loadLines / (loadMs / 1000),
      sent,
      leftOver: left.filter(isAlive).length,
      lastExit,
      unwritten: await unwrittenIn(directory),
    };
  } finally {
    ending.abort();
    await current.end('SIGKILL');
    log.end();
  }
}

/** Waits until lines come in. */
async function underLoad({ directory, rate }: TortureOptions, current: LogweaveProcess): Promise<void> {
  const before = await linesIn(directory);
  const flowing = await Promise.race([
    until(START_LIMIT_MS, async () => (await linesIn(directory)) >= before + rate / 5),
    current.exited,
  ]);
  if (typeof flowing === 'object') {
    // What it said last may still be under way.
    await systemClock.sleep(500);
    throw new Error(`logweave up ended by itself: ${JSON.stringify(flowing)} ${current.lastLine}`);
  }
  if (!flowing) throw new Error(`no load after ${START_LIMIT_MS} ms`);
}

async function untilRestored(current: LogweaveProcess): Promise<void> {
  const restored = await until(START_LIMIT_MS, async () => current.restoredTasks >= PARTITIONS);
  if (!restored) throw new Error(`tasks were not restored after ${START_LIMIT_MS} ms`);
}

/** Waits until the correlator emits nothing more and the writers have committed all of it. */
async function untilWritten(directory: string, say: (text: string) => void): Promise<void> {
  let lastResults = -1;
  const written = await until(
    DRAIN_LIMIT_MS,
    async () => {
      const results = await withLog(directory, (log) => endOf(log, 'correlated'));
      const still = results === lastResults;
      lastResults = results;
      return still && (await unwrittenIn(directory)) === 0;
    },
    1000,
  );
  if (!written) say(`the writers were not done after ${DRAIN_LIMIT_MS} ms`);
}

/** Lines in the input topics; none before the first life has opened its sockets, and so made its log. */
async function linesIn(directory: string): Promise<number> {
  if (!existsSync(join(directory, PATHS.httpSocket))) return 0;
  return withLog(directory, async (log) => (await endOf(log, 'http')) + (await endOf(log, 'network')));
}

/** Records of the result topic that the file or ClickHouse still lacks. */
function unwrittenIn(directory: string): Promise<number> {
  return withLog(directory, async (log) => {
    const topic = topicName('correlated');
    const marks = await log.watermarks(topic);
    const partitions = marks.map((_, partition) => ({ topic, partition }));
    let missing = 0;
    for (const group of ['logweave.file-writer', 'logweave.clickhouse-writer']) {
      const committed = await log.committed(group, partitions);
      for (const [partition, { high }] of marks.entries()) missing += high - (committed[partition]?.offset ?? 0);
    }
    return missing;
  });
}

async function endOf(log: ReadableEventLog, name: TopicName): Promise<number> {
  return (await log.watermarks(topicName(name))).reduce((sum, { high }) => sum + high, 0);
}

async function withLog(directory: string, look: (log: ReadableEventLog) => Promise<number>): Promise<number> {
  const log = await openEmbeddedLogReader({ path: join(directory, PATHS.eventLog), clock: systemClock });
  try {
    return await look(log);
  } finally {
    await log.close();
  }
}

/** Whether it came true within the time. */
async function until(limitMs: number, isSo: () => Promise<boolean>, everyMs: number = LOOK_EVERY_MS): Promise<boolean> {
  const endMs = systemClock.monotonicMs() + limitMs;
  while (systemClock.monotonicMs() < endMs) {
    if (await isSo()) return true;
    await systemClock.sleep(everyMs);
  }
  return false;
}
