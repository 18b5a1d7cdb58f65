import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbeddedLog } from '@logweave/event-log-embedded';
import { HEADERS, TOPICS } from '@logweave/model';
import { checkOutcomes, createParser, languageEngine, type ParserConfig } from '@logweave/parser';
import { createLogger, Redactor, systemClock } from '@logweave/service-kit';
import { Registry } from 'prom-client';

/**
 * How many raw logs a second the parser service takes from an embedded log and makes events of, commits included, with
 * 0, 1 and 2 threads: logs per second of time, and CPU of the whole process per log. The log is a line of a web proxy.
 */
const LOGS = Number(process.argv[2] ?? 60_000);
const PARTITIONS = 8;

const TEXT = `filter {
  mutate { replace => { "status" => "" "bytes" => "" "user" => "" } }
  grok {
    match => {
      "message" => "^%{NUMBER:when}\\\\s+%{INT} %{IP:client} %{WORD:result}/%{INT:status} %{INT:bytes} %{WORD:method} %{NOTSPACE:url} %{NOTSPACE:user} %{WORD}/%{IP:server} %{NOTSPACE}"
    }
    overwrite => ["status", "bytes", "user"]
    on_error => "no_match"
  }
  if [no_match] { drop { tag => "TAG_MALFORMED_MESSAGE" } }
  date { match => ["when", "UNIX"] on_error => "no_date" }
  mutate { replace => { "event.idm.read_only_udm.metadata.event_type" => "NETWORK_HTTP" } }
  mutate { replace => { "event.idm.read_only_udm.metadata.vendor_name" => "Squid" } }
  mutate { replace => { "event.idm.read_only_udm.network.http.method" => "%{method}" } }
  mutate { replace => { "event.idm.read_only_udm.target.url" => "%{url}" } }
  mutate { convert => { "status" => "integer" "bytes" => "uinteger" } on_error => "no_number" }
  mutate { rename => { "status" => "event.idm.read_only_udm.network.http.response_code" } }
  mutate { rename => { "bytes" => "event.idm.read_only_udm.network.received_bytes" } }
  mutate { merge => { "event.idm.read_only_udm.principal.ip" => "client" } }
  mutate { merge => { "event.idm.read_only_udm.target.ip" => "server" } }
  if [user] != "-" and [user] != "" {
    mutate { replace => { "event.idm.read_only_udm.principal.user.userid" => "%{user}" } }
  }
  if [result] =~ "^TCP_(HIT|MISS)" { mutate { replace => { "action" => "ALLOW" } } }
  else { mutate { replace => { "action" => "UNKNOWN_ACTION" } } }
  mutate { merge => { "result_of.action" => "action" } }
  mutate { merge => { "event.idm.read_only_udm.security_result" => "result_of" } }
  mutate { merge => { "@output" => "event" } }
}`;

function proxyLine(i: number): string {
  const user = i % 3 === 0 ? `user${i % 500}` : '-';
  return (
    `${1_588_059_648 + i}.129    ${i % 900} 192.0.2.${i & 255} TCP_HIT/200 ${904 + (i % 5000)} GET ` +
    `http://www.example.com/path/${i % 1000}/index.html?q=${i} ${user} DIRECT/203.0.113.${i % 200} text/html`
  );
}

const raw = {
  name: 'raw',
  topic: 'bench.raw',
  group: 'bench.parser-raw',
  transactionalIdPrefix: 'bench.parser-raw',
  logType: null,
} as const;

function configOf(threads: number): ParserConfig {
  return {
    inputs: [raw],
    topics: { udm: 'bench.udm', deadLetter: 'bench.dead-letter', parsers: 'bench.parsers' },
    threads,
    onUnknownLogType: 'raw_only',
    trial: { logs: 0, maxFailureRatio: 1, withinMs: 0 },
    guard: { logs: 1_000, failureRatio: 1, action: 'stop' },
  };
}

async function measure(threads: number): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'logweave-bench-parser-'));
  const eventLog = await openEmbeddedLog({
    path: join(directory, 'log.sqlite'),
    clock: systemClock,
    onAlarm: () => undefined,
  });
  const config = configOf(threads);
  await eventLog.ensureTopic({ ...TOPICS.raw, name: raw.topic, partitions: PARTITIONS });
  await eventLog.ensureTopic({ ...TOPICS.udm, name: config.topics.udm, partitions: PARTITIONS });
  await eventLog.ensureTopic({ ...TOPICS.parsers, name: config.topics.parsers });
  await eventLog.ensureTopic({ ...TOPICS['dead-letter'], name: config.topics.deadLetter });
  const producer = await eventLog.producer();
  const headers = [{ name: HEADERS.logType, value: Buffer.from('SQUID_WEBPROXY') }];
  for (let partition = 0; partition < PARTITIONS; partition++) {
    const records = Array.from({ length: LOGS / PARTITIONS }, (_, i) => ({
      key: Buffer.from(`source ${partition}`),
      value: Buffer.from(proxyLine(i * PARTITIONS + partition)),
      headers,
      timestampMs: systemClock.wallMs(),
    }));
    for (let at = 0; at < records.length; at += 1_000) {
      await producer.append([{ topic: raw.topic, partition, records: records.slice(at, at + 1_000) }]);
    }
  }
  const parser = createParser(config, {
    eventLog,
    clock: systemClock,
    log: createLogger({ level: 'error', format: 'json', redactor: new Redactor() }),
    metrics: new Registry(),
    engine: languageEngine,
    prebuilt: [{ logType: 'SQUID_WEBPROXY', version: '1', text: TEXT }],
  });
  const partitions = Array.from({ length: PARTITIONS }, (_, partition) => ({ topic: raw.topic, partition }));
  const cpuFrom = process.cpuUsage();
  const beganMs = systemClock.monotonicMs();
  await parser.start();
  for (let committed = 0; committed < LOGS; ) {
    await systemClock.sleep(20);
    const offsets = await eventLog.committed(raw.group, partitions);
    committed = offsets.reduce((sum, offset) => sum + (offset?.offset ?? 0), 0);
  }
  const seconds = (systemClock.monotonicMs() - beganMs) / 1000;
  const { user, system } = process.cpuUsage(cpuFrom);
  await parser.stop();
  const { parsed, findings } = await checkOutcomes(eventLog, { from: raw, topics: config.topics });
  if (parsed !== LOGS || findings.length > 0) throw new Error(`${parsed} of ${LOGS} logs were parsed`);
  await eventLog.close();
  rmSync(directory, { recursive: true });
  const rate = Math.round(LOGS / seconds).toLocaleString('en');
  const cpu = ((user + system) / LOGS).toFixed(0);
  return `${threads} threads  ${rate.padStart(8)} logs/s  ${cpu.padStart(4)} µs of CPU per log`;
}

for (const threads of [0, 1, 2, 0, 1, 2]) console.log(await measure(threads));
