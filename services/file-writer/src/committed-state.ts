import type { CommittedOffset } from '@logweave/event-log';
import { decodeFileState, type FileState } from './commit-metadata.ts';

export interface CommittedState {
  /** The newest state that any partition's commit carries; null before the first. */
  readonly newest: FileState | null;
  /** Per partition where to go on; null: at its beginning. */
  readonly offsets: readonly (number | null)[];
  /** The commits say all this already: nothing needs to be committed before writing. */
  readonly complete: boolean;
}

/**
 * Reads what the group has committed. A commit reaches all partitions, or only some when it was cut off: the newest
 * state has the offsets of all of them and wins. Where an operator has set an offset by hand (its metadata is not
 * ours), that offset is meant and holds.
 */
export function readCommittedState(committed: readonly (CommittedOffset | null)[]): CommittedState {
  const states = committed.map((commit) => (commit === null ? null : decodeFileState(commit.metadata)));
  let newest: FileState | null = null;
  for (const state of states) {
    if (state !== null && state.generation > (newest?.generation ?? 0)) newest = state;
  }
  const offsets = committed.map((commit, partition) => {
    if (commit !== null && states[partition] === null) return commit.offset;
    return newest?.offsets[partition] ?? null;
  });
  const complete = states.every((state) => state !== null && state.generation === newest?.generation);
  return { newest, offsets, complete };
}
