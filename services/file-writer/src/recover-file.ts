import { basename, dirname, join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { FileState } from './commit-metadata.ts';
import type { FileSystem, OpenFile } from './file-system.ts';
import { OutputFile, readTail } from './output-file.ts';

/** What was found of the file of the last commit. */
export type Finding =
  /** As long as committed. */
  | { readonly kind: 'intact' }
  /** It was longer by lines that were not committed; they are cut off and will be written again. */
  | { readonly kind: 'cut'; readonly bytes: number }
  /** Committed bytes are missing: power was lost with `fsync: never`, or somebody shortened the file. */
  | { readonly kind: 'shorter'; readonly missingBytes: number }
  /** Deleted, compressed, or moved to another directory. */
  | { readonly kind: 'gone' }
  /** A file has its inode and not its bytes. It is left as it is. */
  | { readonly kind: 'replaced' }
  /** There was no commit. */
  | { readonly kind: 'first_start' };

export interface Recovery {
  readonly file: OutputFile;
  readonly finding: Finding;
  /** Where the file of the last commit was, when not at its path. */
  readonly renamedTo: string | null;
}

/** Every line that the writer writes begins with it. */
const OPENING_BRACE = 123;

/**
 * Brings the file to what it held at the last commit and opens the path for appending. The file may have been renamed
 * since within its directory, by a rotation that a crash cut off or by logrotate: it is found by its inode.
 *
 * @throws the system's errors; then nothing is lost, and a later call begins anew
 */
export async function recoverFile(
  fileSystem: FileSystem,
  path: string,
  state: FileState | null,
  nowMs: number,
): Promise<Recovery> {
  const directory = dirname(path);
  await fileSystem.makeDirectory(directory);
  let finding: Finding = { kind: 'first_start' };
  let foundAt: string | null = null;
  if (state !== null) {
    finding = { kind: 'gone' };
    foundAt = await locate(fileSystem, path, state.inode);
    if (foundAt !== null) {
      const file = await fileSystem.open(foundAt);
      try {
        finding = await cutToCommit(file, state);
      } finally {
        await file.close();
      }
    }
  }
  const open = await fileSystem.open(path);
  try {
    const isOurs = foundAt === path && finding.kind !== 'replaced';
    const file = await OutputFile.adopt(open, isOurs && state !== null ? state.begunMs : nowMs);
    await fileSystem.syncDirectory(directory);
    return { file, finding, renamedTo: foundAt === path ? null : foundAt };
  } catch (error) {
    await open.close();
    throw error;
  }
}

/** The path itself first; then what stands beside it under a name that begins with its name, as rotated files do. */
async function locate(fileSystem: FileSystem, path: string, inode: string): Promise<string | null> {
  if ((await fileSystem.look(path))?.inode === inode) return path;
  const directory = dirname(path);
  const name = basename(path);
  for (const other of await fileSystem.list(directory)) {
    if (other === name || !other.startsWith(name)) continue;
    if ((await fileSystem.look(join(directory, other)))?.inode === inode) return join(directory, other);
  }
  return null;
}

async function cutToCommit(file: OpenFile, state: FileState): Promise<Finding> {
  const { lengthBytes } = await file.look();
  if (lengthBytes < state.lengthBytes) return { kind: 'shorter', missingBytes: state.lengthBytes - lengthBytes };
  if (crc32(await readTail(file, state.lengthBytes)) !== state.tailCrc) return { kind: 'replaced' };
  if (lengthBytes === state.lengthBytes) return { kind: 'intact' };
  // Nothing committed, so no checksum speaks for the file: its first byte must.
  if (state.lengthBytes === 0 && (await file.read(0, 1))[0] !== OPENING_BRACE) return { kind: 'replaced' };
  await file.truncate(state.lengthBytes);
  await file.sync();
  return { kind: 'cut', bytes: lengthBytes - state.lengthBytes };
}
