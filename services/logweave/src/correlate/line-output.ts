import type { Writable } from 'node:stream';

const BUFFER_BYTES = 1024 * 1024;
const NEWLINE = 10;

/** Records as lines, in big writes. */
export class LineOutput {
  /** Lines added. */
  lines = 0;
  readonly #stream: Writable;
  readonly #bufferBytes: number;
  #buffer: Buffer;
  #length = 0;
  #full: Buffer[] = [];
  /** Rejects like the stream; looked at by every `drain`. */
  #failure: Error | null = null;

  constructor(stream: Writable, bufferBytes: number = BUFFER_BYTES) {
    this.#stream = stream;
    this.#bufferBytes = bufferBytes;
    this.#buffer = Buffer.allocUnsafe(bufferBytes);
    stream.on('error', (error) => {
      this.#failure ??= error;
    });
  }

  add(record: Buffer): void {
    this.lines++;
    if (this.#length + record.length + 1 > this.#buffer.length) this.#next(record.length + 1);
    record.copy(this.#buffer, this.#length);
    this.#length += record.length;
    this.#buffer[this.#length++] = NEWLINE;
  }

  /** Whether a write is due. */
  get due(): boolean {
    return this.#full.length > 0;
  }

  /** Writes the full buffers; resolves when they are out. @throws NodeJS.ErrnoException, `EPIPE` among them. */
  async drain(): Promise<void> {
    const full = this.#full;
    this.#full = [];
    for (const buffer of full) await this.#write(buffer);
  }

  async finish(): Promise<void> {
    this.#next(0);
    await this.drain();
  }

  #next(needed: number): void {
    if (this.#length > 0) this.#full.push(this.#buffer.subarray(0, this.#length));
    this.#buffer = Buffer.allocUnsafe(Math.max(this.#bufferBytes, needed));
    this.#length = 0;
  }

  async #write(buffer: Buffer): Promise<void> {
    if (this.#failure !== null) throw this.#failure;
    await new Promise<void>((resolve, reject) => {
      this.#stream.write(buffer, (error) => {
        if (error) reject(error);
        else resolve();
      });
    });
  }
}
