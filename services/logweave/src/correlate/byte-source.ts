import { type FileHandle, open } from 'node:fs/promises';
import type { Readable } from 'node:stream';

/** Bytes in their order, pulled: nothing is read ahead of whoever asks. */
export interface ByteSource {
  /** For messages: the path, or `standard input`. */
  readonly name: string;
  /** Length in bytes where it is known before reading. */
  readonly size: number | null;
  /** Fills some of `into` from `offset` on; how many bytes, 0 at the end. */
  read(into: Buffer, offset: number): Promise<number>;
  close(): Promise<void>;
}

/** Opens a file, a pipe or a device. @throws NodeJS.ErrnoException */
export async function openFileSource(path: string): Promise<ByteSource> {
  const file = await open(path, 'r');
  const stat = await file.stat();
  if (stat.isDirectory()) {
    await file.close();
    throw Object.assign(new Error('is a directory'), { code: 'EISDIR' });
  }
  return new FileSource(path, file, stat.isFile() ? stat.size : null);
}

class FileSource implements ByteSource {
  readonly name: string;
  readonly size: number | null;
  readonly #file: FileHandle;

  constructor(name: string, file: FileHandle, size: number | null) {
    this.name = name;
    this.#file = file;
    this.size = size;
  }

  async read(into: Buffer, offset: number): Promise<number> {
    return (await this.#file.read(into, offset, into.length - offset, null)).bytesRead;
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}

/** Reads what flows into this process. */
export class StreamSource implements ByteSource {
  readonly name = 'standard input';
  readonly size = null;
  readonly #chunks: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(stream: Readable) {
    this.#chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  }

  async read(into: Buffer, offset: number): Promise<number> {
    while (this.#rest.length === 0) {
      const next = await this.#chunks.next();
      if (next.done === true) return 0;
      this.#rest = next.value;
    }
    const count = this.#rest.copy(into, offset);
    this.#rest = this.#rest.subarray(count);
    return count;
  }

  async close(): Promise<void> {
    await this.#chunks.return?.();
  }
}
