import { spawn, spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { MemoryCluster } from '@logweave/event-log/memory';
import { Registry } from 'prom-client';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { SocketIngestorConfig } from './config.ts';
import { EagerClock } from './eager-clock.ts';
import type { RawInputConfig, RawInputOf } from './raw-config.ts';
import { RecordingEventLog } from './recording-event-log.ts';
import { createSocketIngestor } from './socket-ingestor.ts';

vi.setConfig({ testTimeout: 30_000 });

let directory: string;
let running: { stop(): Promise<void> }[];
let sockets: (Socket | TLSSocket)[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'lw-'));
  running = [];
  sockets = [];
});

afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await Promise.all(running.map((service) => service.stop()));
  rmSync(directory, { recursive: true });
});

const origin = { name: 'in', logType: 'NIX_SYSTEM', namespace: null, labels: {}, maxLogBytes: 1_000 } as const;
const rules = { keyFields: ['src_ip', 'src_port'], time: 'event_or_arrival', maxFutureSkewMs: 300_000 } as const;

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function tcp(change: Partial<RawInputOf<'tcp'>> = {}): Promise<RawInputOf<'tcp'>> {
  return {
    ...origin,
    type: 'tcp',
    address: '127.0.0.1',
    port: await freePort(),
    framing: 'auto',
    maxConnections: 4,
    idleTimeoutMs: 60_000,
    tls: null,
    ...change,
  };
}

function settings(inputs: readonly RawInputConfig[]): SocketIngestorConfig {
  return {
    sockets: [],
    topics: { http: 't.http', network: 't.network', deadLetter: 't.dead-letter' },
    rules: { A: { side: 'A', ...rules }, B: { side: 'B', ...rules } },
    raw: { topic: 't.raw', inputs, identityDirectory: directory, tailName: 't.tail' },
    maxInFlightBytes: 1 << 24,
    spool: null,
    stopGraceMs: 10_000,
  };
}

async function start(inputs: readonly RawInputConfig[], maxInFlightBytes = 1 << 24) {
  const log = new RecordingEventLog();
  const clock = new EagerClock();
  const metrics = new Registry();
  const messages: string[] = [];
  const note = (fields: object, message?: string): void => void messages.push(`${message} ${JSON.stringify(fields)}`);
  const service = createSocketIngestor(
    { ...settings(inputs), maxInFlightBytes },
    { eventLog: log, clock, metrics, log: { info: note, warn: note, error: note } },
  );
  running.push(service);
  await service.start();
  const count = async (name: string, reason?: string): Promise<number> => {
    const found = (await metrics.getMetricsAsJSON()).find((metric) => metric.name === `logweave_ingest_${name}`);
    const values = (found?.values ?? []).filter(({ labels }) => reason === undefined || labels['reason'] === reason);
    return values.reduce((sum, { value }) => sum + value, 0);
  };
  return { service, log, clock, messages, count };
}

function open({ address, port }: { readonly address: string; readonly port: number }): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, address, () => resolve(socket));
    sockets.push(socket);
    socket.once('error', reject);
  });
}

function closed(socket: Socket): Promise<unknown> {
  socket.on('error', () => undefined);
  return new Promise((resolve) => socket.once('close', resolve));
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  await expect.poll(holds, { interval: 2, timeout: 20_000 }).toBe(true);
}

function keys(log: RecordingEventLog): string[] {
  return log.records('t.raw').map(({ key }) => Buffer.from(key ?? []).toString());
}

test('TCP: lines and counted messages of one connection arrive with the address of their sender', async () => {
  const input = await tcp();
  const { service, log, messages } = await start([input]);
  expect(service.readiness()).toEqual({ ready: true, detail: 'receiving on 1 sockets' });
  expect(messages[0]).toContain(`"place":"127.0.0.1:${input.port}"`);
  (await open(input)).end(Buffer.from('<34>one\n8 <34>\0\xff\nx<13>1 - - - - - three', 'latin1'));
  await until(() => log.records('t.raw').length === 3);
  expect(log.values('t.raw')).toEqual(['<34>one', '<34>\0\xff\nx', '<13>1 - - - - - three']);
  expect(keys(log)).toEqual(['in/127.0.0.1', 'in/127.0.0.1', 'in/127.0.0.1']);
});

