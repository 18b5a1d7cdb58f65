import { type FileHandle, open } from 'node:fs/promises';
import { frameAt } from './spool-frame.ts';

/** What could not be read as it was written. */
export interface SpoolDamage {
  /** Places at which something was wrong. */
  readonly places: number;
  /** Bytes of the frames that are lost. */
  readonly bytes: number;
}

export interface SegmentPart {
  readonly payloads: readonly Buffer[];
  /** Where to go on. */
  readonly nextOffset: number;
  readonly damage: SpoolDamage;
}

/** Reads one segment. */
export class SegmentReader {
  readonly sequence: number;
  readonly #file: FileHandle;

  private constructor(sequence: number, file: FileHandle) {
    this.sequence = sequence;
    this.#file = file;
  }

  static async open(sequence: number, path: string): Promise<SegmentReader> {
    return new SegmentReader(sequence, await open(path, 'r'));
  }

  /**
   * Reads whole frames of about `maxBytes` from `offset` on, one at least, but not beyond `limit`, where the segment ends. A
   * frame whose payload is damaged is left out. One whose header is damaged, or that ends beyond the limit, ends the segment:
   * looking for the next one would find whatever a sender has put into his line to look like one.
   */
  async read(offset: number, limit: number, maxBytes: number): Promise<SegmentPart> {
    const left = limit - offset;
    let bytes = await this.#bytes(offset, Math.min(left, maxBytes));
    let asked = Math.min(left, maxBytes);
    // Once for the header, which says how long the frame is, and once for the frame.
    for (let frame = frameAt(bytes, 0); frame.kind === 'incomplete' && asked < left; frame = frameAt(bytes, 0)) {
      asked = Math.min(left, frame.frameBytes);
      bytes = await this.#bytes(offset, asked);
      if (bytes.length < asked) break;
    }
    const isAll = asked === left || bytes.length < asked;
    const payloads: Buffer[] = [];
    let damagedPlaces = 0;
    let damagedBytes = 0;
    let at = 0;
    while (at < left) {
      const frame = frameAt(bytes, at);
      if (frame.kind === 'incomplete' && !isAll) break;
      if (frame.kind === 'payload') {
        payloads.push(bytes.subarray(frame.start, frame.end));
        at = frame.end;
        continue;
      }
      const end = frame.kind === 'damaged' ? frame.end : left;
      damagedPlaces++;
      damagedBytes += end - at;
      at = end;
    }
    return { payloads, nextOffset: offset + at, damage: { places: damagedPlaces, bytes: damagedBytes } };
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  /** Fewer when the file has become shorter. */
  async #bytes(offset: number, length: number): Promise<Buffer> {
    const bytes = Buffer.allocUnsafe(length);
    let done = 0;
    while (done < length) {
      const { bytesRead } = await this.#file.read(bytes, done, length - done, offset + done);
      if (bytesRead === 0) break;
      done += bytesRead;
    }
    return bytes.subarray(0, done);
  }
}
