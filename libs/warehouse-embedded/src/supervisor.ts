import { randomBytes } from 'node:crypto';
import type { Clock } from '@logweave/model';
import { type ChildExit, EngineChild } from './engine-child.ts';

/** What the supervisor logs to; a pino logger is one. */
export interface SupervisorLog {
  info(fields: object, event: string): void;
  warn(fields: object, event: string): void;
  error(fields: object, event: string): void;
}

export interface EmbeddedWarehouseOptions {
  /** Directory of the engine alone; created when missing. One process at a time can have it. */
  readonly dataDir: string;
  /** Cap of the engine's memory. Below 512 MiB ordinary inserts fail. */
  readonly memoryBytes: number;
  readonly log: SupervisorLog;
  /** Times the pauses between restarts and the patience with a stop. */
  readonly clock: Pick<Clock, 'sleep' | 'monotonicMs' | 'schedule'>;
  /** 0, the default, lets the system choose. Restarts keep the port. */
  readonly port?: number;
  /** Longest request body after decompression. Default 64 MiB. */
  readonly maxBodyBytes?: number;
  /** How long to wait for a directory that the engine of a dead process still holds. Default 60 s. */
  readonly lockTimeoutMs?: number;
}

/** How the engine ended for good. */
export type EmbeddedExit =
  | { readonly kind: 'stopped' }
  /** It could not be brought back; the message is for people. */
  | { readonly kind: 'failed'; readonly message: string };

export interface EmbeddedWarehouse {
  /** `http://127.0.0.1:port`; stays the same over restarts of the engine. */
  readonly url: string;
  readonly user: string;
  /** New for every supervisor; never written anywhere. */
  readonly password: string;
  /** Of the present engine process, or undefined while there is none. */
  readonly pid: number | undefined;
  /** The engine's version, as `26.7.2.1`. */
  readonly version: string;
  /** Lets statements under way finish and ends the engine. Idempotent. */
  stop(): Promise<void>;
  /** Resolves when the engine is gone for good; never rejects. */
  readonly exited: Promise<EmbeddedExit>;
}

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 10_000;
const STABLE_AFTER_MS = 60_000;
// About two minutes of pauses: then the caller should know, and whoever supervises the whole process takes over.
const GIVE_UP_AFTER_FAILURES = 15;

const USER = 'logweave';
const DEFAULT_MAX_BODY_BYTES = 64 * 1024 * 1024;
const DEFAULT_LOCK_TIMEOUT_MS = 60_000;

/**
 * Starts the engine in a process of its own and keeps it running: a crash restarts it on the same port with the same
 * password, after a pause that grows.
 * @throws Error when it cannot be started the first time (directory held by somebody else, port taken, no engine for
 * this platform).
 */
export async function startEmbeddedWarehouse(options: EmbeddedWarehouseOptions): Promise<EmbeddedWarehouse> {
  const supervisor = new Supervisor(options);
  await supervisor.start();
  return supervisor;
}

class Supervisor implements EmbeddedWarehouse {
  readonly user = USER;
  readonly password = randomBytes(32).toString('base64url');
  readonly exited: Promise<EmbeddedExit>;
  url = '';
  version = '';

  readonly #options: EmbeddedWarehouseOptions;
  readonly #clock: EmbeddedWarehouseOptions['clock'];
  readonly #stopping = new AbortController();
  readonly #resolveExited: (exit: EmbeddedExit) => void;
  #port: number;
  #child: EngineChild | null = null;

  constructor(options: EmbeddedWarehouseOptions) {
    this.#options = options;
    this.#clock = options.clock;
    this.#port = options.port ?? 0;
    const { promise, resolve } = Promise.withResolvers<EmbeddedExit>();
    this.exited = promise;
    this.#resolveExited = resolve;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  async start(): Promise<void> {
    const child = await this.#spawn();
    void this.#watch(child);
  }

  async stop(): Promise<void> {
    if (!this.#stopping.signal.aborted) {
      this.#stopping.abort();
      await this.#child?.stop();
      this.#child = null;
      this.#resolveExited({ kind: 'stopped' });
    }
    await this.exited;
  }

  async #spawn(): Promise<EngineChild> {
    const { dataDir, memoryBytes, log } = this.#options;
    const child = new EngineChild(
      {
        kind: 'start',
        dataDir,
        memoryBytes,
        user: this.user,
        password: this.password,
        port: this.#port,
        maxBodyBytes: this.#options.maxBodyBytes ?? DEFAULT_MAX_BODY_BYTES,
        lockTimeoutMs: this.#options.lockTimeoutMs ?? DEFAULT_LOCK_TIMEOUT_MS,
      },
      log,
      this.#clock,
    );
    this.#child = child;
    const { port, version } = await child.ready;
    this.#port = port;
    this.url = `http://127.0.0.1:${port}`;
    this.version = version;
    log.info({ pid: child.pid, port, version }, 'embedded warehouse ready');
    return child;
  }

  // Never rejects: whatever happens ends in `exited`.
  async #watch(first: EngineChild): Promise<void> {
    const { log } = this.#options;
    let child = first;
    let failures = 0;
    for (;;) {
      const sinceMs = this.#clock.monotonicMs();
      const exit: ChildExit = await child.exit;
      this.#child = null;
      if (this.#stopping.signal.aborted) return;
      log.error({ code: exit.code, signal: exit.signal }, 'embedded warehouse died');
      if (this.#clock.monotonicMs() - sinceMs >= STABLE_AFTER_MS) failures = 0;
      for (;;) {
        await this.#clock.sleep(pauseMs(failures), this.#stopping.signal);
        if (this.#stopping.signal.aborted) return;
        failures++;
        try {
          child = await this.#spawn();
          break;
        } catch (error) {
          this.#child = null;
          if (this.#stopping.signal.aborted) return;
          const message = error instanceof Error ? error.message : String(error);
          log.error({ failures, message }, 'embedded warehouse did not start');
          if (failures >= GIVE_UP_AFTER_FAILURES) return this.#resolveExited({ kind: 'failed', message });
        }
      }
    }
  }
}

function pauseMs(failures: number): number {
  return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failures);
}
