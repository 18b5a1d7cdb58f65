/**
 * What the embedded event log does on this machine: records a second and CPU a record, medians over several runs.
 *
 *   node --conditions=@logweave/source bench/event-log-embedded.bench.ts [runs] [records]
 */
import { benchmarkEmbeddedLog, type Rate } from '@logweave/event-log-embedded';
import { systemClock } from '@logweave/service-kit';

const runs = Number(process.argv[2] ?? 3);
const records = Number(process.argv[3] ?? 300_000);

const source = { valueBytes: 480, headers: false, producers: 1 };
const cases = [
  { ...source, title: 'source records of 500 bytes, 1,000 a transaction', recordsPerTransaction: 1000 },
  {
    title: 'result records of 600 bytes with 3 headers, 1,000 a transaction',
    recordsPerTransaction: 1000,
    valueBytes: 540,
    headers: true,
    producers: 1,
  },
  { ...source, title: 'source records of 500 bytes, 100 a transaction', recordsPerTransaction: 100 },
  { ...source, title: 'the same, 8 producers at once', recordsPerTransaction: 100, producers: 8 },
];

for (const { title, ...shape } of cases) {
  console.log(`${title}; ${records.toLocaleString('en')} records, median of ${runs}`);
  const results: (readonly Rate[])[] = [];
  for (let run = 0; run < runs; run++) {
    results.push(await benchmarkEmbeddedLog({ clock: systemClock, records, ...shape }));
  }
  for (const { name } of results[0] ?? []) {
    const rates = results.flatMap((result) => result.filter((rate) => rate.name === name));
    const perSecond = median(rates.map((rate) => rate.recordsPerSecond)).toLocaleString('en');
    const micros = median(rates.map((rate) => rate.cpuMicrosPerRecord)).toFixed(2);
    const stall = median(rates.map((rate) => rate.stallMs)).toFixed(1);
    console.log(
      `  ${name.padEnd(22)} ${perSecond.padStart(10)} records/s ${micros.padStart(6)} µs CPU/record` +
        `   stall p99 ${stall.padStart(5)} ms`,
    );
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
