import type { BigIntStats } from 'node:fs';
import { open, readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type TailPosition, tailPosition } from './tail-position.ts';

/** A hash over fewer bytes says little about which file it is of: then only the inode tells. */
const MIN_TELLING_BYTES = 64;
const COMPRESSED = /\.(?:gz|bz2|xz|zst|lz4|Z)$/;
/** What rotation adds to a name: `.1`, `-20240101`, `-2024-01-01_13`. */
const COUNTERS = /[._-]?\d+(?:[T:_.-]?\d+)*/g;

/** Names with so many digits have a date. */
const DATE_DIGITS = 8;

export interface FoundFile {
  readonly path: string;
  readonly inode: string;
  readonly sizeBytes: number;
  readonly modifiedNs: bigint;
  /** Of the same value in all files where the file system does not know. */
  readonly bornNs: bigint;
}

export function foundFile(path: string, { ino, size, mtimeNs, birthtimeNs }: BigIntStats): FoundFile {
  return { path, inode: String(ino), sizeBytes: Number(size), modifiedNs: mtimeNs, bornNs: birthtimeNs };
}

/** Null when there is none, or something that is no regular file. @throws the system's error */
export async function findFile(path: string): Promise<FoundFile | null> {
  try {
    const found = await stat(path, { bigint: true });
    if (!found.isFile()) return null;
    return foundFile(path, found);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

/** Whether a file of this name, in the same folder, is what rotation has made of `path`. */
export function isRotatedName(name: string, path: string): boolean {
  const original = basename(path);
  const stem = original.split('.', 1)[0] ?? '';
  if (name === original || !name.startsWith(stem) || COMPRESSED.test(name)) return false;
  if (/^[A-Za-z0-9]/.test(name.slice(stem.length))) return false;
  return name.replaceAll(COUNTERS, '') === original.replaceAll(COUNTERS, '');
}

/**
 * Below 0 when `a` was written before `b`. The time of the last writing moves in steps of some milliseconds, so that files of
 * a quick rotation may share it; then the one that was made first goes first, and then their names tell.
 */
export function compareWritten(a: FoundFile, b: FoundFile): number {
  if (a.modifiedNs !== b.modifiedNs) return a.modifiedNs < b.modifiedNs ? -1 : 1;
  if (a.bornNs !== b.bornNs) return a.bornNs < b.bornNs ? -1 : 1;
  return compareRotatedNames(basename(a.path), basename(b.path));
}

/** Numbers that count rotations grow with age (`.1` is younger than `.2`), those of dates shrink with it. */
function compareRotatedNames(a: string, b: string): number {
  const [ofA, ofB] = [numbersIn(a), numbersIn(b)];
  const at = ofA.findIndex((number, i) => number !== ofB[i]);
  const [x, y] = [ofA[at], ofB[at]];
  if (x === undefined || y === undefined) return 0;
  const countsUp = a.replaceAll(/\D/g, '').length >= DATE_DIGITS;
  return x < y === countsUp ? -1 : 1;
}

function numbersIn(name: string): readonly bigint[] {
  return (name.match(/\d+/g) ?? []).map(BigInt);
}

/** The other files in the folder of `path` that were it once, by their inode or by their name, in the order of their writing. */
export async function rotatedFiles(path: string, inode: string | null): Promise<readonly FoundFile[]> {
  const folder = dirname(path);
  const found: FoundFile[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (!entry.isFile() || entry.name === basename(path)) continue;
    const file = await findFile(join(folder, entry.name));
    if (file !== null && (file.inode === inode || isRotatedName(entry.name, path))) found.push(file);
  }
  return found.sort(compareWritten);
}

/** Whether what was read up to a position is what stands in this file. @throws the system's error */
async function holds(file: FoundFile, position: TailPosition): Promise<boolean> {
  if (file.sizeBytes < position.offset) return false;
  if (position.windowBytes < MIN_TELLING_BYTES && file.inode !== position.inode) return false;
  const handle = await open(file.path, 'r');
  try {
    const window = Buffer.alloc(position.windowBytes);
    const { bytesRead } = await handle.read(window, 0, window.length, position.offset - window.length);
    const here = tailPosition(position.inode, position.offset, window.subarray(0, bytesRead));
    return here.windowBytes === position.windowBytes && here.windowSha256 === position.windowSha256;
  } finally {
    await handle.close();
  }
}

/** The file that a position is in: that at the path, or one that it has become. Null when there is none. */
export async function findHolder(path: string, position: TailPosition): Promise<FoundFile | null> {
  const live = await findFile(path);
  if (live !== null && (await holds(live, position))) return live;
  return findRotatedHolder(path, position);
}

/** As `findHolder`, without the file at the path. The same inode goes first, then what was changed last. */
export async function findRotatedHolder(path: string, position: TailPosition): Promise<FoundFile | null> {
  const files = (await rotatedFiles(path, position.inode)).toReversed();
  const byInode = files.filter(({ inode }) => inode === position.inode);
  const others = files.filter(({ inode }) => inode !== position.inode);
  for (const file of [...byInode, ...others]) {
    if (await holds(file, position)) return file;
  }
  return null;
}
