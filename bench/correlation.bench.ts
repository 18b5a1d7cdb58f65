import { Correlation, type CorrelationRules, RecordWriter } from '@logweave/correlation';
import { BASE_NS, http, network, rulesOf } from './engine-input.ts';

/**
 * The engine alone, bytes in to bytes out: events of about 450 bytes over distinct keys, both modes, and again with a
 * million events held. Prints medians of several runs and the CPU each event took.
 */
const EVENTS = 1_000_000;
const RUNS = 3;

interface Line {
  readonly side: 0 | 1;
  readonly bytes: Buffer;
  readonly offset: number;
}

/** Pairs 50 µs apart in event time, the handshake 5 ms before its request; packed into blocks as a log hands them out. */
function makeLines(pairs: number): Line[] {
  const lines: Line[] = [];
  const block = 1000;
  for (let from = 0; from < pairs; from += block) {
    for (const side of [1, 0] as const) {
      const texts: string[] = [];
      for (let i = from; i < Math.min(from + block, pairs); i++) {
        const ns = BASE_NS + BigInt(i) * 50_000n;
        texts.push(side === 0 ? http(i, ns) : network(i, ns - 5_000_000n));
      }
      const joined = Buffer.from(texts.join(''));
      let at = 0;
      for (const [k, text] of texts.entries()) {
        lines.push({ side, bytes: joined.subarray(at, at + text.length), offset: from + k });
        at += text.length;
      }
    }
  }
  return lines;
}

function measure(
  lines: readonly Line[],
  mode: CorrelationRules['mode'],
  heldExtra: number,
): { us: number; out: number } {
  const writer = new RecordWriter(mode);
  let out = 0;
  let records = 0;
  const engine = new Correlation(rulesOf(mode), {
    pair(a, b, ordinal) {
      out += writer.pair(a, b, ordinal).length;
      records++;
    },
    orphan(event, reason, nearest) {
      out += writer.orphan(event, reason, nearest).length;
      records++;
    },
  });
  // Events that stay: their time lies beyond everything that follows.
  for (let i = 0; i < heldExtra; i++) {
    const line = Buffer.from(network(i + 3_000_000, BASE_NS + 250_000_000_000n + BigInt(i) * 1000n));
    engine.add(1, i, null, line, 0, line.length);
  }
  const begin = process.cpuUsage();
  let n = 0;
  for (const line of lines) {
    engine.add(line.side, line.offset, null, line.bytes, 0, line.bytes.length);
    if (++n % 1000 === 0) engine.advance(0);
  }
  const cpu = process.cpuUsage(begin);
  const us = (cpu.user + cpu.system) / lines.length;
  if (records === 0) throw new Error('nothing was joined');
  return { us, out };
}

const lines = makeLines(EVENTS / 2);
for (const mode of ['one_to_one', 'one_to_many'] as const) {
  for (const held of [0, 1_000_000]) {
    const runs = Array.from({ length: RUNS }, () => measure(lines, mode, held));
    const us = runs.map((run) => run.us).toSorted((a, b) => a - b)[Math.floor(RUNS / 2)] ?? 0;
    const rss = Math.round(process.memoryUsage().rss / 1048576);
    console.log(
      `correlation ${mode}, ${held} more held: ${Math.round(1e6 / us)} events/s of CPU, ${us.toFixed(2)} µs an event, RSS ${rss} MiB with the input in memory`,
    );
  }
}
