import type { FileFacts, FileSystem, OpenFile } from '../file-system.ts';
import type { Fate } from './fate.ts';

interface Content {
  readonly inode: number;
  bytes: Buffer;
  syncedBytes: number;
}

/** A file system in memory that outlives the lives of those who use it, and loses what was not synced when power fails. */
export class SimulatedDisk {
  /** Appends beyond it write what fits and fail with ENOSPC. */
  capacityBytes = Number.POSITIVE_INFINITY;
  /** When set, opening, writing and renaming fail with it. */
  errorCode: string | null = null;
  #names = new Map<string, Content>();
  /** How the directory looked at its last sync and after each change since. */
  #history: Map<string, Content>[] = [new Map()];
  #inodes = 100;

  mount(fate: Fate): FileSystem {
    return {
      open: (path) => fate.step(() => new SimulatedFile(this, this.#open(path), fate)),
      look: (path) => fate.step(() => this.#look(path)),
      list: () => fate.step(() => [...this.#names.keys()].map((path) => path.slice(path.lastIndexOf('/') + 1))),
      makeDirectory: () => fate.step(() => {}),
      rename: (from, to) => fate.step(() => this.rename(from, to)),
      remove: (path) => fate.step(() => this.remove(path)),
      syncDirectory: () =>
        fate.step((effect) => {
          if (effect === 1) this.#history = [new Map(this.#names)];
        }),
    };
  }

  rename(from: string, to: string): void {
    this.check();
    const content = this.#names.get(from);
    if (content === undefined) throw systemError('ENOENT');
    this.#names.delete(from);
    this.#names.set(to, content);
    this.#remember();
  }

  remove(path: string): void {
    if (this.#names.delete(path)) this.#remember();
  }

  write(path: string, text: string): void {
    const content = this.#open(path);
    content.bytes = Buffer.from(text);
    content.syncedBytes = content.bytes.length;
  }

  /** Texts of all files, oldest first, by path. */
  files(): ReadonlyMap<string, string> {
    const oldestFirst = [...this.#names].sort(([, a], [, b]) => a.inode - b.inode);
    return new Map(oldestFirst.map(([path, { bytes }]) => [path, bytes.toString()]));
  }

  namesOf(content: Content): number {
    return [...this.#names.values()].filter((other) => other === content).length;
  }

  /** Keeps of each file what was synced and a part of the rest, and of the directory the changes up to some point. */
  losePower(kept: number): void {
    this.#names = new Map(this.#history[Math.floor(kept * (this.#history.length - 1))]);
    this.#history = [new Map(this.#names)];
    for (const content of this.#names.values()) {
      const unsynced = content.bytes.length - content.syncedBytes;
      content.bytes = content.bytes.subarray(0, content.syncedBytes + Math.floor(kept * unsynced));
      content.syncedBytes = content.bytes.length;
    }
  }

  check(): void {
    if (this.errorCode !== null) throw systemError(this.errorCode);
  }

  #open(path: string): Content {
    this.check();
    const there = this.#names.get(path);
    if (there !== undefined) return there;
    const content: Content = { inode: ++this.#inodes, bytes: Buffer.alloc(0), syncedBytes: 0 };
    this.#names.set(path, content);
    this.#remember();
    return content;
  }

  #look(path: string): FileFacts | null {
    const content = this.#names.get(path);
    return content === undefined ? null : factsOf(content, this.namesOf(content));
  }

  #remember(): void {
    this.#history.push(new Map(this.#names));
  }
}

class SimulatedFile implements OpenFile {
  readonly #disk: SimulatedDisk;
  readonly #content: Content;
  readonly #fate: Fate;

  constructor(disk: SimulatedDisk, content: Content, fate: Fate) {
    this.#disk = disk;
    this.#content = content;
    this.#fate = fate;
  }

  look(): Promise<FileFacts> {
    return this.#fate.step(() => factsOf(this.#content, this.#disk.namesOf(this.#content)));
  }

  append(bytes: Uint8Array): Promise<void> {
    return this.#fate.step((effect) => {
      this.#disk.check();
      const room = Math.max(0, this.#disk.capacityBytes - this.#content.bytes.length);
      const written = Math.min(room, Math.ceil(bytes.length * effect));
      this.#content.bytes = Buffer.concat([this.#content.bytes, bytes.subarray(0, written)]);
      if (effect === 1 && written < bytes.length) throw systemError('ENOSPC');
    });
  }

  read(position: number, lengthBytes: number): Promise<Uint8Array> {
    return this.#fate.step(() => Uint8Array.from(this.#content.bytes.subarray(position, position + lengthBytes)));
  }

  truncate(lengthBytes: number): Promise<void> {
    return this.#fate.step(() => {
      this.#content.bytes = this.#content.bytes.subarray(0, lengthBytes);
      this.#content.syncedBytes = Math.min(this.#content.syncedBytes, lengthBytes);
    });
  }

  sync(): Promise<void> {
    return this.#fate.step((effect) => {
      const unsynced = this.#content.bytes.length - this.#content.syncedBytes;
      this.#content.syncedBytes += Math.floor(unsynced * effect);
    });
  }

  close(): Promise<void> {
    return this.#fate.step(() => {});
  }
}

function factsOf(content: Content, names: number): FileFacts {
  return { inode: String(content.inode), lengthBytes: content.bytes.length, names };
}

function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: simulated`), { code, syscall: 'simulated' });
}