test('fault 37: half a message at the end of a connection is not glued to the next one', async () => {
  const input = await tcp();
  const { log } = await start([input]);
  (await open(input)).end('<34>one\n<34>ha');
  await until(() => log.records('t.raw').length === 2);
  (await open(input)).end('lf\n');
  await until(() => log.records('t.raw').length === 3);
  expect(log.values('t.raw')).toEqual(['<34>one', '<34>ha', 'lf']);
});

test('where every message has to be counted, a connection that brings another is closed', async () => {
  const input = await tcp({ framing: 'octet_counting' });
  const { log, count } = await start([input]);
  const sender = await open(input);
  const senderClosed = closed(sender);
  sender.write('3 abc<34>never counted\n3 abc');
  await senderClosed;
  await until(() => log.deadLetters().length === 1);
  expect(log.values('t.raw')).toEqual(['abc']);
  expect(log.deadLetters()[0]?.reason).toBe('bad_framing');
  expect(await count('dead_letters_total', 'bad_framing')).toBe(1);
});

test('fault 36: a log at the limit of its input is a record, and one a byte longer a dead letter', async () => {
  const input = await tcp();
  const { log } = await start([input]);
  (await open(input)).end(`${'x'.repeat(1_000)}\n${'y'.repeat(1_001)}\nafter\n`);
  await until(() => log.records('t.raw').length === 2);
  expect(log.values('t.raw')).toEqual(['x'.repeat(1_000), 'after']);
  expect(log.deadLetters().map(({ reason, headers }) => [reason, headers.get('original_length')])).toEqual([
    ['line_too_long', '1001'],
  ]);
});

test('fault 49: idle connections are closed and counted, and those beyond the cap wait for them', async () => {
  const input = await tcp({ maxConnections: 1 });
  const { log, clock, count } = await start([input]);
  const idle = await open(input);
  const idleClosed = closed(idle);
  await until(async () => (await count('connections_accepted_total')) === 1);
  (await open(input)).end('<34>waits\n');
  await until(async () => (await count('connections_accepted_total')) === 2);
  expect(log.records('t.raw')).toEqual([]);
  await clock.advance(60_000);
  await idleClosed;
  await until(() => log.records('t.raw').length === 1);
  expect(await count('connections_idle_total')).toBe(1);
});

test('fault 10: while the log is behind a sender over TCP blocks, and all of it arrives in its order', async () => {
  const input = await tcp();
  const { log, count } = await start([input], 1 << 20);
  log.held = true;
  const sender = await open(input);
  const lines = 40_000;
  for (let i = 0; i < lines; i++) sender.write(`<34>${i} ${'y'.repeat(300)}\n`);
  sender.end();
  await until(async () => (await count('in_flight_bytes')) > 1 << 20);
  expect(sender.writableLength).toBeGreaterThan(1 << 20);
  expect(await count('in_flight_bytes')).toBeLessThan(3 << 20);
  log.release();
  await until(() => log.records('t.raw').length === lines);
  const numbers = log.values('t.raw').map((text) => Number(/^<34>(\d+)/.exec(text)?.[1]));
  expect(numbers).toEqual(Array.from({ length: lines }, (_, i) => i));
});

test('fault 10: while the log is away raw logs are spooled with their headers, and sent once when it is back', async () => {
  const clock = new EagerClock();
  const cluster = new MemoryCluster({ clock });
  for (const name of ['t.http', 't.network', 't.dead-letter', 't.raw']) {
    const bounds = { retentionMs: null, retentionBytes: null, maxRecordBytes: 1 << 21 };
    cluster.ensureTopic({ name, partitions: 2, cleanup: 'delete', ...bounds });
  }
  const input = await tcp({ labels: { site: 'berlin' } });
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const metrics = new Registry();
  const spool = { directory: join(directory, 'spool'), maxBytes: 1 << 26, stallMs: 1_000, name: 't.spool' };
  const service = createSocketIngestor(
    { ...settings([input]), spool },
    { eventLog: cluster.connect(), clock, metrics, log },
  );
  running.push(service);
  await service.start();
  cluster.setAvailable(false);
  const lines = Array.from({ length: 2_000 }, (_, i) => `<34>${i} \xff\0`);
  (await open(input)).end(Buffer.from(lines.map((line) => `${line}\n`).join(''), 'latin1'));
  const spooled = async (): Promise<number> =>
    (await metrics.getSingleMetric('logweave_ingest_spooled_records_total')?.get())?.values[0]?.value ?? 0;
  await until(async () => {
    await clock.advance(1_000);
    return (await spooled()) === lines.length;
  });
  expect(cluster.records('t.raw')).toEqual([]);
  cluster.setAvailable(true);
  await until(async () => {
    await clock.advance(1_000);
    return cluster.records('t.raw').length >= lines.length;
  });
  const records = cluster.records('t.raw');
  expect(records.map(({ value }) => Buffer.from(value ?? []).toString('latin1'))).toEqual(lines);
  expect(new Set(records.map(({ headers }) => headers.map(({ name }) => name).join(' ')))).toEqual(
    new Set(['log_type labels collection_time input']),
  );
});

