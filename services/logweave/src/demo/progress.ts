/** Shows how far something has come: one line that is written over on a terminal, nothing anywhere else. */
export class Progress {
  readonly #out: NodeJS.WriteStream;
  readonly #shown: boolean;
  #line = '';

  constructor(out: NodeJS.WriteStream) {
    this.#out = out;
    this.#shown = out.isTTY;
  }

  /** Replaces the line. */
  show(line: string): void {
    if (!this.#shown) return;
    this.#line = line;
    this.#out.write(`\r\u001b[K${line}`);
  }

  /** Writes a line that stays; the progress goes on below it. */
  print(line: string): void {
    if (this.#line !== '') this.#out.write('\r\u001b[K');
    this.#out.write(`${line}\n`);
    if (this.#line !== '') this.#out.write(this.#line);
  }

  /** Takes the line away. */
  clear(): void {
    if (this.#line !== '') this.#out.write('\r\u001b[K');
    this.#line = '';
  }
}
