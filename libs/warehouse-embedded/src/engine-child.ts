import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Clock } from '@logweave/model';
import { type EngineReport, type EngineStart, lineReader } from './protocol.ts';
import type { SupervisorLog } from './supervisor.ts';

export interface ChildExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** How long a graceful stop may take before the process is killed; nothing acknowledged is lost either way. */
const STOP_TIMEOUT_MS = 20_000;
const MAX_STDERR_LINE = 500;

/** One life of the engine's process. */
export class EngineChild {
  /** Resolves when it answers requests. Rejects with the reason when it ends before. */
  readonly ready: Promise<{ readonly port: number; readonly version: string }>;
  /** Resolves when the process is gone; never rejects. */
  readonly exit: Promise<ChildExit>;
  readonly #process: ChildProcess;
  readonly #clock: Pick<Clock, 'schedule'>;

  constructor(start: EngineStart, log: SupervisorLog, clock: Pick<Clock, 'schedule'>) {
    this.#clock = clock;
    // From sources the child needs the condition that makes packages resolve to theirs; built code does not.
    const fromSource = import.meta.url.endsWith('.ts');
    const entry = fileURLToPath(new URL(fromSource ? './main.ts' : './main.js', import.meta.url));
    this.#process = spawn(process.execPath, [...(fromSource ? ['--conditions=@logweave/source'] : []), entry], {
      stdio: ['pipe', 'pipe', 'pipe'],
      // Each statement occupies one thread of libuv's pool while it runs; compression and files need some as well.
      env: { ...childEnvironment(), UV_THREADPOOL_SIZE: '8' },
    });
    const { promise, resolve, reject } = Promise.withResolvers<{ port: number; version: string }>();
    this.ready = promise;
    this.exit = new Promise((done) => {
      this.#process.once('error', (error) => {
        reject(error);
        done({ code: null, signal: null });
      });
      this.#process.once('exit', (code, signal) => {
        reject(new Error(`The embedded warehouse ended while starting (code ${code}, signal ${signal}).`));
        done({ code, signal });
      });
    });
    // Whoever waits for `ready` gets the rejection; nobody else needs it.
    promise.catch(() => undefined);

    const onReport = (line: string): void => {
      const message = JSON.parse(line) as EngineReport;
      switch (message.kind) {
        case 'ready':
          return resolve(message);
        case 'waiting_for_lock':
          return log.warn({ dataDir: start.dataDir }, 'embedded warehouse waits for its data directory');
        case 'failed':
          return reject(new Error(`The embedded warehouse does not start on ${start.dataDir}: ${message.message}`));
      }
    };
    this.#process.stdout?.setEncoding('utf8').on('data', lineReader(onReport));
    this.#process.stderr?.setEncoding('utf8').on(
      'data',
      lineReader((line) => {
        const text = line.slice(0, MAX_STDERR_LINE).replaceAll(start.password, '[redacted]');
        log.warn({ line: text }, 'embedded warehouse says');
      }),
    );
    // Writing to a child that has just died fails; its exit says so already.
    this.#process.stdin?.on('error', () => undefined);
    this.#process.stdin?.write(`${JSON.stringify(start)}\n`);
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** Lets statements under way finish, then ends the process. */
  async stop(): Promise<void> {
    this.#process.stdin?.write(`${JSON.stringify({ kind: 'stop' })}\n`);
    const cancelKill = this.#clock.schedule(STOP_TIMEOUT_MS, () => this.#process.kill('SIGKILL'));
    await this.exit;
    cancelKill();
  }
}

/** The parent's environment without what only the parent should know. */
function childEnvironment(): NodeJS.ProcessEnv {
  const keep = ['PATH', 'HOME', 'TMPDIR', 'TZ', 'LANG', 'LD_LIBRARY_PATH'];
  return Object.fromEntries(
    keep.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
}
