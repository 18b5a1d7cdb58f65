import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';

const FILE = 'ingestor-id';

/**
 * The id of the ingestor that has this directory, made at the first call: it tells its files from those of the same name that
 * another one follows on another machine. @throws the system's error, or Error when the file holds no id
 */
export async function ingestorIdentity(directory: string): Promise<string> {
  const path = join(directory, FILE);
  await mkdir(directory, { recursive: true });
  return (await read(path)) ?? create(path);
}

async function create(path: string): Promise<string> {
  const own = `${path}.${randomBytes(4).toString('hex')}`;
  const file = await open(own, 'wx', 0o600);
  try {
    await file.writeFile(`${randomBytes(8).toString('hex')}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  try {
    // In one step, and not over that of another process that was faster.
    await link(own, path);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  } finally {
    await unlink(own);
  }
  const id = await read(path);
  if (id === null) throw new Error(`${path}: gone as soon as it was made`);
  return id;
}

async function read(path: string): Promise<string | null> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
  if (!/^[0-9a-f]{16}\n$/.test(text)) throw new Error(`${path}: holds no id of an ingestor`);
  return text.trim();
}
