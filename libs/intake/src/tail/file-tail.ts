import { type FileHandle, open } from 'node:fs/promises';
import type { LineLimits, LineSink } from '../line-assembler.ts';
import { LineSplitter } from '../line-splitter.ts';
import {
  compareWritten,
  findFile,
  findHolder,
  findRotatedHolder,
  type FoundFile,
  foundFile,
  rotatedFiles,
} from './rotated-files.ts';
import { type TailPosition, tailPosition, WINDOW_BYTES } from './tail-position.ts';

const NEWLINE = 10;
const NOTHING = Buffer.alloc(0);
/** A file that was rotated away is left when nothing has come for so long: whoever writes may still have it open. */
const QUIET_MS = 5_000;
/** How often to look at the path while there is more to read. */
const LOOK_MS = 500;
/** Whoever has not looked at the path for so long may have missed files between this one and that at the path. */
const MISSED_MS = 2_000;
/** How far back the start of a half line is looked for where reading begins at the end. */
const LAST_LINE_BYTES = 64 * 1024;

export interface FileTailOptions {
  readonly path: string;
  readonly limits: LineLimits;
  /** Most bytes of one `read`. */
  readonly chunkBytes: number;
  /** Where to begin in a file that is there when nothing is known of it yet. */
  readonly startAt: 'beginning' | 'end';
  readonly clock: { monotonicMs(): number };
}

/**
 * What happens to a file beside growing. `rotated`: another stands at its path, and reading goes on there. `truncated`: it has
 * become shorter, and is read from its start. `lost`: it cannot be found any more, and what of it was not read is lost.
 */
export type TailChange = 'rotated' | 'truncated' | 'lost';

export interface TailSink extends LineSink {
  changed(change: TailChange): void;
}

/** What a read has come to. */
export type TailStep =
  /** Lines have been handed to the sink, or not; what was not is behind the position. */
  | { readonly kind: 'read'; readonly position: TailPosition }
  /** There is nothing to read at present. */
  | { readonly kind: 'waiting' };

interface OpenFile {
  readonly handle: FileHandle;
  readonly inode: string;
  /** Up to where it has been read. */
  offset: number;
  /** What stands in front of the offset, at most a window of it. */
  window: Buffer;
  /** When it had been written to last as the window was compared with what stands there. */
  checkedNs: bigint;
}

interface Rotated {
  /** The inode that was seen at the path then. */
  readonly successor: string;
  /** There may be others between. */
  readonly missed: boolean;
  quietSinceMs: number;
}

/**
 * Reads the lines of a file that grows, also when it is renamed and made anew, copied and cut short, or replaced. A line is
 * handed on once its newline is there, or once its file has been rotated away and is quiet. Nothing is kept but in memory:
 * whoever stores the position of a step together with what its lines have come to, goes on from there after a crash.
 */
export class FileTail {
  readonly #options: FileTailOptions;
  readonly #sink: TailSink;
  #splitter: LineSplitter;
  #file: OpenFile | null = null;
  /** Behind the last line that was handed on. */
  #position: TailPosition | null = null;
  /** Set once this file has gone from the path. */
  #rotated: Rotated | null = null;
  /** Nobody has been told of the position yet. */
  #isNews = false;
  #sizeBytes = 0;
  #seenAtPathMs = Number.NEGATIVE_INFINITY;

  constructor(options: FileTailOptions, sink: TailSink) {
    this.#options = options;
    this.#sink = sink;
    this.#splitter = this.#newSplitter();
  }

