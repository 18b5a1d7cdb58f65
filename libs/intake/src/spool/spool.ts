import { open } from 'node:fs/promises';
import { type SpoolDamage, SegmentReader } from './segment-reader.ts';
import { type SegmentFile, SegmentWriter } from './segment-writer.ts';
import { SpoolDirectory, type SpoolSegment } from './spool-directory.ts';
import { SpoolError } from './spool-error.ts';
import { encodeFrames } from './spool-frame.ts';
import { comparePositions, type SpoolPosition, SpoolState } from './spool-state.ts';

const DEFAULT_SEGMENT_BYTES = 64 * 1024 * 1024;

export interface SpoolOptions {
  readonly directory: string;
  /** Bytes of all segments together. */
  readonly maxBytes: number;
  /** A segment that has so many is followed by a new one. Default 64 MiB, or an eighth of `maxBytes` where that is less. */
  readonly segmentBytes?: number;
  /** Opens a new segment for writing. The system's by default. */
  readonly createFile?: (path: string) => Promise<SegmentFile>;
}

/** What was read in one go. */
export interface SpoolPart {
  /** In their order; none where there was nothing but damage. */
  readonly payloads: readonly Buffer[];
  /** The position behind them: release it when they have been dealt with. */
  readonly next: SpoolPosition;
  readonly damage: SpoolDamage;
}

/**
 * A queue of payloads on disk that survives its process: what `append` has resolved for comes out of `read` once, in order,
 * until its position is released; after a crash from the released position on. Nothing is read at the start, so that opening
 * takes no longer for a spool that is full. One append at a time, and one reader.
 */
export class Spool {
  readonly #directory: SpoolDirectory;
  readonly #state: SpoolState;
  readonly #options: SpoolOptions;
  readonly #segmentBytes: number;
  /** The last of them is the one that is written where there is a writer. */
  #segments: SpoolSegment[];
  #writer: SegmentWriter | null = null;
  #reader: SegmentReader | null = null;
  #closed = false;

  private constructor(directory: SpoolDirectory, state: SpoolState, segments: SpoolSegment[], options: SpoolOptions) {
    this.#directory = directory;
    this.#state = state;
    this.#segments = segments;
    this.#options = options;
    this.#segmentBytes = options.segmentBytes ?? Math.min(DEFAULT_SEGMENT_BYTES, Math.ceil(options.maxBytes / 8));
  }

  /** @throws SpoolError `locked`, `corrupt`, or the system's error */
  static async open(options: SpoolOptions): Promise<Spool> {
    const directory = await SpoolDirectory.open(options.directory);
    try {
      const segments = await directory.segments();
      const [first] = segments;
      const begin = first === undefined ? null : { segment: first.sequence, offset: 0 };
      const state = await SpoolState.open(directory.statePath, begin);
      const spool = new Spool(directory, state, segments, options);
      await spool.#removeReleased();
      return spool;
    } catch (error) {
      await directory.close();
      throw error;
    }
  }

  /** Never the same for another spool, also not for a later one in the same place. */
  get id(): string {
    return this.#state.id;
  }

  /** Everything before has been released. */
  get position(): SpoolPosition {
    return this.#state.position;
  }

  /** Bytes on the disk, of which those before the position in its segment are no longer needed. */
  get bytes(): number {
    return this.#segments.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** Bytes that have not been released. */
  get unreadBytes(): number {
    const { segment, offset } = this.#state.position;
    return this.bytes - (this.#segments[0]?.sequence === segment ? Math.min(offset, this.#segments[0].bytes) : 0);
  }

  /**
   * Resolves with the position behind them once the payloads are on the disk; otherwise nothing of them is.
   * @throws SpoolError `full`, `closed`, or the system's error (ENOSPC and the like)
   */
  async append(payloads: readonly Uint8Array[]): Promise<SpoolPosition> {
    if (this.#closed) throw new SpoolError('closed', 'the spool is closed');
    const bytes = encodeFrames(payloads);
    if (this.bytes + bytes.length > this.#options.maxBytes) {
      throw new SpoolError('full', `the spool holds ${this.bytes} of ${this.#options.maxBytes} bytes`);
    }
    const writer = await this.#openWriter();
    await writer.append(bytes);
    const segment = this.#segments.at(-1) as SpoolSegment;
    segment.bytes = writer.bytes;
    return { segment: segment.sequence, offset: segment.bytes };
  }

  /** The next payloads from the position on, about `maxBytes` of them; null when there is nothing more. Moves nothing. */
  async read(maxBytes: number): Promise<SpoolPart | null> {
    if (this.#closed) throw new SpoolError('closed', 'the spool is closed');
    const { segment: at, offset } = this.#state.position;
    for (const { sequence, bytes } of this.#segments) {
      const from = sequence === at ? offset : 0;
      if (sequence < at || from >= bytes) continue;
      const reader = await this.#openReader(sequence);
      const { payloads, nextOffset, damage } = await reader.read(from, bytes, maxBytes);
      return { payloads, next: { segment: sequence, offset: nextOffset }, damage };
    }
    return null;
  }

  /** What lies before the position is done with and goes, also after a crash. Never moves back. */
  async release(position: SpoolPosition): Promise<void> {
    if (this.#closed) throw new SpoolError('closed', 'the spool is closed');
    if (comparePositions(position, this.#state.position) <= 0) return;
    await this.#state.move(position);
    await this.#removeReleased();
  }

  /** Removes everything. Only when all of it has been read and released, and no append is under way. */
  async clear(): Promise<void> {
    if (this.unreadBytes > 0) throw new Error('the spool is not empty');
    const last = this.#segments.at(-1);
    if (last === undefined) return;
    await this.#closeWriter();
    await this.release({ segment: last.sequence + 1, offset: 0 });
  }

  /** What lies in it stays. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#closeWriter();
    await this.#reader?.close();
    await this.#state.close();
    await this.#directory.close();
  }

  async #removeReleased(): Promise<void> {
    const released = this.#segments.filter(({ sequence }) => sequence < this.#state.position.segment);
    if (released.length === 0) return;
    if (released.some(({ sequence }) => sequence === this.#reader?.sequence)) {
      await this.#reader?.close();
      this.#reader = null;
    }
    await this.#directory.remove(released.map(({ sequence }) => sequence));
    this.#segments = this.#segments.filter((segment) => !released.includes(segment));
  }

  async #openWriter(): Promise<SegmentWriter> {
    if (this.#writer !== null && this.#writer.bytes >= this.#segmentBytes) await this.#closeWriter();
    if (this.#writer !== null) return this.#writer;
    const { segment, offset } = this.#state.position;
    const afterPosition = offset === 0 ? segment : segment + 1;
    const sequence = Math.max(afterPosition, (this.#segments.at(-1)?.sequence ?? 0) + 1);
    const { createFile = (path) => open(path, 'w', 0o640) } = this.#options;
    const file = await createFile(this.#directory.segmentPath(sequence));
    try {
      await this.#directory.syncNames();
    } catch (error) {
      await file.close();
      throw error;
    }
    this.#writer = new SegmentWriter(file);
    this.#segments.push({ sequence, bytes: 0 });
    return this.#writer;
  }

  async #closeWriter(): Promise<void> {
    const writer = this.#writer;
    this.#writer = null;
    await writer?.close();
  }

  async #openReader(sequence: number): Promise<SegmentReader> {
    if (this.#reader?.sequence === sequence) return this.#reader;
    await this.#reader?.close();
    this.#reader = null;
    this.#reader = await SegmentReader.open(sequence, this.#directory.segmentPath(sequence));
    return this.#reader;
  }
}
