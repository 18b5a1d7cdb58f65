/** What one look at a file tells. */
export interface FileFacts {
  /** Stays with the file when it is renamed. Decimal: 64 bits do not fit a number. */
  readonly inode: string;
  readonly lengthBytes: number;
  /** Names that the file has; 0: it was deleted and lives on only as long as it is open. */
  readonly names: number;
}

/**
 * The part of a file system that the writer needs, so that tests can put one in its place that fails or dies at any
 * step. All errors are the system's, with `code`.
 */
export interface FileSystem {
  /** Opens for appending and reading; creates the file when it is not there. @throws `not_a_file` FileProblem */
  open(path: string): Promise<OpenFile>;
  /** Null when there is no such file, or something else than a file. */
  look(path: string): Promise<FileFacts | null>;
  /** Names in a directory. */
  list(directory: string): Promise<readonly string[]>;
  /** Creates the directory and those above it, unless they are there. */
  makeDirectory(directory: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
  /** Makes creations, renames and removals in it durable. */
  syncDirectory(directory: string): Promise<void>;
}

export interface OpenFile {
  look(): Promise<FileFacts>;
  /** Appends all of it, or throws; then any part of it may be in the file. */
  append(bytes: Uint8Array): Promise<void>;
  /** At most `lengthBytes` from there on. */
  read(position: number, lengthBytes: number): Promise<Uint8Array>;
  truncate(lengthBytes: number): Promise<void>;
  /** Resolves when the content survives a loss of power. */
  sync(): Promise<void>;
  close(): Promise<void>;
}
