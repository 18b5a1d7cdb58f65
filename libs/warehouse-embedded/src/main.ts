import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { Engine } from './engine.ts';
import { createHttpServer } from './http-server.ts';
import { type EngineReport, type EngineStart, type EngineStop, lineReader } from './protocol.ts';

// The engine's process. chdb wants the main thread and one data directory a process, and may take its process down
// with it: that is why it has one of its own.

const LOCK_RETRY_MS = 100;

function report(message: EngineReport): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

async function openEngine(start: EngineStart): Promise<Engine> {
  for (let waitedMs = 0; ; waitedMs += LOCK_RETRY_MS) {
    try {
      return new Engine(start.dataDir, start.memoryBytes);
    } catch (error) {
      // The reason stands only on the engine's standard error; after the death of a parent it is the old child, which
      // is about to go.
      if (waitedMs >= start.lockTimeoutMs) throw error;
      if (waitedMs === 0) report({ kind: 'waiting_for_lock' });
      await wait(LOCK_RETRY_MS);
    }
  }
}

async function serve(start: EngineStart): Promise<() => Promise<void>> {
  const engine = await openEngine(start);
  const server = createHttpServer({ ...start, run: async (statement) => engine.run(statement) });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(start.port, '127.0.0.1', resolve);
  });
  report({ kind: 'ready', port: (server.address() as AddressInfo).port, version: engine.version() });
  return async () => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeIdleConnections();
    await closed;
    await engine.close();
  };
}

let running: Promise<() => Promise<void>> | null = null;

function onLine(line: string): void {
  const message = JSON.parse(line) as EngineStart | EngineStop;
  if (message.kind === 'start') {
    running = serve(message);
    running.catch((error: unknown) => {
      report({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
      process.stdin.removeAllListeners('close');
      process.exitCode = 1;
      process.stdin.destroy();
    });
    return;
  }
  void running
    ?.then((stop) => stop())
    .then(
      () => process.exit(0),
      () => process.exit(1),
    );
}

process.stdin.setEncoding('utf8');
process.stdin.on('data', lineReader(onLine));
// The parent is gone, however it went. Going at once is safe: what was acknowledged is on disk, what was not will come
// again with the same token. By a signal, because an exit first waits for the engine's threads, and has been seen to wait
// for ever for one that was in an insert, with the lock on the directory in its hands.
const die = (): void => {
  process.kill(process.pid, 'SIGKILL');
};
process.stdin.on('close', die);
process.stdin.on('error', die);
// A terminal's Ctrl-C goes to the whole process group; the parent decides when the engine may go.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});
