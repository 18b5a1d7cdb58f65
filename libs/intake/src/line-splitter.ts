import { LineAssembler, type LineLimits, type LineSink } from './line-assembler.ts';

const NEWLINE = 10;

export interface LineSplitterOptions {
  /** A UTF-8 byte order mark at the start of the stream is part of its first line. Default false. */
  readonly keepsByteOrderMark?: boolean;
}

/**
 * Cuts one byte stream into lines at `\n`, wherever its chunks end. A line that lies within a chunk is handed on as a
 * range of it; only one that spans chunks is copied. `\r` before the newline and a UTF-8 byte order mark at the start
 * of the stream are cut off, empty lines skipped. Memory is bounded by the longest line that is allowed.
 */
export class LineSplitter {
  readonly #assembler: LineAssembler;
  readonly #keepsByteOrderMark: boolean;

  constructor(limits: LineLimits, sink: LineSink, { keepsByteOrderMark = false }: LineSplitterOptions = {}) {
    this.#assembler = new LineAssembler(limits, sink);
    this.#keepsByteOrderMark = keepsByteOrderMark;
    this.#begin();
  }

  /** The next bytes of the stream, `chunk[start, end)`. The chunk belongs to the splitter and its sink from here on. */
  push(chunk: Buffer, start = 0, end = chunk.length): void {
    let from = start;
    while (from < end) {
      const newline = chunk.indexOf(NEWLINE, from);
      if (newline === -1 || newline >= end) {
        this.#assembler.keep(chunk, from, end);
        return;
      }
      this.#assembler.finish(chunk, from, newline, 'newline');
      from = newline + 1;
    }
  }

  /** The end of the stream: what is left without a newline is a line of its own. A new stream may follow. */
  end(): void {
    this.#assembler.end();
    this.#begin();
  }

  #begin(): void {
    if (!this.#keepsByteOrderMark) this.#assembler.cutByteOrderMark();
  }
}
