/**
 * What the correlator costs on Kafka, beside reading and writing the same with nothing joined: by kafkajs, as its
 * documentation shows it, and by our adapter, each without and with transactions; all on one broker in one run, in turns.
 * Then how long a pair takes from its append to the input topics until the joined record is read, committed.
 * `npm run bench -- kafka`, or `node --conditions=@logweave/source bench/kafka.bench.ts [KEYS] [ROUNDS] [SECONDS]`.
 * Rates are differences of two runs: with far fewer keys than by default they drown in the noise.
 */
import { systemClock } from '@logweave/service-kit';
import { type Arena, loadLine, openArena } from './kafka/arena.ts';
import { type Contender, ContenderProcess, prepareRun } from './kafka/contender.ts';
import { copier, correlator } from './kafka/contenders.ts';
import { makeLines } from './kafka/join-input.ts';
import { measureLatency } from './kafka/latency.ts';
import { printTable } from './kafka/table.ts';
import { measureThroughput, medianThroughput, type Throughput, throughputRow } from './kafka/throughput.ts';

const keys = Number(process.argv[2] ?? 300_000);
const rounds = Number(process.argv[3] ?? 3);
const seconds = Number(process.argv[4] ?? 15);

const RULES = { windowMs: 1_000, latenessMs: 500 };
const KAFKAJS_TRANSACTIONS = copier('kafkajs, transactions', 'kafkajs transactions');
const ONE_TO_ONE = correlator('correlator one_to_one', { ...RULES, mode: 'one_to_one' });
const ONE_TO_MANY = correlator('correlator one_to_many', { ...RULES, mode: 'one_to_many' });
const CONTENDERS: readonly Contender[] = [
  copier('kafkajs', 'kafkajs'),
  KAFKAJS_TRANSACTIONS,
  copier('adapter', 'adapter'),
  copier('adapter, transactions', 'adapter transactions'),
  ONE_TO_ONE,
  ONE_TO_MANY,
];

async function throughput(arena: Arena): Promise<void> {
  const lines = makeLines(keys, BigInt(Math.round(systemClock.wallMs()) - 60_000) * 1_000_000n);
  console.log(
    `${lines.length} events of some 450 bytes in 2 topics of 4 partitions, zstd-1, medians of ${rounds} rounds`,
  );
  const runs = new Map<Contender, Throughput[]>(CONTENDERS.map((contender) => [contender, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [contender, of] of runs) {
      of.push((await measureThroughput(arena, contender, `${contender.name} ${round}`, lines)).measured);
    }
  }
  const medians = new Map([...runs].map(([contender, of]) => [contender, medianThroughput(of)]));
  const raw = medians.get(KAFKAJS_TRANSACTIONS)?.clientMicros ?? Number.NaN;
  printTable(
    [...medians].map(([{ name }, of]) => ({
      ...throughputRow(name, of),
      'of kafkajs, transactions': `${((raw / of.clientMicros) * 100).toFixed(0)} %`,
    })),
  );
}

async function latency(arena: Arena, eventsPerS: number): Promise<void> {
  for (const contender of [ONE_TO_ONE, ONE_TO_MANY]) {
    const run = await prepareRun(arena, `latency ${contender.name} ${eventsPerS}`);
    const process = new ContenderProcess(contender, run);
    const { p50Ms, p99Ms, pairs } = await measureLatency(arena, process, { eventsPerS, seconds });
    await process.stop();
    console.log(
      `${contender.name}, input topic → result topic at ${eventsPerS} events/s: p50 ${p50Ms.toFixed(0)} ms, p99 ${p99Ms.toFixed(0)} ms (${pairs} pairs)`,
    );
  }
}

const arena = await openArena();
if (arena !== null) {
  console.log(loadLine());
  await throughput(arena);
  await latency(arena, 1_000);
  await latency(arena, 20_000);
  console.log(loadLine());
  await arena.close();
}