test('a unix stream socket takes raw logs under the name of its input', async () => {
  const path = join(directory, 'raw.socket');
  const access = { mode: 0o660, owner: null, group: null };
  const common = { framing: 'newline', maxConnections: 4, idleTimeoutMs: null } as const;
  const { log } = await start([{ ...origin, type: 'unix_stream', path, access, ...common }]);
  const sender = connect(path);
  sockets.push(sender);
  sender.end('7 <34>one\n{"a":1}\n');
  await until(() => log.records('t.raw').length === 2);
  expect([log.values('t.raw'), keys(log)]).toEqual([
    ['7 <34>one', '{"a":1}'],
    ['in', 'in'],
  ]);
});

const SEND_DATAGRAMS = `
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.connect(sys.argv[1])
for text in sys.stdin.read().split('|'):
    s.send(text.encode('latin1'))
`;
const hasPython = spawnSync('python3', ['--version']).status === 0;

test.runIf(hasPython)('a unix datagram is one log, its newline cut off and those within kept', async () => {
  const path = join(directory, 'raw.socket');
  const access = { mode: 0o660, owner: null, group: null };
  const limits = { maxDatagramBytes: 1_024, maxQueuedBytes: 1 << 20 };
  const { log, service } = await start([{ ...origin, type: 'unix_datagram', path, access, ...limits }]);
  const client = spawn('python3', ['-c', SEND_DATAGRAMS, path], { stdio: ['pipe', 'ignore', 'inherit'] });
  client.stdin.end(`<34>one\n|<34>a\nb\0|${'x'.repeat(1_001)}|${'y'.repeat(1_025)}`);
  await new Promise((resolve) => client.once('exit', resolve));
  await service.stop();
  expect(log.values('t.raw')).toEqual(['<34>one', '<34>a\nb\0']);
  expect(
    log
      .deadLetters()
      .map(({ reason, message }) => [reason, message])
      .sort((a, b) => (a[0] ?? '').localeCompare(b[0] ?? '')),
  ).toEqual([
    ['datagram_truncated', 'a datagram of 1025 bytes was cut off after 1024'],
    ['line_too_long', 'a log of 1001 bytes is over the limit of 1000'],
  ]);
});

async function sendUdp(port: number, datagrams: readonly string[]): Promise<void> {
  const client = createSocket('udp4');
  for (const text of datagrams) {
    await new Promise((resolve) => client.send(Buffer.from(text, 'latin1'), port, '127.0.0.1', resolve));
  }
  client.close();
}

async function udp(change: Partial<RawInputOf<'udp'>> = {}): Promise<RawInputOf<'udp'>> {
  const limits = { maxDatagramBytes: 65_536, maxQueuedBytes: 1 << 20, receiveBufferBytes: 1 << 17 };
  return { ...origin, type: 'udp', address: '127.0.0.1', port: await freePort(), ...limits, ...change };
}

test('a UDP datagram is one log with the address of its sender', async () => {
  const input = await udp();
  const { log } = await start([input]);
  await sendUdp(input.port, ['<34>one\r\n', '<34>\0\xff\nb', '\n', 'x'.repeat(1_000), 'y'.repeat(1_001)]);
  await until(() => log.records('t.raw').length === 3 && log.deadLetters().length === 1);
  expect(log.values('t.raw')).toEqual(['<34>one', '<34>\0\xff\nb', 'x'.repeat(1_000)]);
  expect(new Set(keys(log))).toEqual(new Set(['in/127.0.0.1']));
});

