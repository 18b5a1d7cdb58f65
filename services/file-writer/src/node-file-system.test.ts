import { mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nodeFileSystem } from './node-file-system.ts';

describe('the file system of the machine', () => {
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'file-writer-'));
  });

  afterEach(async () => {
    await rm(directory, { recursive: true });
  });

  it('creates a file that others cannot read, and appends to it', async () => {
    const path = join(directory, 'a', 'b', 'out.log');
    await nodeFileSystem.makeDirectory(join(directory, 'a', 'b'));
    const file = await nodeFileSystem.open(path);
    await file.append(Buffer.from('one\ntwo\n'));
    await file.sync();
    await file.truncate(4);
    await file.append(Buffer.from('three\n'));
    expect(Buffer.from(await file.read(2, 100)).toString()).toBe('e\nthree\n');
    await file.close();
    expect(await readFile(path, 'utf8')).toBe('one\nthree\n');
    expect((await stat(path)).mode & 0o777).toBe(0o640);
  });

  it('knows a file by its inode through a rename, and that it was deleted', async () => {
    const path = join(directory, 'out.log');
    await writeFile(path, 'x');
    const file = await nodeFileSystem.open(path);
    await rename(path, `${path}.1`);
    expect(await nodeFileSystem.look(`${path}.1`)).toEqual(await file.look());
    await nodeFileSystem.remove(`${path}.1`);
    expect(await file.look()).toMatchObject({ names: 0, lengthBytes: 1 });
    expect(await nodeFileSystem.look(path)).toBeNull();
    await file.close();
  });

  it('opens nothing but files', async () => {
    await expect(nodeFileSystem.open(directory)).rejects.toMatchObject({ code: 'EISDIR' });
    await expect(nodeFileSystem.open('/dev/null')).rejects.toThrow('/dev/null is not a regular file');
    expect(await nodeFileSystem.look('/dev/null')).toBeNull();
  });
});