  /** Bytes that were there when it was last looked, and are not read. */
  get unreadBytes(): number {
    return Math.max(0, this.#sizeBytes - (this.#file?.offset ?? 0));
  }

  /** Goes to where the next line begins; null: nothing is known. Half a line that was read is forgotten. @throws the system's error */
  async seek(position: TailPosition | null): Promise<void> {
    await this.close();
    this.#position = position;
    const { path, startAt } = this.#options;
    if (position !== null) {
      const holder = await findHolder(path, position);
      if (holder !== null) await this.#open(holder.path, position.offset);
      else this.#sink.changed('lost');
    } else if (startAt === 'end') {
      const live = await findFile(path);
      if (live !== null) await this.#openAtEnd(live);
    }
  }

  /** Reads on. @throws the system's error; `seek` then */
  async read(): Promise<TailStep> {
    const file = this.#file ?? (await this.#openPath());
    if (file === null) return { kind: 'waiting' };
    if (this.#isNews && this.#position !== null) {
      // Before anything is read of it, so that it is found also when it is renamed before its first line is there.
      this.#isNews = false;
      return { kind: 'read', position: this.#position };
    }
    const isDue = this.#options.clock.monotonicMs() - this.#seenAtPathMs >= LOOK_MS;
    if (this.#rotated === null && isDue) await this.#look(file);
    const { size: exactSize, mtimeNs } = await file.handle.stat({ bigint: true });
    const size = Number(exactSize);
    this.#sizeBytes = size;
    if (size < file.offset) return this.#rewritten(file);
    // Of the same length it may still be another, cut short and grown again.
    if (size === file.offset && mtimeNs === file.checkedNs) return this.#atEnd(file);
    const buffer = Buffer.allocUnsafeSlow(file.window.length + Math.min(this.#options.chunkBytes, size - file.offset));
    const { bytesRead } = await file.handle.read(buffer, 0, buffer.length, file.offset - file.window.length);
    const from = file.window.length;
    if (bytesRead < from || buffer.compare(file.window, 0, from, 0, from) !== 0) return this.#rewritten(file);
    file.checkedNs = mtimeNs;
    if (bytesRead === from) return this.#atEnd(file);
    if (this.#rotated !== null) this.#rotated.quietSinceMs = this.#options.clock.monotonicMs();
    this.#take(file, buffer.subarray(0, bytesRead), from);
    return { kind: 'read', position: this.#position as TailPosition };
  }

  async close(): Promise<void> {
    const file = this.#file;
    this.#file = null;
    this.#rotated = null;
    this.#splitter = this.#newSplitter();
    await file?.handle.close();
  }

  #newSplitter(): LineSplitter {
    return new LineSplitter(this.#options.limits, this.#sink, { keepsByteOrderMark: true });
  }

  #take(file: OpenFile, bytes: Buffer, from: number): void {
    this.#splitter.push(bytes, from, bytes.length);
    const lineStart = bytes.lastIndexOf(NEWLINE) + 1;
    if (lineStart > from) {
      this.#position = tailPosition(file.inode, file.offset + lineStart - from, bytes.subarray(0, lineStart));
    }
    file.offset += bytes.length - from;
    // A copy, so that it does not keep the whole chunk.
    file.window = Buffer.from(bytes.subarray(Math.max(0, bytes.length - WINDOW_BYTES)));
  }

  /** Looks whether the file is at its path still. */
  async #look(file: OpenFile): Promise<void> {
    const live = await findFile(this.#options.path);
    const nowMs = this.#options.clock.monotonicMs();
    if (live === null || live.inode === file.inode) {
      this.#seenAtPathMs = nowMs;
      this.#rotated = null;
    } else if (this.#rotated === null) {
      const missed = nowMs - this.#seenAtPathMs > MISSED_MS;
      this.#rotated = { successor: live.inode, quietSinceMs: nowMs, missed };
    }
  }

  /** Everything has been read of what is open. */
  async #atEnd(file: OpenFile): Promise<TailStep> {
    await this.#look(file);
    const nowMs = this.#options.clock.monotonicMs();
    if (this.#rotated === null || nowMs - this.#rotated.quietSinceMs < QUIET_MS) return { kind: 'waiting' };
    const next = await this.#successor(file, this.#rotated);
    if (next === null) return { kind: 'waiting' };
    // Half a line at the end will not become a whole one any more.
    this.#splitter.end();
    await this.close();
    const { inode } = await this.#open(next.path, 0);
    this.#sink.changed('rotated');
    this.#position = tailPosition(inode, 0, NOTHING);
    return { kind: 'read', position: this.#position };
  }

  /** The file that came behind this one. */
  async #successor({ handle, inode }: OpenFile, { successor, missed }: Rotated): Promise<FoundFile | null> {
    const live = await findFile(this.#options.path);
    if (!missed && successor === live?.inode) return live;
    const files = await rotatedFiles(this.#options.path, successor);
    if (!missed) return files.find((file) => file.inode === successor) ?? live;
    const name = files.find((file) => file.inode === inode)?.path ?? '';
    const here = foundFile(name, await handle.stat({ bigint: true }));
    return files.find((file) => file.inode !== inode && compareWritten(file, here) > 0) ?? live;
  }

  /** What was read is not there any more: cut short, and maybe grown again. */
  async #rewritten(file: OpenFile): Promise<TailStep> {
    const position = this.#position;
    const copy = position === null ? null : await findRotatedHolder(this.#options.path, position);
    const hasUnread = copy !== null && position !== null && copy.sizeBytes > position.offset;
    // Half a line that the copy has is read from there, the rest of it with it.
    if (copy === null) this.#splitter.end();
    if (hasUnread) {
      await this.close();
      await this.#open(copy.path, position.offset);
      // There may be further copies behind this one.
      this.#seenAtPathMs = Number.NEGATIVE_INFINITY;
      return { kind: 'read', position };
    }
    this.#splitter = this.#newSplitter();
    file.offset = 0;
    file.window = NOTHING;
    this.#sink.changed('truncated');
    this.#position = tailPosition(file.inode, 0, NOTHING);
    return { kind: 'read', position: this.#position };
  }

  /** The file at the path, from its start; null when there is none. */
  async #openPath(): Promise<OpenFile | null> {
    const live = await findFile(this.#options.path);
    if (live === null) return null;
    const file = await this.#open(live.path, 0);
    this.#position = tailPosition(file.inode, 0, NOTHING);
    this.#isNews = true;
    return file;
  }

  async #openAtEnd(live: FoundFile): Promise<void> {
    const file = await this.#open(live.path, live.sizeBytes);
    const from = Math.max(0, live.sizeBytes - LAST_LINE_BYTES);
    const last = Buffer.alloc(live.sizeBytes - from);
    const { bytesRead } = await file.handle.read(last, 0, last.length, from);
    const lineStart = last.subarray(0, bytesRead).lastIndexOf(NEWLINE) + 1;
    if (lineStart > 0) {
      file.offset = from + lineStart;
      file.window = Buffer.from(last.subarray(Math.max(0, lineStart - WINDOW_BYTES), lineStart));
    }
    this.#position = tailPosition(file.inode, file.offset, file.window);
    this.#isNews = true;
  }

  async #open(path: string, offset: number): Promise<OpenFile> {
    const handle = await open(path, 'r');
    try {
      // Of what is open: the name may lead elsewhere by now.
      const { ino } = await handle.stat({ bigint: true });
      const window = Buffer.alloc(Math.min(offset, WINDOW_BYTES));
      const { bytesRead } = await handle.read(window, 0, window.length, offset - window.length);
      const file: OpenFile = {
        handle,
        inode: String(ino),
        offset,
        window: window.subarray(0, bytesRead),
        checkedNs: 0n,
      };
      this.#file = file;
      if (path === this.#options.path) this.#seenAtPathMs = this.#options.clock.monotonicMs();
      return file;
    } catch (error) {
      await handle.close();
      throw error;
    }
  }
}
