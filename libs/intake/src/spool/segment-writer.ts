import type { FileHandle } from 'node:fs/promises';

/** The part of an open file that writing needs. */
export type SegmentFile = Pick<FileHandle, 'write' | 'datasync' | 'truncate' | 'close'>;

/** Writes one segment. What it has is what is on the disk: an append that fails leaves nothing behind. */
export class SegmentWriter {
  readonly #file: SegmentFile;
  #bytes = 0;
  /** Behind `bytes` there may be a piece of an append that has failed. */
  #hasRest = false;

  constructor(file: SegmentFile) {
    this.#file = file;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Resolves once the bytes are on the disk. @throws the system's error, as ENOSPC */
  async append(bytes: Buffer): Promise<void> {
    await this.#removeRest();
    this.#hasRest = true;
    try {
      for (let done = 0; done < bytes.length; ) {
        const { bytesWritten } = await this.#file.write(bytes, done, bytes.length - done, this.#bytes + done);
        done += bytesWritten;
      }
      await this.#file.datasync();
    } catch (error) {
      try {
        await this.#removeRest();
      } catch (cause) {
        throw new AggregateError([error, cause], 'a write to the spool failed, and so did taking it back', { cause });
      }
      throw error;
    }
    this.#bytes += bytes.length;
    this.#hasRest = false;
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  /** Otherwise whoever opens the spool next would find whole records there that have gone another way since. */
  async #removeRest(): Promise<void> {
    if (!this.#hasRest) return;
    await this.#file.truncate(this.#bytes);
    this.#hasRest = false;
  }
}
