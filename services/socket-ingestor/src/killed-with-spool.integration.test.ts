import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { openEmbeddedLogReader } from '@logweave/event-log-embedded';
import { systemClock } from '@logweave/service-kit';
import { afterEach, beforeEach, expect, test } from 'vitest';

/**
 * An ingestor with a spool before an embedded log, which is away for as long as the third argument says. Prints how many
 * records it has spooled and, of the spool, sent.
 */
const INGESTOR = `
import { openEmbeddedLog } from '@logweave/event-log-embedded';
import { systemClock } from '@logweave/service-kit';
import { Registry } from 'prom-client';
import { createSocketIngestor } from '@logweave/socket-ingestor';

const [directory, away] = process.argv.slice(1);
const rules = { keyFields: ['src_ip', 'src_port'], time: 'event_or_arrival', maxFutureSkewMs: 300000 };
const log = await openEmbeddedLog({ path: directory + '/log.sqlite', clock: systemClock });
for (const name of ['http', 'network', 'dead-letter']) {
  await log.ensureTopic({ name, partitions: 1, cleanup: 'delete', retentionMs: null, retentionBytes: null, maxRecordBytes: 2 ** 21 });
}
const back = away === 'away' ? new Promise(() => undefined) : Promise.resolve();
const producer = async () => {
  const inner = await log.producer();
  return { append: async (batches) => { await back; return inner.append(batches); }, close: () => inner.close() };
};
const transactionalProducer = async (id) => { await back; return log.transactionalProducer(id); };
const none = () => undefined;
const metrics = new Registry();
const ingestor = createSocketIngestor(
  {
    sockets: [{ name: 'a', path: directory + '/in.socket', type: 'stream', source: 'A', mode: 0o600, owner: null, group: null,
      maxConnections: 8, maxDatagramBytes: 65536, maxQueuedBytes: 65536 }],
    topics: { http: 'http', network: 'network', deadLetter: 'dead-letter' },
    rules: { A: { side: 'A', ...rules }, B: { side: 'B', ...rules } },
    raw: null,
    maxInFlightBytes: 2 ** 22,
    spool: { directory: directory + '/spool', maxBytes: 2 ** 30, stallMs: 100, name: 'spool' },
    stopGraceMs: 1000,
  },
  {
    eventLog: { topics: () => log.topics(), producer, transactionalProducer, committed: (...of) => log.committed(...of),
      reader: (...of) => log.reader(...of), watermarks: (...of) => log.watermarks(...of) },
    clock: systemClock, metrics, log: { info: none, warn: none, error: console.error },
  },
);
await ingestor.start();
const value = async (name) => (await metrics.getSingleMetric('logweave_ingest_' + name).get()).values[0].value;
setInterval(async () => console.log(await value('spooled_records_total') + ' ' + await value('appended_records_total')), 5);
`;

const PADDING = 'x'.repeat(1_000);

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'lw-'));
});

afterEach(() => rmSync(directory, { recursive: true }));

class Ingestor {
  spooled = 0;
  sent = 0;
  readonly #child;

  constructor(log: 'away' | 'there') {
    const args = [
      '--conditions=@logweave/source',
      '--no-warnings',
      '--input-type=module',
      '-e',
      INGESTOR,
      directory,
      log,
    ];
    this.#child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    createInterface(this.#child.stdout).on('line', (line) => {
      [this.spooled = 0, this.sent = 0] = line.split(' ').map(Number);
    });
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await once(this.#child, 'close');
  }
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  await expect.poll(holds, { interval: 5, timeout: 30_000 }).toBe(true);
}

function isListening(): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(join(directory, 'in.socket'), () => {
      socket.end();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

async function send(from: number, to: number): Promise<void> {
  await until(isListening);
  const socket = connect(join(directory, 'in.socket'));
  for (let n = from; n < to; n++) socket.write(`{"src_ip":"192.0.2.1","src_port":1,"n":${n},"x":"${PADDING}"}\n`);
  socket.end();
  await once(socket, 'close');
}

async function numbersInLog(): Promise<number[]> {
  const log = await openEmbeddedLogReader({ path: join(directory, 'log.sqlite'), clock: systemClock });
  const end = (await log.watermarks('http'))[0]?.stable ?? 0;
  const reader = await log.reader({ topic: 'http', partition: 0 }, 0);
  const numbers: number[] = [];
  for (let next = 0; next < end; ) {
    const { records, nextOffset } = await reader.read({ timeoutMs: 1_000 });
    for (const { value } of records) numbers.push(Number(/"n":(\d+)/.exec(Buffer.from(value ?? []).toString())?.[1]));
    next = nextOffset;
  }
  await log.close();
  return numbers;
}

test('fault 1: an ingestor that is killed with records in its spool, and again while it sends them, loses and doubles none', async () => {
  const first = new Ingestor('away');
  await send(0, 10_000);
  await until(() => first.spooled === 10_000);
  await first.kill();
  const second = new Ingestor('away');
  await send(10_000, 20_000);
  await until(() => second.spooled === 10_000);
  await second.kill();
  expect(await numbersInLog()).toEqual([]);
  // Between its transactions and within them, until one process comes to the end.
  let kills = 0;
  for (let last = 0; last < 20_000; kills++) {
    const next = new Ingestor('there');
    await until(() => next.sent > 0);
    await next.kill();
    const numbers = await numbersInLog();
    expect(numbers).toEqual(Array.from({ length: numbers.length }, (_, i) => i));
    expect(numbers.length).toBeGreaterThan(last);
    last = numbers.length;
  }
  expect(kills).toBeGreaterThan(1);
  const last = new Ingestor('there');
  await send(20_000, 20_100);
  await until(() => last.sent === 100);
  await last.kill();
  expect(await numbersInLog()).toEqual(Array.from({ length: 20_100 }, (_, i) => i));
});
