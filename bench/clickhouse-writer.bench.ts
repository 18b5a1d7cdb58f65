/**
 * The ClickHouse writer from the result topic (in memory) into both tables of the embedded engine: how many rows a second
 * when it has to catch up, and how long a row takes at a steady rate.
 * `node --conditions=@logweave/source bench/clickhouse-writer.bench.ts [ROWS] [RATE] [SECONDS]`.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClickhouseWriter } from '@logweave/clickhouse-writer';
import type { ProducerRecord } from '@logweave/event-log';
import { MemoryCluster } from '@logweave/event-log/memory';
import { TOPICS } from '@logweave/model';
import { systemClock } from '@logweave/service-kit';
import { createWarehouse, type Warehouse } from '@logweave/warehouse';
import { startEmbeddedWarehouse } from '@logweave/warehouse-embedded';
import { pino } from 'pino';
import { Registry } from 'prom-client';

const rows = Number(process.argv[2] ?? 200_000);
const rate = Number(process.argv[3] ?? 1_000);
const seconds = Number(process.argv[4] ?? 15);

const TOPIC = 'logweave.correlated';
const DEAD_LETTER = 'logweave.dead-letter';
const PARTITIONS = 8;

function recordOf(i: number): ProducerRecord {
  const text = `{"timestamp":"2024-01-01T12:00:00Z","src_ip":"192.0.2.${i % 250}","src_port":${1024 + (i % 60_000)},"dst_ip":"198.51.100.1","dst_port":443,"correlated":true,"orphan_side":"","a_timestamp":1704110400000000000,"b_timestamp":1704110399990000000,"method":"GET","scheme":"https","host":"shop.example.com","path":"/api/v1/items/${i}","http_version":"HTTP/1.1","status":200,"bytes":${i % 50_000},"header_user_agent":"curl/8.5.0","header_accept":"*/*","ip_meta_ttl":64,"ip_meta_total_length":60,"tcp_meta_options":"MSS,SACK,TS,NOP,WS","tcp_meta_window_size":64240,"tls_version":"1.3","tls_sni":"shop.example.com","ja3_hash":"aabbccddeeff00112233445566778899","ja4":"t13d1516h2_8daaf6152771_02713d6af862"}`;
  return {
    key: Buffer.from(`192.0.2.${i % 250}:${i % 60_000}`),
    value: Buffer.from(text),
    headers: [],
    timestampMs: systemClock.wallMs(),
  };
}

const cluster = new MemoryCluster({ clock: systemClock });
cluster.ensureTopic({ name: TOPIC, ...TOPICS.correlated, partitions: PARTITIONS });
cluster.ensureTopic({ name: DEAD_LETTER, ...TOPICS['dead-letter'] });

async function append(from: number, count: number): Promise<void> {
  const producer = await cluster.connect().producer();
  const batches = Array.from({ length: PARTITIONS }, (_, partition) => ({
    topic: TOPIC,
    partition,
    records: Array.from({ length: Math.ceil((count - partition) / PARTITIONS) }, (__, i) =>
      recordOf(from + partition + i * PARTITIONS),
    ),
  }));
  await producer.append(batches.filter((batch) => batch.records.length > 0));
  await producer.close();
}

async function untilRows(warehouse: Warehouse, wanted: number): Promise<void> {
  while ((await warehouse.counts()).logs < wanted) await systemClock.sleep(50);
}

const dataDir = mkdtempSync(join(tmpdir(), 'logweave-bench-'));
const engine = await startEmbeddedWarehouse({
  dataDir,
  memoryBytes: 3_000_000_000,
  clock: systemClock,
  log: pino({ level: 'error' }),
});
try {
  const { url, user, password } = engine;
  const warehouse = createWarehouse({
    url,
    user,
    password,
    database: 'default',
    rawTable: 'http_logs_raw',
    requestTimeoutMs: 120_000,
  });
  await warehouse.migrate({ dryRun: false });
  await append(0, rows);
  const writer = createClickhouseWriter(
    {
      streams: [{ stream: 'correlated', topic: TOPIC, group: 'bench' }],
      deadLetterTopic: DEAD_LETTER,
      maxRows: 10_000,
      maxBytes: 16_000_000,
      maxAgeMs: 1_000,
      maxBufferedBytes: 96_000_000,
      concurrency: 1,
      migrate: true,
      drainMs: 10_000,
    },
    {
      eventLog: cluster.connect(),
      clock: systemClock,
      log: pino({ level: 'error' }),
      metrics: new Registry(),
      warehouse,
    },
  );
  const cpuFrom = process.cpuUsage();
  const beganMs = systemClock.monotonicMs();
  await writer.start();
  await untilRows(warehouse, rows);
  const tookMs = systemClock.monotonicMs() - beganMs;
  const cpu = process.cpuUsage(cpuFrom);
  console.log(
    `clickhouse-writer, ${rows.toLocaleString('en')} rows of ${recordOf(0).value?.length} bytes, ${PARTITIONS} partitions`,
  );
  console.log(
    `  catching up  ${Math.round((rows / tookMs) * 1000).toLocaleString('en')} rows/s, the writer's own process ${((cpu.user + cpu.system) / rows).toFixed(1)} µs CPU/row`,
  );

  const tickMs = 50;
  let sent = rows;
  for (let tick = 0; tick < (seconds * 1000) / tickMs; tick++) {
    await append(sent, (rate * tickMs) / 1000);
    sent += (rate * tickMs) / 1000;
    await systemClock.sleep(tickMs);
  }
  await untilRows(warehouse, sent);
  const [latency] = await warehouse.select<{ p50: number; p99: number; worst: number }>(
    `SELECT quantileExact(0.5)(ms) AS p50, quantileExact(0.99)(ms) AS p99, max(ms) AS worst FROM
     (SELECT toFloat64(dateDiff('millisecond', _arrived_at, _inserted_at)) AS ms FROM http_logs WHERE _offset >= {from:UInt64})`,
    { from: rows / PARTITIONS },
  );
  console.log(
    `  at ${rate.toLocaleString('en')} rows/s  arrival to row p50 ${latency?.p50} ms, p99 ${latency?.p99} ms, worst ${latency?.worst} ms`,
  );
  await writer.stop();
  await warehouse.close();
} finally {
  await engine.stop();
  rmSync(dataDir, { recursive: true, force: true });
}
