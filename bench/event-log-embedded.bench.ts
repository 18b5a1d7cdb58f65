/**
 * What the embedded event log does on this machine: records a second and CPU a record, medians over several runs.
 *
 *   node --conditions=@logweave/source bench/event-log-embedded.bench.ts [runs] [records]
 */
import { benchmarkEmbeddedLog, type Rate } from '@logweave/event-log-embedded';
import { systemClock } from '@logweave/service-kit';

const runs = Number(process.argv[2] ?? 5);
const records = Number(process.argv[3] ?? 300_000);

for (const { title, recordsPerTransaction, valueBytes, headers } of [
  {
    title: 'source records, 500 bytes, 1,000 a transaction',
    recordsPerTransaction: 1000,
    valueBytes: 480,
    headers: false,
  },
  {
    title: 'result records, 600 bytes and 3 headers, 1,000 a transaction',
    recordsPerTransaction: 1000,
    valueBytes: 540,
    headers: true,
  },
  {
    title: 'source records, 500 bytes, 100 a transaction',
    recordsPerTransaction: 100,
    valueBytes: 480,
    headers: false,
  },
]) {
  console.log(`${title}, ${records.toLocaleString('en')} records, median of ${runs}`);
  const results: (readonly Rate[])[] = [];
  for (let run = 0; run < runs; run++) {
    results.push(
      await benchmarkEmbeddedLog({ clock: systemClock, records, recordsPerTransaction, valueBytes, headers }),
    );
  }
  for (const { name } of results[0] ?? []) {
    const rates = results.flatMap((result) => result.filter((rate) => rate.name === name));
    const perSecond = median(rates.map((rate) => rate.recordsPerSecond)).toLocaleString('en');
    const micros = median(rates.map((rate) => rate.cpuMicrosPerRecord)).toFixed(2);
    console.log(`  ${name.padEnd(24)} ${perSecond.padStart(10)} records/s  ${micros.padStart(6)} µs CPU/record`);
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
