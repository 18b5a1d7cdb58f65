import { crc32 } from 'node:zlib';
import { TAIL_BYTES } from './commit-metadata.ts';
import { FileProblem } from './file-problem.ts';
import type { OpenFile } from './file-system.ts';

/** The open output file: where it ends and how its last bytes read, without asking the disk. */
export class OutputFile {
  readonly inode: string;
  /** Wall clock at which it was begun. */
  readonly begunMs: number;
  readonly #file: OpenFile;
  #lengthBytes: number;
  #tail: Uint8Array;
  #unsynced = false;

  private constructor(file: OpenFile, inode: string, lengthBytes: number, tail: Uint8Array, begunMs: number) {
    this.#file = file;
    this.inode = inode;
    this.begunMs = begunMs;
    this.#lengthBytes = lengthBytes;
    this.#tail = tail;
  }

  /** Takes over an open file as it is. A line that somebody left without its end gets one, so that ours begins anew. */
  static async adopt(file: OpenFile, begunMs: number): Promise<OutputFile> {
    const { inode, lengthBytes } = await file.look();
    const adopted = new OutputFile(file, inode, lengthBytes, await readTail(file, lengthBytes), begunMs);
    if (adopted.#tail.length > 0 && adopted.#tail.at(-1) !== NEWLINE) await adopted.append(Uint8Array.of(NEWLINE));
    return adopted;
  }

  get lengthBytes(): number {
    return this.#lengthBytes;
  }

  get tailCrc(): number {
    return crc32(this.#tail);
  }

  /** Appends whole lines. After an error the file may hold any part of them: recover before going on. */
  async append(bytes: Uint8Array): Promise<void> {
    this.#unsynced = true;
    await this.#file.append(bytes);
    this.#lengthBytes += bytes.length;
    this.#tail =
      bytes.length >= TAIL_BYTES
        ? Uint8Array.prototype.slice.call(bytes, -TAIL_BYTES)
        : Uint8Array.prototype.slice.call(Buffer.concat([this.#tail, bytes]), -TAIL_BYTES);
  }

  /** False when the file has been deleted under us. @throws FileProblem `changed_by_others` when it is not as long as it was left. */
  async isThere(): Promise<boolean> {
    const facts = await this.#file.look();
    if (facts.names === 0) return false;
    if (facts.lengthBytes === this.#lengthBytes) return true;
    const change = facts.lengthBytes < this.#lengthBytes ? 'shortened' : 'written to';
    throw new FileProblem(
      'changed_by_others',
      `somebody else has ${change} the file: ${facts.lengthBytes} bytes where ${this.#lengthBytes} were left`,
    );
  }

  /** Resolves when everything appended survives a loss of power. */
  async sync(): Promise<void> {
    if (!this.#unsynced) return;
    await this.#file.sync();
    this.#unsynced = false;
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}

const NEWLINE = 10;

/** The last bytes before a position, `TAIL_BYTES` at most. */
export async function readTail(file: OpenFile, endBytes: number): Promise<Uint8Array> {
  const length = Math.min(TAIL_BYTES, endBytes);
  return file.read(endBytes - length, length);
}
