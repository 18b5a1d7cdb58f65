import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';

/** An ingestor whose log prints the number of each line that it has acknowledged. */
const INGESTOR = `
import { systemClock } from '@logweave/service-kit';
import { Registry } from 'prom-client';
import { createSocketIngestor } from '@logweave/socket-ingestor';
import { writeSync } from 'node:fs';

const rules = { keyFields: ['src_ip', 'src_port'], time: 'event_or_arrival', maxFutureSkewMs: 300000 };
const spec = { partitions: 1, cleanup: 'delete', retentionMs: null, retentionBytes: null, maxRecordBytes: 2 ** 21 };
const eventLog = {
  topics: async () => ['http', 'network', 'dead-letter'].map((name) => ({ ...spec, name })),
  producer: async () => ({
    append: async (batches) => {
      for (const { topic, records } of batches) {
        writeSync(1, records.map(({ value }) => topic + ' ' + value.toString() + '\\n').join(''));
      }
      return batches.map(() => 0);
    },
    close: async () => undefined,
  }),
};
const none = () => undefined;
const ingestor = createSocketIngestor(
  {
    sockets: [{ name: 'a', path: process.argv[1], type: 'stream', source: 'A', mode: 0o600, owner: null, group: null,
      maxConnections: 8, maxDatagramBytes: 65536, maxQueuedBytes: 65536 }],
    topics: { http: 'http', network: 'network', deadLetter: 'dead-letter' },
    rules: { A: { side: 'A', ...rules }, B: { side: 'B', ...rules } },
    raw: null,
    maxInFlightBytes: 2 ** 24,
    spool: null,
    stopGraceMs: 1000,
  },
  { eventLog, clock: systemClock, metrics: new Registry(), log: { info: none, warn: none, error: none } },
);
await ingestor.start();
process.once('SIGTERM', async () => { await ingestor.stop(); process.exit(0); });
writeSync(1, 'started\\n');
`;

/** Sends numbered lines for ever, connecting anew when the connection breaks; prints the number it broke at. */
const SENDER = `
const { connect } = require('node:net');
let number = 0;
const line = () => '{"src_ip":"192.0.2.1","src_port":1,"n":' + number++ + ',"x":"' + 'y'.repeat(100) + '"}\\n';
function open() {
  const socket = connect(process.argv[1]);
  let broken = false;
  socket.on('error', () => undefined);
  socket.on('close', () => { broken = true; console.log(number); setTimeout(open, 20); });
  const next = () => { if (!broken) socket.write(Array.from({ length: 20 }, line).join(''), (error) => error == null && setImmediate(next)); };
  socket.on('connect', next);
}
open();
`;

interface Child {
  readonly lines: string[];
  kill(signal: NodeJS.Signals): Promise<void>;
}

function start(args: readonly string[]): Child {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines: string[] = [];
  createInterface(child.stdout).on('line', (line) => lines.push(line));
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  return {
    lines,
    kill: (signal) => {
      child.kill(signal);
      return closed;
    },
  };
}

function startIngestor(path: string): Child {
  return start(['--conditions=@logweave/source', '--input-type=module', '-e', INGESTOR, path]);
}

/** Of whole lines: the last one of a killed process may be cut off. */
function numbersOf(lines: readonly string[]): number[] {
  const whole = lines.filter((line) => line.startsWith('http ') && line.endsWith('}'));
  return whole.map((line) => Number(/"n":(\d+)/.exec(line)?.[1]));
}

async function until(holds: () => boolean): Promise<void> {
  await expect.poll(holds, { interval: 10, timeout: 20_000 }).toBe(true);
}

test('fault 1: after a kill the next ingestor takes over the path, and nothing is doubled or out of order', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'lw-'));
  const path = join(directory, 'in.socket');
  const first = startIngestor(path);
  await until(() => first.lines.includes('started'));
  const sender = start(['-e', SENDER, path]);
  await until(() => first.lines.length > 1_000);
  await first.kill('SIGKILL');
  const second = startIngestor(path);
  await until(() => second.lines.length > 1_000);
  await second.kill('SIGTERM');
  await sender.kill('SIGKILL');
  rmSync(directory, { recursive: true });

  const before = numbersOf(first.lines);
  const after = numbersOf(second.lines);
  expect(before).toEqual(Array.from({ length: before.length }, (_, i) => i));
  expect(after).toEqual(Array.from({ length: after.length }, (_, i) => i + (after[0] ?? Number.NaN)));
  // What lies between was with the kernel or with the killed process: a stream socket acknowledges nothing.
  expect(after[0]).toBeGreaterThanOrEqual(before.length);
  expect(after[0]).toBeLessThanOrEqual(Number(sender.lines[0]));
});
