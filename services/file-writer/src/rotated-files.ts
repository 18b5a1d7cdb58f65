import { basename, dirname, join } from 'node:path';
import type { FileSystem } from './file-system.ts';

interface RotatedFile {
  readonly path: string;
  readonly number: number;
}

/** `<path>.000042`. Names come from the configured path and a counter alone, never from data. */
export function rotatedPath(path: string, number: number): string {
  return `${path}.${String(number).padStart(6, '0')}`;
}

/** Files that rotation has left beside the path, oldest first. */
export async function rotatedFiles(fileSystem: FileSystem, path: string): Promise<readonly RotatedFile[]> {
  const directory = dirname(path);
  const prefix = `${basename(path)}.`;
  const found: RotatedFile[] = [];
  for (const name of await fileSystem.list(directory)) {
    if (!name.startsWith(prefix)) continue;
    const digits = name.slice(prefix.length);
    // Exactly as `rotatedPath` writes it, so that no file of somebody else is ever removed.
    if (/^\d{6,15}$/.test(digits) && rotatedPath(path, Number(digits)) === join(directory, name)) {
      found.push({ path: join(directory, name), number: Number(digits) });
    }
  }
  return found.sort((a, b) => a.number - b.number);
}

/** Removes the oldest rotated files but `keep`; null keeps all. Resolves with how many went. */
export async function removeOldest(fileSystem: FileSystem, path: string, keep: number | null): Promise<number> {
  if (keep === null) return 0;
  const files = await rotatedFiles(fileSystem, path);
  const old = files.slice(0, Math.max(0, files.length - keep));
  for (const file of old) await fileSystem.remove(file.path);
  return old.length;
}
