import { MAX_METADATA_UNITS } from '@logweave/event-log';

/** What the file held at a commit. Everything a successor needs in order to go on exactly there. */
export interface FileState {
  /** Counts commits; of several states the highest is the newest. */
  readonly generation: number;
  /** How often the file was rotated away; the next rotated file gets a higher number. */
  readonly rotations: number;
  readonly inode: string;
  readonly lengthBytes: number;
  /** CRC-32 of the last bytes before `lengthBytes` (`TAIL_BYTES` at most): tells this file from another with its inode. */
  readonly tailCrc: number;
  /** Wall clock at which the file was begun; its age decides about rotation, also after a restart. */
  readonly begunMs: number;
  /** Per partition the offset of the first record that the file does not hold. */
  readonly offsets: readonly number[];
}

/** Enough to hold the numbers of a whole line's end, little enough to read and keep without a thought. */
export const TAIL_BYTES = 256;

const VERSION = 1;

/** What is in the metadata besides the offsets, and one offset with its comma, at their longest. */
const FIXED_UNITS = 112;
const OFFSET_UNITS = 14;

/** The state of more partitions may not fit into the metadata of a commit. */
export const MAX_PARTITIONS = Math.floor((MAX_METADATA_UNITS - FIXED_UNITS) / OFFSET_UNITS);

/** One line of text without blanks in its parts. */
export function encodeFileState(state: FileState): string {
  return [
    VERSION,
    state.generation,
    state.rotations,
    state.inode,
    state.lengthBytes,
    state.tailCrc,
    state.begunMs,
    state.offsets.join(','),
  ].join(' ');
}

/** Null when the text is not of this format, as after an operator has set offsets by hand. */
export function decodeFileState(text: string): FileState | null {
  const match = /^1 (\d{1,16}) (\d{1,16}) (\d{1,20}) (\d{1,16}) (\d{1,10}) (\d{1,16}) (\d{1,16}(?:,\d{1,16})*)$/.exec(
    text,
  );
  if (match === null) return null;
  const [, generation, rotations, inode = '', lengthBytes, tailCrc, begunMs, offsets = ''] = match;
  return {
    generation: Number(generation),
    rotations: Number(rotations),
    inode,
    lengthBytes: Number(lengthBytes),
    tailCrc: Number(tailCrc),
    begunMs: Number(begunMs),
    offsets: offsets.split(',').map(Number),
  };
}
