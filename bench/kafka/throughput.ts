import { systemClock } from '@logweave/service-kit';
import type { Arena } from './arena.ts';
import { committedRecords, type Contender, ContenderProcess, prepareRun, type Run } from './contender.ts';
import { type InputLine, LineWriter } from './join-input.ts';
import { cpuSeconds, peakRssMiB } from './process-cost.ts';

/** The part of the input that a second run gets, to be taken away. */
const WARM_UP = 0.25;
const LOOK_MS = 20;
const GIVE_UP_MS = 300_000;

/** What a contender takes once it is warm. */
export interface Throughput {
  readonly eventsPerS: number;
  readonly clientMicros: number;
  /** Null where the broker's process is not known. */
  readonly brokerMicros: number | null;
  readonly peakRssMiB: number;
  /** The whole CPU of the process, its start included, for each event of the whole input. */
  readonly wholeMicros: number;
}

/** From the start of a process to its last commit. */
interface Cost {
  readonly events: number;
  readonly ms: number;
  readonly clientS: number;
  readonly brokerS: number;
  readonly peakRssMiB: number;
}

/**
 * Runs a contender over the first part of the input and again over all of it, each time from its start until it has
 * committed everything: the difference is what events cost without its start and its warming up, and however far it
 * fetches ahead. `finish` is called before the end of the second run, which is returned.
 */
export async function measureThroughput(
  arena: Arena,
  contender: Contender,
  name: string,
  lines: readonly InputLine[],
  finish: (run: Run) => Promise<void> = async () => undefined,
): Promise<{ readonly measured: Throughput; readonly run: Run }> {
  const first = await prepareRun(arena, `${name} start`);
  const warm = await measureRun(arena, contender, first, lines.slice(0, Math.floor(lines.length * WARM_UP)));
  const run = await prepareRun(arena, name);
  const all = await measureRun(arena, contender, run, lines, finish);
  const events = all.events - warm.events;
  const measured = {
    eventsPerS: (events / (all.ms - warm.ms)) * 1000,
    clientMicros: ((all.clientS - warm.clientS) / events) * 1e6,
    brokerMicros: arena.brokerPid === null ? null : ((all.brokerS - warm.brokerS) / events) * 1e6,
    peakRssMiB: all.peakRssMiB,
    wholeMicros: (all.clientS / all.events) * 1e6,
  };
  return { measured, run };
}

async function measureRun(
  arena: Arena,
  contender: Contender,
  run: Run,
  lines: readonly InputLine[],
  finish: (run: Run) => Promise<void> = async () => undefined,
): Promise<Cost> {
  const writer = await LineWriter.open(arena.log, run.input);
  await writer.write(lines);
  await writer.close();
  const brokerS = (): number => (arena.brokerPid === null ? 0 : cpuSeconds(arena.brokerPid));
  const before = { ms: systemClock.monotonicMs(), brokerS: brokerS() };
  const process = new ContenderProcess(contender, run);
  await untilCommitted(arena, process, lines.length);
  const cost = {
    events: lines.length,
    ms: systemClock.monotonicMs() - before.ms,
    clientS: cpuSeconds(process.pid),
    brokerS: brokerS() - before.brokerS,
    peakRssMiB: peakRssMiB(process.pid),
  };
  await finish(run);
  await process.stop();
  return cost;
}

/** The middle of several runs, number by number. */
export function medianThroughput(runs: readonly Throughput[]): Throughput {
  const of = (pick: (run: Throughput) => number): number => median(runs.map(pick));
  return {
    eventsPerS: of((run) => run.eventsPerS),
    clientMicros: of((run) => run.clientMicros),
    brokerMicros: runs.some((run) => run.brokerMicros === null) ? null : of((run) => run.brokerMicros ?? 0),
    peakRssMiB: of((run) => run.peakRssMiB),
    wholeMicros: of((run) => run.wholeMicros),
  };
}

/** A row of the table of results. */
export function throughputRow(name: string, of: Throughput): Readonly<Record<string, string>> {
  return {
    '': name,
    'events/s': of.eventsPerS.toFixed(0),
    'events/client CPU s': (1e6 / of.clientMicros).toFixed(0),
    'client µs/event': of.clientMicros.toFixed(1),
    'with start, µs': of.wholeMicros.toFixed(1),
    'broker µs/event': of.brokerMicros?.toFixed(1) ?? '?',
    'peak RSS MiB': of.peakRssMiB.toFixed(0),
  };
}

/** @throws Error when it ends, or does not get there in minutes. */
export async function untilCommitted({ log }: Arena, process: ContenderProcess, records: number): Promise<void> {
  const deadlineMs = systemClock.monotonicMs() + GIVE_UP_MS;
  while ((await committedRecords(log, process)) < records) {
    process.checkAlive();
    if (systemClock.monotonicMs() > deadlineMs) throw new Error(`${process.contender.name} does not get on`);
    await systemClock.sleep(LOOK_MS);
  }
}

/** Of an odd number the middle, of an even one the mean of the two. */
function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const [low, high] = [sorted[Math.ceil(sorted.length / 2) - 1], sorted[Math.floor(sorted.length / 2)]];
  return ((low ?? 0) + (high ?? 0)) / 2;
}
