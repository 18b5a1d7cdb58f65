import type { RecordBatch } from '@logweave/event-log';
import { systemClock } from '@logweave/service-kit';
import type { Arena } from './arena.ts';
import type { ContenderProcess } from './contender.ts';
import { LineWriter, makeLine } from './join-input.ts';

const SEND_MS = 5;
/** Before the measurement: programs and groups warm up. */
const WARM_UP_MS = 8_000;
/** Sent after the measurement, so that its last pairs are followed by others, as in traffic that goes on. */
const FOLLOW_MS = 3_000;
/** For what is still on its way when the last was sent. */
const REST_MS = 10_000;
const HANDSHAKE_NS = 5_000_000n;

export interface Latency {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly pairs: number;
}

/**
 * Sends pairs at a steady rate, the handshake together with its request, and reads the result topic: how long it takes
 * from before they are sent until the joined record is read, committed.
 */
export async function measureLatency(
  arena: Arena,
  contender: ContenderProcess,
  { eventsPerS, seconds }: { readonly eventsPerS: number; readonly seconds: number },
): Promise<Latency> {
  const { log } = arena;
  const { input, output, group } = contender.run;
  const consumer = await log.consumer({ group: `${group}.latency`, topics: [output.correlated] });
  const writer = await LineWriter.open(log, input);
  const sentMs = new Map<string, number>();
  const tookMs: number[] = [];
  let reading = true;
  const take = ({ records }: RecordBatch, nowMs: number): void => {
    for (const { key } of records) {
      const text = Buffer.from(key ?? []).toString();
      const sent = sentMs.get(text);
      if (sent !== undefined && sentMs.delete(text)) tookMs.push(nowMs - sent);
    }
  };
  const read = (async (): Promise<void> => {
    while (reading) {
      const polled = await consumer.poll({ timeoutMs: 100 });
      if (polled.kind !== 'records') continue;
      const nowMs = systemClock.monotonicMs();
      for (const batch of polled.batches) take(batch, nowMs);
    }
  })();

  const beganMs = systemClock.monotonicMs();
  const fromMs = beganMs + WARM_UP_MS;
  const untilMs = fromMs + seconds * 1000;
  let sent = 0;
  for (let nowMs = beganMs; nowMs < untilMs + FOLLOW_MS; nowMs = systemClock.monotonicMs()) {
    contender.checkAlive();
    const due = Math.floor(((nowMs - beganMs) * eventsPerS) / 2000) - sent;
    const ns = BigInt(Math.round(systemClock.wallMs())) * 1_000_000n;
    const keys = Array.from({ length: due }, (_, i) => sent + i);
    const requests = keys.map((i) => makeLine(i, 'A', ns));
    const handshakes = keys.map((i) => makeLine(i, 'B', ns - HANDSHAKE_NS));
    sent += due;
    if (nowMs >= fromMs && nowMs < untilMs) for (const { key } of requests) sentMs.set(key, nowMs);
    if (due > 0) await writer.write([...handshakes, ...requests]);
    await systemClock.sleep(SEND_MS);
  }
  const deadlineMs = systemClock.monotonicMs() + REST_MS;
  while (sentMs.size > 0 && systemClock.monotonicMs() < deadlineMs) await systemClock.sleep(SEND_MS);
  if (sentMs.size > 0) console.log(`${contender.contender.name}: ${sentMs.size} pairs have no result`);
  reading = false;
  await Promise.all([read, writer.close()]);
  await consumer.close();
  const sorted = tookMs.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
  return { p50Ms: at(0.5), p99Ms: at(0.99), pairs: sorted.length };
}
