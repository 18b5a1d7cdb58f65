import { dirname } from 'node:path';
import type { Consumer, OffsetCommit, RecordBatch } from '@logweave/event-log';
import type { Clock } from '@logweave/model';
import { encodeFileState, type FileState } from './commit-metadata.ts';
import type { FileWriterConfig } from './config.ts';
import { FileProblem } from './file-problem.ts';
import type { FileSystem } from './file-system.ts';
import { LineBuffer } from './line-buffer.ts';
import type { FileWriterMetrics, RotationReason } from './metrics.ts';
import { OutputFile } from './output-file.ts';
import { removeOldest, rotatedFiles, rotatedPath } from './rotated-files.ts';

/** Large enough that system calls cost nothing beside the copying, small enough to stay in the processor's cache. */
const WRITE_BYTES = 256 * 1024;

export interface FileSessionDeps {
  readonly consumer: Pick<Consumer, 'commit'>;
  readonly fileSystem: FileSystem;
  readonly clock: Clock;
  readonly metrics: FileWriterMetrics;
  /** A file was begun after another one. */
  readonly begun: (reason: RotationReason, rotatedTo: string | null) => void;
}

/** Where a session begins: the state to continue, its file open and cut to that state. */
export interface SessionStart {
  readonly file: OutputFile;
  readonly generation: number;
  readonly rotations: number;
  readonly offsets: readonly number[];
}

/**
 * Writing from one recovery to the next trouble. After any error the session is useless: abandon it and recover from
 * the last commit, which is the only truth there is.
 */
export class FileSession {
  readonly #config: FileWriterConfig;
  readonly #deps: FileSessionDeps;
  readonly #offsets: number[];
  readonly #buffer = new LineBuffer(WRITE_BYTES);
  #file: OutputFile;
  #generation: number;
  #rotations: number;
  #uncommitted = false;
  #committedAtMs: number;

  constructor(config: FileWriterConfig, deps: FileSessionDeps, start: SessionStart) {
    this.#config = config;
    this.#deps = deps;
    this.#file = start.file;
    this.#generation = start.generation;
    this.#rotations = start.rotations;
    this.#offsets = [...start.offsets];
    this.#committedAtMs = deps.clock.monotonicMs();
  }

  /** Per partition the offset of the first record that was not written. */
  get offsets(): readonly number[] {
    return this.#offsets;
  }

