import { type FileHandle, open } from 'node:fs/promises';
import type { EventStream } from './event-stream.ts';

const CHUNK_BYTES = 1024 * 1024;
const NEWLINE = 10;
/** `{"side":"A","line":…,"connection":…,"request":…}` with numbers of at most 16 digits. */
const TRUTH_BYTES = 128;

export interface StreamFiles {
  /** Where HTTP events go, one a line, in the order of arrival. Null: nowhere. */
  readonly http: string | null;
  readonly network: string | null;
  /**
   * Where the truth goes: one JSON object for each event in the order of arrival, `side`, `line` (its number in its
   * side's file, from 1), `connection` (the same number: the same connection) and for an HTTP event `request`.
   */
  readonly truth: string | null;
}

export interface FilesSummary {
  readonly httpLines: number;
  readonly networkLines: number;
  readonly bytes: number;
}

/** Writes the whole stream; replaces files that are there. `progress` is called after each chunk. @throws the system's errors */
export async function writeStreamFiles(
  stream: EventStream,
  files: StreamFiles,
  progress: (stream: EventStream) => void = () => {},
): Promise<FilesSummary> {
  const http = await ChunkedFile.open(files.http, stream.maxLineBytes);
  const network = await ChunkedFile.open(files.network, stream.maxLineBytes);
  const truth = await ChunkedFile.open(files.truth, TRUTH_BYTES);
  const all = [http, network, truth];
  try {
    while (stream.next()) {
      const file = stream.side === 'A' ? http : network;
      file.end = stream.writeLine(file.chunk, file.end);
      file.endLine();
      truth.end += truth.chunk.write(truthOf(stream, file.lines), truth.end, 'latin1');
      truth.endLine();
      if (all.some(({ isFull }) => isFull)) {
        for (const each of all) await each.flush();
        progress(stream);
      }
    }
    for (const each of all) await each.flush();
  } finally {
    for (const each of all) await each.close();
  }
  return { httpLines: http.lines, networkLines: network.lines, bytes: http.bytes + network.bytes };
}

function truthOf({ side, connection, request }: EventStream, line: number): string {
  const more = side === 'A' ? `,"request":${request}` : '';
  return `{"side":"${side}","line":${line},"connection":${connection}${more}}`;
}

/** A file that is written in large pieces; one without a path takes everything and keeps nothing. */
class ChunkedFile {
  readonly chunk: Buffer;
  /** Where the filled part of the chunk ends. */
  end = 0;
  lines = 0;
  bytes = 0;
  readonly #handle: FileHandle | null;

  private constructor(handle: FileHandle | null, maxLineBytes: number) {
    this.#handle = handle;
    this.chunk = Buffer.allocUnsafe(CHUNK_BYTES + maxLineBytes + 1);
  }

  static async open(path: string | null, maxLineBytes: number): Promise<ChunkedFile> {
    return new ChunkedFile(path === null ? null : await open(path, 'w'), maxLineBytes);
  }

  get isFull(): boolean {
    return this.end >= CHUNK_BYTES;
  }

  endLine(): void {
    this.chunk[this.end++] = NEWLINE;
    this.lines++;
  }

  async flush(): Promise<void> {
    for (let from = 0; this.#handle !== null && from < this.end; ) {
      const { bytesWritten } = await this.#handle.write(this.chunk, from, this.end - from);
      from += bytesWritten;
    }
    this.bytes += this.end;
    this.end = 0;
  }

  async close(): Promise<void> {
    await this.#handle?.close();
  }
}
