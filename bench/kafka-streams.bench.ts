/**
 * The correlator beside Kafka Streams: one process each, in turns, on one broker and the same input. How fast and how
 * dear they are, whether they join what the oracle joins, how long a pair takes, and how long a successor needs that
 * finds 100,000 held events. `npm run bench -- kafka-streams`, or
 * `node --conditions=@logweave/source bench/kafka-streams.bench.ts [KEYS] [ROUNDS] [SECONDS] [HELD]`.
 * Rates are differences of two runs: with far fewer keys than by default they drown in the noise.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@logweave/service-kit';
import { type Arena, loadLine, openArena } from './kafka/arena.ts';
import { type Contender, ContenderProcess, prepareRun } from './kafka/contender.ts';
import { correlator } from './kafka/contenders.ts';
import { checkJoin, equalRecords, expectedOutcomes, type JoinCheck } from './kafka/join-check.ts';
import { closeWindows, makeLines } from './kafka/join-input.ts';
import { measureLatency } from './kafka/latency.ts';
import { measureRecovery } from './kafka/recovery.ts';
import { printTable } from './kafka/table.ts';
import { measureThroughput, medianThroughput, type Throughput, throughputRow } from './kafka/throughput.ts';
import { kafkaStreams } from './opponents/kafka-streams/kafka-streams.ts';

const keys = Number(process.argv[2] ?? 225_000);
const rounds = Number(process.argv[3] ?? 3);
const seconds = Number(process.argv[4] ?? 15);
const held = Number(process.argv[5] ?? 100_000);

const WINDOW_MS = 1_000;
const GRACE_MS = 500;
/** Held events wait for longer than the measurement takes. */
const LONG_WINDOW_MS = 600_000;
/** The same for both, as we have it; that of Kafka Streams is 45 s. */
const SESSION_MS = 15_000;
const RULES = { beforeNs: WINDOW_MS * 1e6, afterNs: WINDOW_MS * 1e6, skewNs: 10e6, networkTtlNs: 20e9 };

interface Opponents {
  readonly logweave: Contender;
  readonly streams: Contender;
}

async function opponents(windowMs: number, stateDirectory: string): Promise<Opponents> {
  return {
    logweave: correlator('Logweave', { mode: 'one_to_one', windowMs, latenessMs: GRACE_MS, sessionMs: SESSION_MS }),
    streams: await kafkaStreams({ windowMs, graceMs: GRACE_MS, sessionMs: SESSION_MS, stateDirectory }),
  };
}

async function throughput(arena: Arena, { logweave, streams }: Opponents): Promise<void> {
  const lines = makeLines(keys, BigInt(Math.round(systemClock.wallMs()) - 60_000) * 1_000_000n);
  const expected = expectedOutcomes(lines, { ...RULES, mode: 'one_to_one' });
  console.log(`${lines.length} events of some 450 bytes in 2 topics of 4 partitions, medians of ${rounds} rounds`);
  const runs = new Map<Contender, Throughput[]>([
    [logweave, []],
    [streams, []],
  ]);
  const checks = new Map<Contender, JoinCheck>();
  for (let round = 0; round < rounds; round++) {
    for (const [contender, of] of runs) {
      const { measured, run } = await measureThroughput(arena, contender, `${contender.name} ${round}`, lines, (of) =>
        closeWindows(arena.log, of.input),
      );
      of.push(measured);
      checks.set(contender, await checkJoin(arena.log, run.output, lines, expected));
    }
  }
  printTable([...runs].map(([{ name }, of]) => throughputRow(name, medianThroughput(of))));
  for (const [{ name }, { right, missing, wrong, twice }] of checks) {
    const total = `${right} of ${expected.size} outcomes as the oracle says`;
    console.log(`${name}: ${total}, ${missing} missing, ${wrong} others, ${twice} more than once`);
  }
  const [one, other] = [...checks.values()];
  if (one === undefined || other === undefined) return;
  const { equal, both } = equalRecords(one, other);
  console.log(`records of pairs that are the same byte for byte: ${equal} of ${both}`);
}

async function latency(arena: Arena, { logweave, streams }: Opponents, eventsPerS: number): Promise<void> {
  for (const contender of [logweave, streams]) {
    const run = await prepareRun(arena, `latency ${contender.name} ${eventsPerS}`);
    const process = new ContenderProcess(contender, run);
    const { p50Ms, p99Ms, pairs } = await measureLatency(arena, process, { eventsPerS, seconds });
    await process.stop();
    const took = `p50 ${p50Ms.toFixed(0)} ms, p99 ${p99Ms.toFixed(0)} ms`;
    console.log(`${contender.name}: input topic → result topic at ${eventsPerS} events/s ${took} (${pairs} pairs)`);
  }
}

async function recovery(arena: Arena, { logweave, streams }: Opponents): Promise<void> {
  for (const contender of [logweave, streams]) {
    const name = `recovery ${contender.name}`;
    const { recoveryS, joined } = await measureRecovery(arena, contender, { held, name, sessionMs: SESSION_MS });
    const counted = `${joined} of ${held} held events joined in the end`;
    console.log(`${contender.name}: successor of a killed process works after ${recoveryS.toFixed(1)} s, ${counted}`);
  }
}

async function main(): Promise<void> {
  const stateDirectory = mkdtempSync(join(tmpdir(), 'logweave-streams-'));
  try {
    const short = await opponents(WINDOW_MS, stateDirectory).catch((error: unknown) => {
      console.log(`skipped, no Kafka Streams: ${error instanceof Error ? error.message : String(error)}`);
      return null;
    });
    const arena = short === null ? null : await openArena();
    if (short === null || arena === null) return;
    console.log(loadLine());
    await throughput(arena, short);
    await latency(arena, short, 1_000);
    await recovery(arena, await opponents(LONG_WINDOW_MS, stateDirectory));
    console.log(loadLine());
    await arena.close();
  } finally {
    rmSync(stateDirectory, { recursive: true, force: true });
  }
}

await main();
