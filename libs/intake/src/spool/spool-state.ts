import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { SpoolError } from './spool-error.ts';
import { encodeFrames, frameAt } from './spool-frame.ts';

/** A place in the spool: bytes from the beginning of a segment. */
export interface SpoolPosition {
  readonly segment: number;
  readonly offset: number;
}

/** Room for one state. Two of them lie in the file and are written in turn, so that one is whole whatever happens. */
const SLOT_BYTES = 512;
const SLOTS = 2;

/**
 * What a spool remembers beside its segments: who it is, and up to where it has been dealt with. The file is written in
 * place, so that a position can be moved, and room be made, on a disk that is full.
 */
export class SpoolState {
  /** Never the same for another spool, also not for a later one in the same place. */
  readonly id: string;
  readonly #file: FileHandle;
  #position: SpoolPosition;
  #nextSlot: number;

  private constructor(file: FileHandle, { id, position, slot }: FoundState) {
    this.#file = file;
    this.id = id;
    this.#position = position;
    this.#nextSlot = (slot + 1) % SLOTS;
  }

  /**
   * `first` is the position of a spool that has none yet, null where there is nothing in it either.
   * @throws SpoolError `corrupt`, or the system's error
   */
  static async open(path: string, first: SpoolPosition | null): Promise<SpoolState> {
    const file = await open(path, constants.O_RDWR | constants.O_CREAT, 0o640);
    try {
      const bytes = Buffer.alloc(SLOT_BYTES * SLOTS);
      const { bytesRead } = await file.read(bytes, 0, bytes.length, 0);
      const found = bytesRead === 0 ? undefined : newest(bytes);
      if (found !== undefined) return new SpoolState(file, found);
      if (bytesRead > 0 && first !== null) {
        const remedy = 'without it all that lies in the spool is sent again, so remove it only if that may be';
        throw new SpoolError('corrupt', `${path} is damaged; ${remedy}`);
      }
      const position = first ?? { segment: 1, offset: 0 };
      const state = new SpoolState(file, { id: randomUUID(), position, slot: SLOTS - 1 });
      await state.move(position);
      return state;
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  get position(): SpoolPosition {
    return this.#position;
  }

  /** On the disk when it resolves; after a crash before that, this position or the one before it is there. */
  async move({ segment, offset }: SpoolPosition): Promise<void> {
    const text = JSON.stringify({ id: this.id, segment, offset });
    const slot = Buffer.alloc(SLOT_BYTES);
    slot.set(encodeFrames([Buffer.from(text)]));
    await this.#file.write(slot, 0, slot.length, this.#nextSlot * SLOT_BYTES);
    await this.#file.datasync();
    this.#nextSlot = (this.#nextSlot + 1) % SLOTS;
    this.#position = { segment, offset };
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}

interface FoundState {
  readonly id: string;
  readonly position: SpoolPosition;
  readonly slot: number;
}

function newest(bytes: Buffer): FoundState | undefined {
  const found: FoundState[] = [];
  for (let slot = 0; slot < SLOTS; slot++) {
    const frame = frameAt(bytes.subarray(0, (slot + 1) * SLOT_BYTES), slot * SLOT_BYTES);
    if (frame.kind !== 'payload') continue;
    const { id, segment, offset } = JSON.parse(bytes.toString('utf8', frame.start, frame.end)) as SpoolPosition & {
      readonly id: string;
    };
    found.push({ id, position: { segment, offset }, slot });
  }
  return found.sort((a, b) => comparePositions(a.position, b.position)).at(-1);
}

/** Negative when `a` lies before `b`. */
export function comparePositions(a: SpoolPosition, b: SpoolPosition): number {
  return a.segment - b.segment || a.offset - b.offset;
}
