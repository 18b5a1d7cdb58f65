import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { FileProblem } from './file-problem.ts';
import type { FileFacts, FileSystem, OpenFile } from './file-system.ts';

/** Owner and group may read, as for other logs; nobody else, since logs hold addresses and paths of people. */
const FILE_MODE = 0o640;
const DIRECTORY_MODE = 0o750;

const OPEN_FLAGS = constants.O_RDWR | constants.O_APPEND | constants.O_CREAT;

/** The machine's file system. */
export const nodeFileSystem: FileSystem = {
  async open(path) {
    // Without this a named pipe would wait for its reader for ever.
    const handle = await open(path, OPEN_FLAGS | constants.O_NONBLOCK, FILE_MODE);
    const facts = await handle.stat();
    if (facts.isFile()) return new NodeFile(handle);
    await handle.close();
    throw new FileProblem('not_a_file', `${path} is not a regular file`);
  },

  async look(path) {
    try {
      const facts = await stat(path, { bigint: true });
      return facts.isFile() ? factsOf(facts) : null;
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
      throw error;
    }
  },

  list: (directory) => readdir(directory),

  async makeDirectory(directory) {
    await mkdir(directory, { recursive: true, mode: DIRECTORY_MODE });
  },

  rename,

  async remove(path) {
    await rm(path, { force: true });
  },

  async syncDirectory(directory) {
    const handle = await open(directory, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  },
};

class NodeFile implements OpenFile {
  readonly #handle: FileHandle;

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  async look(): Promise<FileFacts> {
    return factsOf(await this.#handle.stat({ bigint: true }));
  }

  async append(bytes: Uint8Array): Promise<void> {
    for (let from = 0; from < bytes.length; ) {
      const { bytesWritten } = await this.#handle.write(bytes, from, bytes.length - from, null);
      from += bytesWritten;
    }
  }

  async read(position: number, lengthBytes: number): Promise<Uint8Array> {
    const bytes = Buffer.alloc(lengthBytes);
    let length = 0;
    while (length < lengthBytes) {
      const { bytesRead } = await this.#handle.read(bytes, length, lengthBytes - length, position + length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    return bytes.subarray(0, length);
  }

  truncate(lengthBytes: number): Promise<void> {
    return this.#handle.truncate(lengthBytes);
  }

  sync(): Promise<void> {
    return this.#handle.datasync();
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}

function factsOf(facts: { readonly ino: bigint; readonly size: bigint; readonly nlink: bigint }): FileFacts {
  return { inode: facts.ino.toString(), lengthBytes: Number(facts.size), names: Number(facts.nlink) };
}
