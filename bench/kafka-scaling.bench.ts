/**
 * What an event costs when one correlator has all eight partitions, and when two or four share them: CPU of all of them
 * together, once they are warm. `... bench/kafka-scaling.bench.ts [KEYS] [ROUNDS]`. More processes than cores show what
 * sharing costs, not how much faster it makes.
 */
import { systemClock } from '@logweave/service-kit';
import { printTable } from './kafka/table.ts';

process.env['BENCH_PARTITIONS'] ??= '8';
const { loadLine, openArena } = await import('./kafka/arena.ts');
const { ContenderProcess, committedRecords, prepareRun } = await import('./kafka/contender.ts');
const { correlator } = await import('./kafka/contenders.ts');
const { LineWriter, makeLines } = await import('./kafka/join-input.ts');
const { cpuSeconds } = await import('./kafka/process-cost.ts');
const { untilCommitted } = await import('./kafka/throughput.ts');

const keys = Number(process.argv[2] ?? 200_000);
const rounds = Number(process.argv[3] ?? 3);

const CREWS = [1, 2, 4] as const;
/** The part of the input that warms them up; it must reach all of them. */
const WARM_UP = 0.3;
const JOINED_MS = 8_000;

const arena = await openArena();
if (arena !== null) {
  console.log(loadLine());
  const lines = makeLines(keys, BigInt(Math.round(systemClock.wallMs()) - 60_000) * 1_000_000n);
  const warm = Math.floor(lines.length * WARM_UP);
  const contender = correlator('correlator', { mode: 'one_to_one', windowMs: 1_000, latenessMs: 500 });
  const micros = new Map<number, number[]>(CREWS.map((crew) => [crew, []]));
  const rates = new Map<number, number[]>(CREWS.map((crew) => [crew, []]));
  for (let round = 0; round < rounds; round++) {
    for (const crew of CREWS) {
      const run = await prepareRun(arena, `scaling ${crew} ${round}`);
      const members = Array.from({ length: crew }, () => new ContenderProcess(contender, run));
      const [first] = members;
      if (first === undefined) continue;
      // Nobody says when a group is at rest; with nothing to read it comes to it in seconds.
      await systemClock.sleep(JOINED_MS);
      const writer = await LineWriter.open(arena.log, run.input);
      await writer.write(lines.slice(0, warm));
      await untilCommitted(arena, first, warm);
      const cpuS = (): number => members.reduce((sum, { pid }) => sum + cpuSeconds(pid), 0);
      const before = { cpuS: cpuS(), ms: systemClock.monotonicMs() };
      await writer.write(lines.slice(warm));
      await untilCommitted(arena, first, lines.length);
      const events = lines.length - warm;
      micros.get(crew)?.push(((cpuS() - before.cpuS) / events) * 1e6);
      rates.get(crew)?.push((events / (systemClock.monotonicMs() - before.ms)) * 1000);
      await writer.close();
      for (const member of members) await member.stop();
      if ((await committedRecords(arena.log, first)) < lines.length) throw new Error('positions have moved back');
    }
  }
  const median = (numbers: readonly number[]): number => numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? 0;
  const one = median(micros.get(1) ?? []);
  printTable(
    CREWS.map((crew) => {
      const of = median(micros.get(crew) ?? []);
      return {
        correlators: String(crew),
        'client µs/event': of.toFixed(1),
        'of one': `${((of / one) * 100).toFixed(0)} %`,
        'events/s, with writing them': median(rates.get(crew) ?? []).toFixed(0),
      };
    }),
  );
  console.log(loadLine());
  await arena.close();
}
