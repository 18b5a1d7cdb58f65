import { systemClock } from '@logweave/service-kit';
import type { Arena } from './arena.ts';
import { committedRecords, type ContenderProcess } from './contender.ts';
import { cpuSeconds, peakRssMiB } from './process-cost.ts';

/** The part of the input in which a process warms up: it is not measured. */
const WARM_UP = 0.25;
const LOOK_MS = 50;

/** What one run took, from the end of the warm-up to the last commit. */
export interface Throughput {
  readonly eventsPerS: number;
  readonly clientMicros: number;
  /** Null where the broker's process is not known. */
  readonly brokerMicros: number | null;
  readonly peakRssMiB: number;
  /** From the start of the process to the last commit. */
  readonly wholeS: number;
  readonly wholeClientCpuS: number;
}

interface Sample {
  readonly ms: number;
  readonly records: number;
  readonly clientS: number;
  readonly brokerS: number;
}

/** Waits until a contender that was just started has committed so many records of the input. */
export async function measureThroughput(arena: Arena, process: ContenderProcess, records: number): Promise<Throughput> {
  const beganMs = systemClock.monotonicMs();
  const look = async (): Promise<Sample> => ({
    records: await committedRecords(arena.log, process),
    ms: systemClock.monotonicMs(),
    clientS: cpuSeconds(process.pid),
    brokerS: arena.brokerPid === null ? 0 : cpuSeconds(arena.brokerPid),
  });
  let warm: Sample | null = null;
  for (;;) {
    process.checkAlive();
    const now = await look();
    if (warm === null && now.records >= records * WARM_UP) warm = now;
    if (warm !== null && now.records >= records) {
      const count = now.records - warm.records;
      return {
        eventsPerS: (count / (now.ms - warm.ms)) * 1000,
        clientMicros: ((now.clientS - warm.clientS) / count) * 1e6,
        brokerMicros: arena.brokerPid === null ? null : ((now.brokerS - warm.brokerS) / count) * 1e6,
        peakRssMiB: peakRssMiB(process.pid),
        wholeS: (now.ms - beganMs) / 1000,
        wholeClientCpuS: now.clientS,
      };
    }
    await systemClock.sleep(LOOK_MS);
  }
}

/** The middle of several runs, number by number. */
export function medianThroughput(runs: readonly Throughput[]): Throughput {
  const of = (pick: (run: Throughput) => number): number => median(runs.map(pick));
  return {
    eventsPerS: of((run) => run.eventsPerS),
    clientMicros: of((run) => run.clientMicros),
    brokerMicros: runs.some((run) => run.brokerMicros === null) ? null : of((run) => run.brokerMicros ?? 0),
    peakRssMiB: of((run) => run.peakRssMiB),
    wholeS: of((run) => run.wholeS),
    wholeClientCpuS: of((run) => run.wholeClientCpuS),
  };
}

/** Of an odd number the middle, of an even one the mean of the two. */
function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const [low, high] = [sorted[Math.ceil(sorted.length / 2) - 1], sorted[Math.floor(sorted.length / 2)]];
  return ((low ?? 0) + (high ?? 0)) / 2;
}
