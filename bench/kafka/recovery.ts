import { systemClock } from '@logweave/service-kit';
import type { Arena } from './arena.ts';
import { type Contender, ContenderProcess, prepareRun } from './contender.ts';
import { LineWriter, makeLine } from './join-input.ts';
import { untilCommitted } from './throughput.ts';

/** Between the events that are held. */
const STEP_NS = 10_000n;
/** Their other halves come so much later in event time. */
const HANDSHAKE_NS = 1_000_000_000n;
/** Handshakes that are there when the successor starts. */
const FIRST = 400;

export interface Recovery {
  /** From the start of the successor until it has committed what came meanwhile. */
  readonly recoveryS: number;
  /** Of the held events, those that were joined in the end. */
  readonly joined: number;
}

/**
 * Lets a contender hold so many requests, kills it, waits until the group has forgotten it, and starts a successor, which
 * finds new input; at last every held request gets its handshake.
 */
export async function measureRecovery(
  arena: Arena,
  contender: Contender,
  { held, name, sessionMs }: { readonly held: number; readonly name: string; readonly sessionMs: number },
): Promise<Recovery> {
  const { log } = arena;
  const run = await prepareRun(arena, name);
  const writer = await LineWriter.open(log, run.input);
  const baseNs = BigInt(Math.round(systemClock.wallMs())) * 1_000_000n;
  const keys = Array.from({ length: held }, (_, i) => i);
  const handshake = (i: number) => makeLine(i, 'B', baseNs + BigInt(i) * STEP_NS + HANDSHAKE_NS);

  const first = new ContenderProcess(contender, run);
  await writer.write(keys.map((i) => makeLine(i, 'A', baseNs + BigInt(i) * STEP_NS)));
  await untilCommitted(arena, first, held);
  await first.kill();
  await systemClock.sleep(sessionMs + 1_000);

  await writer.write(keys.slice(0, FIRST).map(handshake));
  const beganMs = systemClock.monotonicMs();
  const second = new ContenderProcess(contender, run);
  await untilCommitted(arena, second, held + FIRST);
  const recoveryS = (systemClock.monotonicMs() - beganMs) / 1000;

  await writer.write(keys.slice(FIRST).map(handshake));
  await untilCommitted(arena, second, 2 * held);
  await systemClock.sleep(4_000);
  await second.stop();
  await writer.close();
  let joined = 0;
  for (const [partition, { stable }] of (await log.watermarks(run.output.correlated)).entries()) {
    const reader = await log.reader({ topic: run.output.correlated, partition }, 0);
    for (let at = 0; at < stable; ) {
      const batch = await reader.read({ timeoutMs: 1000 });
      at = batch.nextOffset;
      for (const { value } of batch.records) if (Buffer.from(value ?? []).includes('"correlated":true')) joined++;
    }
    await reader.close();
  }
  return { recoveryS, joined };
}
