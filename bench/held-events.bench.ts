/**
 * The memory of a process whose engine holds a million events, in blocks of a thousand as a log hands them out, and
 * nothing else. A process of its own for each mode: `node --expose-gc --conditions=@logweave/source ... MODE`.
 */
import { spawnSync } from 'node:child_process';
import { Correlation, type MatchingMode } from '@logweave/correlation';
import { BASE_NS, network, rulesOf } from './engine-input.ts';

const EVENTS = 1_000_000;
const BLOCK = 1000;
const MIB = 1_048_576;

/** Takes the events in; answers the bytes of their texts. */
function fill(engine: Correlation): number {
  let total = 0;
  for (let from = 0; from < EVENTS; from += BLOCK) {
    const texts = Array.from({ length: BLOCK }, (_, i) =>
      Buffer.from(network(from + i, BASE_NS + BigInt(from + i) * 20_000n)),
    );
    const bytes = texts.reduce((sum, { length }) => sum + length, 0);
    const block = Buffer.allocUnsafeSlow(bytes);
    let at = 0;
    for (const [i, text] of texts.entries()) {
      block.set(text, at);
      engine.add(1, from + i, null, block.subarray(at, at + text.length), 0, text.length);
      at += text.length;
    }
    total += bytes;
  }
  return total;
}

function hold(mode: MatchingMode): void {
  const engine = new Correlation(rulesOf(mode), { pair: () => {}, orphan: () => {} });
  const bytes = fill(engine);
  globalThis.gc?.();
  const { rss, heapUsed } = process.memoryUsage();
  const each = Math.round(heapUsed / EVENTS);
  console.log(
    `held events ${mode}: ${engine.heldEvents} of ${Math.round(bytes / EVENTS)} bytes each, ${Math.round(rss / MIB)} MiB in the process, ${each} bytes of objects an event`,
  );
}

const mode = process.argv[2];
if (mode === 'one_to_one' || mode === 'one_to_many') {
  hold(mode);
} else {
  for (const each of ['one_to_one', 'one_to_many']) {
    const options = ['--expose-gc', '--conditions=@logweave/source', import.meta.filename, each];
    spawnSync(process.execPath, options, { stdio: 'inherit' });
  }
}
