import { type FileHandle, mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { loadLibc } from '../libc.ts';
import { SpoolError } from './spool-error.ts';

export interface SpoolSegment {
  readonly sequence: number;
  bytes: number;
}

// The number at the end is that of the format.
const SEGMENT_NAME = /^(\d{10})\.spool1$/;

/** The files of a spool: numbered segments, and the state. One process at a time has it. */
export class SpoolDirectory {
  readonly path: string;
  readonly #lock: FileHandle;

  private constructor(path: string, lock: FileHandle) {
    this.path = path;
    this.#lock = lock;
  }

  /** @throws SpoolError `locked`, or the system's error */
  static async open(path: string): Promise<SpoolDirectory> {
    await mkdir(path, { recursive: true, mode: 0o750 });
    const lock = await open(join(path, 'lock'), 'a', 0o640);
    const libc = await loadLibc();
    if (!libc.tryLock(lock.fd)) {
      await lock.close();
      throw new SpoolError('locked', `the spool ${path} is in use by another process`);
    }
    return new SpoolDirectory(path, lock);
  }

  get statePath(): string {
    return join(this.path, 'state');
  }

  segmentPath(sequence: number): string {
    return join(this.path, `${String(sequence).padStart(10, '0')}.spool1`);
  }

  /** In their order. Reads names and lengths and no contents, so that it takes no longer for a spool that is full. */
  async segments(): Promise<SpoolSegment[]> {
    const segments: SpoolSegment[] = [];
    for (const name of await readdir(this.path)) {
      const sequence = Number(SEGMENT_NAME.exec(name)?.[1]);
      if (Number.isNaN(sequence)) continue;
      segments.push({ sequence, bytes: (await stat(join(this.path, name))).size });
    }
    return segments.sort((a, b) => a.sequence - b.sequence);
  }

  async remove(sequences: readonly number[]): Promise<void> {
    for (const sequence of sequences) await rm(this.segmentPath(sequence), { force: true });
  }

  /** Makes the names of new files survive a power cut. */
  async syncNames(): Promise<void> {
    const directory = await open(this.path, 'r');
    try {
      await directory.sync();
    } finally {
      await directory.close();
    }
  }

  async close(): Promise<void> {
    await this.#lock.close();
  }
}
