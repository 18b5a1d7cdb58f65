import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MemoryCluster, type MemoryEventLog } from '@logweave/event-log/memory';
import type { SegmentFile } from '@logweave/intake';
import { VirtualClock } from '@logweave/model';
import { Registry } from 'prom-client';
import { LateProducer } from '../late-producer.ts';
import { createIngestorMetrics } from '../metrics.ts';
import type { SpoolTrouble } from '../spooled-producer.ts';
import { openSpooledLog, type SpooledLog } from '../open-spooled-log.ts';

export const PARTITIONS = 2;
export const STALL_MS = 1_000;
/** What Node has on its way to the disk goes by these names. */
const DISK_REQUESTS: ReadonlySet<string> = new Set(['FSReqPromise', 'FSReqCallback', 'CloseReq']);
const topics = ['t.http', 't.network', 't.dead-letter'] as const;

/** Processes one after the other, on one log. */
export class SpoolWorld {
  readonly clock = new VirtualClock();
  readonly cluster = new MemoryCluster({ clock: this.clock });
  /** Numbers of records whose append has resolved, and of all. */
  readonly taken = new Set<number>();
  appended = 0;
  /** No file of the spool can be written. */
  diskIsFull = false;
  readonly #root: string;
  readonly #maxSpoolBytes: number;
  #process = 0;
  #client: MemoryEventLog | null = null;
  #log: SpooledLog | null = null;
  /** Their files are still open. */
  readonly #dead: SpooledLog[] = [];
  #metrics = new Registry();

  constructor(root: string, maxSpoolBytes: number) {
    this.#root = root;
    this.#maxSpoolBytes = maxSpoolBytes;
    const bounds = { retentionMs: null, retentionBytes: null, maxRecordBytes: 2 ** 21 };
    for (const name of topics) this.cluster.ensureTopic({ name, partitions: PARTITIONS, cleanup: 'delete', ...bounds });
  }

  get isSpooling(): boolean {
    return this.#log?.producer.route !== 'log';
  }

  get trouble(): SpoolTrouble | null {
    return this.#log?.producer.trouble ?? null;
  }

  /** Without what is there for other reasons. */
  spoolFiles(): string[] {
    return readdirSync(this.#directory)
      .filter((name) => name !== 'topics.json')
      .sort();
  }

  /** The queue before it is full. */
  pressed(): void {
    this.#log?.producer.pressed();
  }

  async start(): Promise<void> {
    const client = this.cluster.connect();
    this.#client = client;
    this.#metrics = new Registry();
    const none = (): void => undefined;
    const opening = openSpooledLog(
      { directory: this.#directory, maxBytes: this.#maxSpoolBytes, stallMs: STALL_MS, name: 't.spool' },
      {
        eventLog: client,
        producer: new LateProducer(() => client.producer(), client.life.clock),
        topics: new Map(topics.map((name) => [name, PARTITIONS])),
        isAway: false,
        clock: client.life.clock,
        log: { info: none, warn: none, error: none },
        metrics: createIngestorMetrics(this.#metrics, none),
        troubleChanges: none,
        failed: (error) => {
          throw error;
        },
        createFile: async (path) => {
          const file = await open(path, 'w');
          return {
            write: (...args: Parameters<SegmentFile['write']>) => {
              if (this.diskIsFull) return Promise.reject(new Error('ENOSPC: no space left on device'));
              return file.write(...args);
            },
            datasync: () => file.datasync(),
            truncate: (length) => file.truncate(length),
            close: () => file.close(),
          } as SegmentFile;
        },
      },
    );
    this.#log = await this.#soon(opening);
  }

  append(partitions: readonly number[]): void {
    const numbers = partitions.map(() => this.appended++);
    const records = numbers.map((number) => ({
      key: null,
      value: Buffer.from(String(number)),
      headers: [],
      timestampMs: this.clock.wallMs(),
    }));
    const batches = Array.from({ length: PARTITIONS }, (_, partition) => ({
      topic: 't.http',
      partition,
      records: records.filter((_record, i) => partitions[i] === partition),
    }));
    const holder = this.#process;
    void this.#log?.producer.append(batches.filter((batch) => batch.records.length > 0)).then(() => {
      if (holder === this.#process) for (const number of numbers) this.taken.add(number);
    });
  }

  /** The next process has the disk as it is now. */
  async kill(): Promise<void> {
    const before = this.#directory;
    this.#process++;
    cpSync(before, this.#directory, { recursive: true });
    await this.#client?.crash();
    if (this.#log !== null) this.#dead.push(this.#log);
    await this.start();
  }

  /** Lets time pass, and waits for what is on its way to the disk, which has a time of its own. */
  async pass(ms: number): Promise<void> {
    await this.clock.advance(ms);
    while (process.getActiveResourcesInfo().some((name) => DISK_REQUESTS.has(name))) await this.clock.advance(0);
    await this.clock.advance(0);
  }

  async close(): Promise<void> {
    const closing = this.#log?.close() ?? Promise.resolve();
    await this.#soon(closing);
    // Nor does anything of a process that has ended reach the log.
    await this.#client?.crash();
    for (const { spool } of this.#dead) await spool.close();
  }

  /** What the present process has counted. */
  async count(metric: string): Promise<number> {
    const found = await this.#metrics.getSingleMetric(`logweave_ingest_${metric}`)?.get();
    return found?.values[0]?.value ?? 0;
  }

  /** Everything works again, for as long as it takes. */
  async settle(): Promise<void> {
    this.cluster.faults.clear();
    this.cluster.setAvailable(true);
    this.cluster.allowed = true;
    for (let round = 0; round < 50 || this.isSpooling; round++) {
      if (round > 1_000) throw new Error('the spool does not become empty');
      // Shorter than the stall time, so that the disk is not too slow for it.
      await this.pass(100);
    }
  }

  numbersInLog(partition: number): number[] {
    return this.cluster.records('t.http', partition).map(({ value }) => Number(Buffer.from(value ?? []).toString()));
  }

  get #directory(): string {
    return join(this.#root, String(this.#process));
  }

  async #soon<T>(promise: Promise<T>): Promise<T> {
    let done = false;
    void promise.finally(() => (done = true)).catch(() => undefined);
    while (!done) await this.pass(10);
    return promise;
  }
}

export async function inSpoolWorld(use: (world: SpoolWorld) => Promise<void>, maxSpoolBytes = 1 << 24): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'lw-'));
  const world = new SpoolWorld(root, maxSpoolBytes);
  try {
    await world.start();
    await use(world);
    await world.close();
  } finally {
    rmSync(root, { recursive: true });
  }
}
