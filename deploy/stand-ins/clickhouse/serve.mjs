// The embedded ClickHouse engine of the all-in-one image in the place of a server: the user and the password that
// ClickHouse's image takes, on port 8123 of every address (or of LISTEN_ADDRESS), and on 8443 with TLS where the secrets of
// deploy/compose/tls.yml are. For tests of the stack where that image cannot be pulled.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';

const ENGINE_PORT = 18_123;

const engine = spawn(process.execPath, ['/opt/logweave/lib/main.js'], { stdio: ['pipe', 'pipe', 'inherit'] });
const start = {
  kind: 'start',
  dataDir: '/var/lib/clickhouse/engine',
  user: process.env.CLICKHOUSE_USER,
  password: readFileSync(process.env.CLICKHOUSE_PASSWORD_FILE ?? '', 'utf8').trim(),
  memoryBytes: 1_536 * 1024 * 1024,
  port: ENGINE_PORT,
  maxBodyBytes: 64 * 1024 * 1024,
  lockTimeoutMs: 30_000,
};
engine.stdin.write(`${JSON.stringify(start)}\n`);
engine.stdout.pipe(process.stdout);
engine.on('exit', (code) => process.exit(code ?? 1));

/** @param {import('node:net').Socket} client */
function forward(client) {
  const upstream = connect(ENGINE_PORT, '127.0.0.1');
  client.pipe(upstream).pipe(client);
  client.on('error', () => upstream.destroy());
  upstream.on('error', () => client.destroy());
}

const address = process.env.LISTEN_ADDRESS ?? '0.0.0.0';
createServer(forward).listen(8123, address);
const [cert, key] = ['certificate', 'key'].map((name) => `/run/secrets/clickhouse_${name}`);
if (existsSync(cert)) {
  createTlsServer({ cert: readFileSync(cert), key: readFileSync(key) }, forward).listen(8443, address);
}

process.on('SIGTERM', () => engine.stdin.write(`${JSON.stringify({ kind: 'stop' })}\n`));