  /** Writes the records, and commits them unless the policy waits for its interval. */
  async write(batches: readonly RecordBatch[]): Promise<void> {
    if (!(await this.#file.isThere())) await this.reopen('deleted');
    for (const batch of batches) {
      for (const record of batch.records) {
        // A tombstone stands for nothing that a file could hold.
        if (record.value !== null) await this.#add(record.value);
        this.#offsets[batch.partition] = record.offset + 1;
      }
      this.#offsets[batch.partition] = batch.nextOffset;
    }
    await this.#flush();
    this.#uncommitted = true;
    if (this.#config.fsync !== 'interval') await this.commit();
  }

  /** Does what time asks for: the commit of the interval, rotation by age. */
  async tick(): Promise<void> {
    if (this.#uncommitted && this.msUntilCommit() === 0) await this.commit();
    const { maxAgeMs } = this.#config.rotate;
    if (maxAgeMs === null || this.#file.lengthBytes === 0) return;
    if (this.#deps.clock.wallMs() - this.#file.begunMs >= maxAgeMs) await this.#rotate('age');
  }

  /** How long the next `tick` may wait on account of the commit interval. */
  msUntilCommit(): number {
    if (!this.#uncommitted) return Number.POSITIVE_INFINITY;
    return Math.max(0, this.#committedAtMs + this.#config.fsyncIntervalMs - this.#deps.clock.monotonicMs());
  }

  /**
   * Makes what was written final: first in the file, then in the log.
   * @throws FileProblem `fenced`, EventLogError, the system's errors
   */
  async commit(): Promise<void> {
    if (!this.#uncommitted) return;
    if (this.#config.fsync !== 'never') {
      const fromMs = this.#deps.clock.monotonicMs();
      await this.#file.sync();
      this.#deps.metrics.sync.observe((this.#deps.clock.monotonicMs() - fromMs) / 1000);
    }
    await this.commitState();
  }

  /**
   * Commits offsets and file as they stand. To be done once before the first line goes into a file: else a crash would
   * leave lines there of which no commit knows.
   */
  async commitState(): Promise<void> {
    const state: FileState = {
      generation: ++this.#generation,
      rotations: this.#rotations,
      inode: this.#file.inode,
      lengthBytes: this.#file.lengthBytes,
      tailCrc: this.#file.tailCrc,
      begunMs: this.#file.begunMs,
      offsets: this.#offsets,
    };
    const metadata = encodeFileState(state);
    const commits: OffsetCommit[] = this.#offsets.map((offset, partition) => ({
      topic: this.#config.topic,
      partition,
      offset,
      metadata,
    }));
    const outcome = await this.#deps.consumer.commit(commits);
    if (outcome === 'fenced') throw new FileProblem('fenced', 'another member of the group has taken over');
    this.#uncommitted = false;
    this.#committedAtMs = this.#deps.clock.monotonicMs();
    this.#deps.metrics.commits.inc();
  }

  /** Finishes the open file, wherever it has been moved to, and begins the one at the path. */
  async reopen(reason: 'reopened' | 'deleted'): Promise<void> {
    await this.commit();
    await this.#begin(reason, null);
  }

  /** Commits what was written and closes. */
  async close(): Promise<void> {
    await this.commit();
    await this.#file.close();
  }

  /** Closes without a commit: what was not committed will be cut off and written again. */
  abandon(): Promise<void> {
    return this.#file.close();
  }

  async #add(line: Uint8Array): Promise<void> {
    const { maxBytes } = this.#config.rotate;
    const lengthBytes = this.#file.lengthBytes + this.#buffer.lengthBytes;
    if (maxBytes !== null && lengthBytes > 0 && lengthBytes + line.length + 1 > maxBytes) {
      await this.#flush();
      this.#uncommitted = true;
      await this.#rotate('size');
    }
    if (!this.#buffer.hasRoomFor(line)) await this.#flush();
    this.#buffer.add(line);
  }

  async #flush(): Promise<void> {
    if (this.#buffer.lines === 0) return;
    await this.#file.append(this.#buffer.bytes());
    this.#deps.metrics.records.inc(this.#buffer.lines);
    this.#deps.metrics.bytes.inc(this.#buffer.lengthBytes);
    this.#buffer.clear();
  }

  /**
   * The old file is committed, then renamed, then the new one is committed before anything goes into it. A crash
   * between any two of these leaves the last commit true: recovery finds its file under either name.
   */
  async #rotate(reason: 'size' | 'age'): Promise<void> {
    const { fileSystem } = this.#deps;
    const { path } = this.#config;
    await this.commit();
    const newest = (await rotatedFiles(fileSystem, path)).at(-1)?.number ?? 0;
    const number = Math.max(newest, this.#rotations) + 1;
    const target = rotatedPath(path, number);
    await fileSystem.rename(path, target);
    this.#rotations = number;
    await this.#begin(reason, target);
    await removeOldest(fileSystem, path, this.#config.rotate.keep);
  }

  async #begin(reason: RotationReason, rotatedTo: string | null): Promise<void> {
    const { fileSystem, clock } = this.#deps;
    const directory = dirname(this.#config.path);
    await fileSystem.makeDirectory(directory);
    const next = await fileSystem.open(this.#config.path);
    const old = this.#file;
    try {
      const { inode } = await next.look();
      // Nobody moved the file: it goes on, and keeps its age.
      this.#file = await OutputFile.adopt(next, inode === old.inode ? old.begunMs : clock.wallMs());
    } catch (error) {
      await next.close();
      throw error;
    }
    await old.close();
    await fileSystem.syncDirectory(directory);
    await this.commitState();
    this.#deps.metrics.filesBegun.inc({ reason });
    this.#deps.begun(reason, rotatedTo);
  }
}