test('fault 10: while the log is behind UDP datagrams are dropped and counted, by us and by the kernel', async () => {
  const input = await udp({ maxQueuedBytes: 65_536, receiveBufferBytes: 4_096 });
  const { log, service, count } = await start([input], 65_536);
  log.held = true;
  const datagrams = 3_000;
  await sendUdp(
    input.port,
    Array.from({ length: datagrams }, (_, i) => `${i} ${'y'.repeat(200)}`),
  );
  await until(async () => (await count('datagrams_lost_total', 'queue_full')) > 0);
  log.release();
  await service.stop();
  const lost = await count('datagrams_lost_total');
  expect(log.records('t.raw').length + lost).toBe(datagrams);
});

let certificates: string;
const hasOpenssl = spawnSync('openssl', ['version']).status === 0;

/** A certificate that signs itself, and its key, in files of this name. */
function makeCertificate(name: string): void {
  const files = ['-keyout', join(certificates, `${name}.key`), '-out', join(certificates, `${name}.pem`)];
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  const subject = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1'];
  const made = spawnSync('openssl', ['req', '-x509', ...key, ...subject, ...files]);
  expect(made.status, made.stderr.toString()).toBe(0);
}

beforeAll(() => {
  certificates = mkdtempSync(join(tmpdir(), 'lw-'));
  if (!hasOpenssl) return;
  makeCertificate('first');
  makeCertificate('second');
});

afterAll(() => rmSync(certificates, { recursive: true }));

function install(name: string, ends: readonly string[] = ['pem', 'key']): void {
  for (const end of ends) copyFileSync(join(certificates, `${name}.${end}`), join(directory, `own.${end}`));
}

async function tls(): Promise<RawInputOf<'tcp'>> {
  const files = { certificate: join(directory, 'own.pem'), key: join(directory, 'own.key'), clientAuthority: null };
  return tcp({ tls: { ...files, minVersion: 'TLSv1.2' } });
}

function openTls({ address, port }: RawInputOf<'tcp'>): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connectTls({ host: address, port, rejectUnauthorized: false }, () => resolve(socket));
    sockets.push(socket);
    socket.once('error', reject);
  });
}

async function shown(input: RawInputOf<'tcp'>): Promise<string | undefined> {
  return (await openTls(input)).getPeerX509Certificate()?.subject;
}

test.runIf(hasOpenssl)('fault 58: plaintext to a TLS port is refused, counted and logged; TLS arrives', async () => {
  install('first');
  const input = await tls();
  const { log, messages, count } = await start([input]);
  const plain = await open(input);
  const plainClosed = closed(plain);
  plain.write('<34>plain\n');
  await plainClosed;
  await until(async () => (await count('tls_failures_total', 'plaintext')) === 1);
  expect(messages.filter((text) => text.startsWith('TLS handshake failed'))).toEqual([
    expect.stringContaining('"reason":"plaintext"'),
  ]);
  (await openTls(input)).end('<34>secret\n');
  await until(() => log.records('t.raw').length === 1);
  expect([log.values('t.raw'), keys(log)]).toEqual([['<34>secret'], ['in/127.0.0.1']]);
});

test.runIf(hasOpenssl)('fault 59: a certificate is read anew when its files change, and at SIGHUP', async () => {
  install('first');
  const input = await tls();
  const { service, clock, count } = await start([input]);
  expect(await shown(input)).toBe('CN=first');
  // Half of a change: they do not belong together, and what is shown stays.
  install('second', ['pem']);
  await clock.advance(5_000);
  expect(await shown(input)).toBe('CN=first');
  install('second', ['key']);
  await until(async () => {
    await clock.advance(5_000);
    return (await count('certificates_loaded_total')) === 1;
  });
  expect(await shown(input)).toBe('CN=second');
  install('first');
  await service.reload?.();
  expect(await shown(input)).toBe('CN=first');
});

test.runIf(hasOpenssl)('a TLS input without its files does not start, and says which', async () => {
  const path = join(directory, 'own.pem');
  await expect(start([await tls()])).rejects.toThrow(
    `in: the file of its certificate cannot be read: ${path} (ENOENT)`,
  );
  install('first');
  writeFileSync(join(directory, 'own.key'), 'no key');
  await expect(start([await tls()])).rejects.toThrow();
});
