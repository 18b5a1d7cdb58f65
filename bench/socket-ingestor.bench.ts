/**
 * `node --conditions=@logweave/source bench/socket-ingestor.bench.ts [LINES]`: lines and datagrams of 450 bytes from
 * another process through a real socket and the whole ingestor, into a log that acknowledges at once. Prints one JSON
 * object a run. The CPU time is that of the ingestor's process alone, its receiving thread included.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AppendBatch, Producer, TopicSpec } from '@logweave/event-log';
import { systemClock } from '@logweave/service-kit';
import { createSocketIngestor } from '@logweave/socket-ingestor';
import { Registry } from 'prom-client';

const LINE_BYTES = 450;
const lines = Number(process.argv[2] ?? 1_000_000);

const SENDER_SETUP = `
const [path, lines, bytes] = [process.argv[1], Number(process.argv[2]), Number(process.argv[3])];
const line = (i) => {
  const head = '{"src_ip":"192.0.2.' + (i % 250) + '","src_port":' + (1024 + (i * 7919) % 60000) +
    ',"dst_ip":"198.51.100.1","dst_port":443,"timestamp":' + (1704110400000000000n + BigInt(i) * 1000n) +
    ',"method":"GET","path":"/api/items/' + i + '","query":"","http_version":"HTTP/1.1","host":"www.example.com","status":200,' +
    '"bytes_sent":' + (i % 5000) + ',"header_user_agent":"Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",' +
    '"header_accept":"text/html","header_referer":"';
  return head + 'r'.repeat(Math.max(0, bytes - head.length - 2)) + '"}';
};
const texts = Array.from({ length: 2000 }, (_, i) => line(i));
`;

const STREAM_SENDER = `${SENDER_SETUP}
const block = Buffer.from(texts.map((text) => text + '\\n').join(''));
const socket = require('node:net').connect(path);
let left = lines / 2000;
const next = () => { if (left-- > 0) socket.write(block, next); else socket.end(); };
next();
`;

const DATAGRAM_SENDER = `${SENDER_SETUP}
const koffi = require('koffi');
const libc = koffi.load('libc.so.6');
const address = Buffer.alloc(110);
address.writeUInt16LE(1, 0);
address.write(path, 2);
const fd = libc.func('int socket(int, int, int)')(1, 2, 0);
libc.func('int connect(int, const void *, uint32_t)')(fd, address, 110);
const send = libc.func('long send(int, const void *, size_t, int)');
const buffers = texts.map((text) => Buffer.from(text));
for (let i = 0; i < lines; i++) send(fd, buffers[i % 2000], buffers[i % 2000].length, 0);
`;

/** Acknowledges at once and keeps nothing, but counts. */
class NullLog {
  records = 0;
  appends = 0;
  // Only a spool asks for these.
  readonly transactionalProducer = notHere;
  readonly committed = notHere;
  readonly reader = notHere;
  readonly watermarks = notHere;

  async topics(): Promise<readonly TopicSpec[]> {
    const spec = {
      partitions: 8,
      cleanup: 'delete',
      retentionMs: null,
      retentionBytes: null,
      maxRecordBytes: 2 ** 21,
    } as const;
    return ['http', 'network', 'dead-letter'].map((name) => ({ ...spec, name }));
  }

  async producer(): Promise<Producer> {
    return { append: async (batches) => this.#take(batches), close: async () => undefined };
  }

  #take(batches: readonly AppendBatch[]): number[] {
    this.appends++;
    for (const batch of batches) {
      if (batch.topic === 'dead-letter') throw new Error('the benchmark sends events only');
      this.records += batch.records.length;
    }
    return batches.map(() => 0);
  }
}

async function notHere(): Promise<never> {
  throw new Error('the benchmark has no spool');
}

async function run(type: 'stream' | 'datagram', senders: number): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'lw-bench-'));
  const path = join(directory, 'in.socket');
  const log = new NullLog();
  const metrics = new Registry();
  const rules = { keyFields: ['src_ip', 'src_port'], time: 'event_or_arrival', maxFutureSkewMs: 300_000 } as const;
  const ingestor = createSocketIngestor(
    {
      sockets: [
        {
          name: 'bench',
          path,
          type,
          source: 'A',
          mode: 0o600,
          owner: null,
          group: null,
          maxConnections: 64,
          maxDatagramBytes: 65_536,
          maxQueuedBytes: 1 << 26,
        },
      ],
      topics: { http: 'http', network: 'network', deadLetter: 'dead-letter' },
      rules: { A: { side: 'A', ...rules }, B: { side: 'B', ...rules } },
      raw: null,
      maxInFlightBytes: 1 << 25,
      spool: null,
      stopGraceMs: 1_000,
    },
    {
      eventLog: log,
      clock: systemClock,
      metrics,
      log: { info: () => undefined, warn: () => undefined, error: console.error },
    },
  );
  await ingestor.start();
  const perSender = Math.floor(lines / senders / 2000) * 2000;
  const total = perSender * senders;
  const script = type === 'stream' ? STREAM_SENDER : DATAGRAM_SENDER;
  const cpuBefore = process.cpuUsage();
  const startMs = performance.now();
  const children = Array.from({ length: senders }, () =>
    spawn(process.execPath, ['-e', script, path, String(perSender), String(LINE_BYTES)], { stdio: 'inherit' }),
  );
  await Promise.all(children.map((child) => new Promise((resolve) => child.once('exit', resolve))));
  await ingestor.stop();
  const seconds = (performance.now() - startMs) / 1000;
  const { user, system } = process.cpuUsage(cpuBefore);
  rmSync(directory, { recursive: true });
  const cpuMicros = (user + system) / log.records;
  console.log(
    JSON.stringify({
      type,
      senders,
      lines: log.records,
      // Only datagrams can be, when this thread gets less of the processor than the sender.
      lost: total - log.records,
      linesPerSecond: Math.round(log.records / seconds),
      cpuMicrosPerLine: Number(cpuMicros.toFixed(2)),
      linesPerCoreSecond: Math.round(1e6 / cpuMicros),
      linesPerAppend: Math.round(log.records / log.appends),
    }),
  );
}

await run('stream', 1);
await run('stream', 4);
await run('datagram', 1);
