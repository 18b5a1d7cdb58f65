import { VirtualClock } from '@logweave/model';
import type { FileWriterConfig } from '../config.ts';
import { createFileWriter, type FileWriterService } from '../file-writer.ts';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { Fate } from './fate.ts';
import { SimulatedDisk } from './simulated-disk.ts';
import { SimulatedLog } from './simulated-log.ts';

export const PATH = '/logs/correlated.log';

const CONFIG: FileWriterConfig = {
  topic: 'correlated',
  group: 'file-writer',
  path: PATH,
  fsync: 'always',
  fsyncIntervalMs: 1000,
  rotate: { maxBytes: null, maxAgeMs: null, keep: null },
  maxPollRecords: 100,
  drainMs: 10_000,
};

/** A writer with its disk and its log, through one life after another. */
export class SimulatedWriter {
  readonly disk = new SimulatedDisk();
  readonly clock = new VirtualClock();
  readonly log: SimulatedLog;
  readonly config: FileWriterConfig;
  metrics = new Registry();
  fate = new Fate();
  #service: FileWriterService | null = null;
  #appended: number[];

  constructor(config: Partial<FileWriterConfig> = {}, partitions = 2) {
    this.config = { ...CONFIG, ...config };
    this.log = new SimulatedLog(partitions);
    this.#appended = Array.from({ length: partitions }, () => 0);
  }

  get service(): FileWriterService {
    if (this.#service === null) throw new Error('not started');
    return this.#service;
  }

  /** Begins a life; the one before is over, whether it ended by itself or not. */
  async start(fate = new Fate()): Promise<void> {
    this.fate.dead = true;
    this.fate = fate;
    this.metrics = new Registry();
    this.#service = createFileWriter(this.config, {
      eventLog: this.log.mount(fate, this.clock),
      clock: this.clock,
      log: pino({ level: 'silent' }),
      metrics: this.metrics,
      fileSystem: this.disk.mount(fate),
    });
    // A life may end within its first steps, and then `start` never resolves.
    await Promise.race([this.#service.start(), this.clock.advance(0)]);
    await this.clock.advance(0);
  }

  /** Puts so many records into the partition: `{"p":<partition>,"n":<number>}`. */
  append(partition: number, count: number): void {
    const from = this.#appended[partition] ?? 0;
    for (let i = 0; i < count; i++) this.log.append(partition, lineOf(partition, from + i));
    this.#appended[partition] = from + count;
  }

  /** Lets the writer go on until everything is written and committed, or its life ends. */
  async settle(): Promise<void> {
    for (let i = 0; i < 1000 && !this.log.isDrained && !this.fate.dead; i++) await this.clock.advance(100);
  }

  /** Lines of all files, the oldest file first. */
  lines(): readonly string[] {
    const text = [...this.disk.files().values()].join('');
    return text === '' ? [] : text.replace(/\n$/, '').split('\n');
  }

  /** Every record that was appended, by partition. */
  expected(): readonly (readonly string[])[] {
    return this.#appended.map((count, partition) => Array.from({ length: count }, (_, n) => lineOf(partition, n)));
  }

  /** The lines of the files by partition, in their order; lines that are none of ours come last. */
  written(): readonly (readonly string[])[] {
    const lines = this.lines();
    const ofPartition = (line: string): number => Number(/^\{"p":(\d+),"n":\d+\}$/.exec(line)?.[1] ?? -1);
    const strange = lines.filter((line) => ofPartition(line) === -1);
    const byPartition = this.#appended.map((_, partition) => lines.filter((line) => ofPartition(line) === partition));
    return strange.length === 0 ? byPartition : [...byPartition, strange];
  }

  async metric(name: string): Promise<number> {
    const metric = await this.metrics.getSingleMetric(`logweave_file_writer_${name}`)?.get();
    return metric?.values.reduce((sum, { value }) => sum + value, 0) ?? 0;
  }
}

export function lineOf(partition: number, number: number): string {
  return `{"p":${partition},"n":${number}}`;
}
