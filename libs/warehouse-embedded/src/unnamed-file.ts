import { randomUUID } from 'node:crypto';
import { open, unlink } from 'node:fs/promises';
import { join } from 'node:path';

export interface UnnamedFile extends AsyncDisposable {
  /** Where this process, and no other, can open it. */
  readonly path: string;
}

/**
 * A file with these bytes that has no name in its directory, so that nothing is left of it however the process ends. Its
 * path has none of the directory's in it either: ClickHouse takes braces and stars in a path for a pattern, and a pattern
 * that matches nothing for no rows.
 */
export async function openUnnamedFile(directory: string, bytes: Uint8Array): Promise<UnnamedFile> {
  const name = join(directory, `insert-${randomUUID()}`);
  const file = await open(name, 'wx+', 0o600);
  try {
    await unlink(name);
    // At a position: where opening the path means this same open file, it must still stand at its beginning.
    for (let at = 0; at < bytes.length; ) at += (await file.write(bytes, at, bytes.length - at, at)).bytesWritten;
  } catch (error) {
    await file.close();
    throw error;
  }
  return { path: `/dev/fd/${file.fd}`, [Symbol.asyncDispose]: () => file.close() };
}
