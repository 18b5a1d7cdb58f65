/**
 * How fast streams are generated, lines into memory: `node --conditions=@logweave/source bench/generate.bench.ts
 * [LINES] [RUNS]`. Lines a second and bytes a second, medians over the runs, one core.
 */
import { EventStream } from '@logweave/generate';
import { systemClock } from '@logweave/service-kit';

const lines = Number(process.argv[2] ?? 1_000_000);
const runs = Number(process.argv[3] ?? 5);

const target = Buffer.alloc(1024 * 1024);

function run(disorderMs: number): { readonly linesPerSecond: number; readonly bytesPerSecond: number } {
  const stream = new EventStream({ durationMs: 1e10, maxEvents: lines, ratePerSecond: 20_000, disorderMs });
  const beganMs = systemClock.monotonicMs();
  let bytes = 0;
  let at = 0;
  while (stream.next()) {
    const end = stream.writeLine(target, at);
    bytes += end - at;
    at = end > target.length / 2 ? 0 : end;
  }
  const seconds = (systemClock.monotonicMs() - beganMs) / 1000;
  return { linesPerSecond: lines / seconds, bytesPerSecond: bytes / seconds };
}

console.log(`generate, ${lines.toLocaleString('en')} lines of about 450 bytes, median of ${runs}`);
for (const [title, disorderMs] of [
  ['in the order of time', 0],
  ['arrivals up to 20 ms out of order', 20],
] as const) {
  const results = Array.from({ length: runs }, () => run(disorderMs));
  const rate = median(results.map(({ linesPerSecond }) => linesPerSecond));
  const megabytes = median(results.map(({ bytesPerSecond }) => bytesPerSecond)) / 1e6;
  console.log(
    `  ${title.padEnd(36)} ${Math.round(rate).toLocaleString('en').padStart(10)} lines/s ${megabytes.toFixed(0).padStart(6)} MB/s`,
  );
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
